// http/index.d.ts
export type { CacheStats } from '../statistics.ts';
export { OnlyIfCachedError } from './errors.ts';
export { createHttpCache, type HttpCache } from './http-cache.ts';
export { HTTP_CACHE_DEFAULTS, type HttpCacheOptions, type HttpCacheRequest, } from './options.ts';
export { type KeyParts, requestKey } from './request-key.ts';

// statistics.d.ts
import { type CacheOutcome } from './channels.ts';
/** Everything counted since the cache was made, in this process. */
export interface CacheStats {
    /** Answered from the cache, older answers included. */
    readonly hits: number;
    /** Loaded, or the load failed. */
    readonly misses: number;
    /** Values in the memory of this process. */
    readonly keys: number;
    /** Their size in bytes. */
    readonly size: number;
    /** Hits of all hits and misses, in percent with two decimals; 0 before the first. */
    readonly hitRate: number;
    /** Hits that were older than their time to live. */
    readonly staleHits: number;
    /** Callers who waited for a load that was under way. */
    readonly coalesced: number;
    /** Requests that were not for the cache. */
    readonly bypassed: number;
    readonly loadFailures: number;
    readonly storeErrors: number;
    /** Values that made place for others. */
    readonly evictions: number;
}
/** The counters of one cache; they tell `holdfast:cache:request` what they count. */
export declare class Statistics {
    #private;
    hits: number;
    misses: number;
    staleHits: number;
    coalesced: number;
    bypassed: number;
    loadFailures: number;
    storeErrors: number;
    constructor(cache: string);
    count(outcome: CacheOutcome): void;
    read(tier: {
        readonly keys: number;
        readonly size: number;
        readonly evictions: number;
    }): CacheStats;
}
/** Adds up the statistics of several caches. */
export declare function sumStats(all: Iterable<CacheStats>): CacheStats;

// channels.d.ts
/**
 * How a request to a cache ended: `hit` fresh, `stale` an older answer, `miss` loaded, `error` the load failed and
 * nothing older was there, `bypass` not for the cache.
 */
export type CacheOutcome = 'hit' | 'stale' | 'miss' | 'error' | 'bypass';
/** The fact on `holdfast:cache:request`. */
export interface CacheRequest {
    readonly cache: string;
    readonly outcome: CacheOutcome;
}
/** The answer to `holdfast:metrics:collect`, kind `cache.size`. */
export interface CacheSnapshot {
    readonly cache: string;
    /** How many values are in the memory of this process. */
    readonly keys: number;
    /** Their size in bytes, keys and bookkeeping included as far as known. */
    readonly size: number;
    /** Values that were removed to make room, since the cache was made. */
    readonly evictions: number;
}
export declare function publishRequest(cache: string, outcome: CacheOutcome): void;
/** @returns a function that ends it */
export declare function answerCollect(snapshot: () => CacheSnapshot): () => void;

// http/errors.d.ts
import { CacheError } from '../errors.ts';
/** The client asked for a kept answer only, and there is none (RFC 9111 section 5.2.1.7). The handler was not run. */
export declare class OnlyIfCachedError extends CacheError {
    readonly name = "OnlyIfCachedError";
    readonly code = "ERR_CACHE_ONLY_IF_CACHED";
    readonly status = 504;
    readonly expose = true;
    constructor();
}
/** Why those who waited for a request's answer do not get it. Never leaves this folder. */
export declare class NoSharedAnswer extends Error {
    readonly name = "NoSharedAnswer";
    readonly reason: 'not-storable' | 'failed' | 'gone' | 'too-slow';
    constructor(reason: NoSharedAnswer['reason']);
}

// errors.d.ts
/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export declare abstract class CacheError extends Error {
    abstract readonly code: string;
}
/** An option or argument that cannot be used. */
export declare class CacheOptionError extends CacheError {
    readonly name = "CacheOptionError";
    readonly code = "ERR_CACHE_OPTION";
    /** The name of the option or argument. */
    readonly option: string;
    constructor(option: string, message: string);
}
/** The arguments of a memoized call have no unambiguous text. The function was not called. */
export declare class CacheKeyError extends CacheError {
    readonly name = "CacheKeyError";
    readonly code = "ERR_CACHE_KEY";
    constructor(reason: string);
}
/** A value that cannot be copied was to be cached. It was loaded, and is not given out. */
export declare class UncacheableValueError extends CacheError {
    readonly name = "UncacheableValueError";
    readonly code = "ERR_CACHE_VALUE";
    constructor(cache: string, cause: unknown);
}
/** The load did not end within `loadTimeoutMs`; its signal has been aborted and a later result is thrown away. */
export declare class CacheLoadTimeoutError extends CacheError {
    readonly name = "CacheLoadTimeoutError";
    readonly code = "ERR_CACHE_LOAD_TIMEOUT";
    readonly timeoutMs: number;
    constructor(cache: string, timeoutMs: number);
}
/** Everybody who waited for the load has gone; the reason of the signal that the load was given. */
export declare class LoadAbandonedError extends CacheError {
    readonly name = "LoadAbandonedError";
    readonly code = "ERR_CACHE_LOAD_ABANDONED";
    constructor();
}
/** The cache was closed. Nothing was loaded. */
export declare class CacheClosedError extends CacheError {
    readonly name = "CacheClosedError";
    readonly code = "ERR_CACHE_CLOSED";
    constructor(cache: string);
}
/** The package that a store with a `url` connects with is not installed. It is the cause of a `CacheStoreError`. */
export declare class CacheMissingPeerError extends CacheError {
    readonly name = "CacheMissingPeerError";
    readonly code = "ERR_CACHE_MISSING_PEER";
    readonly peer: string;
    constructor(peer: string, options: ErrorOptions);
}
/** The second tier did not answer, or not in time. Told to `onError`; the cache goes on without it. */
export declare class CacheStoreError extends CacheError {
    readonly name = "CacheStoreError";
    readonly code = "ERR_CACHE_STORE";
    constructor(cache: string, doing: string, cause: unknown);
}
/**
 * Another request was answered for many and failed, and there is no older answer. This one's handler was not run, so
 * that a failing source is not asked once for each that waits.
 */
export declare class CollapsedRequestError extends CacheError {
    readonly name = "CollapsedRequestError";
    readonly code = "ERR_CACHE_SOURCE_FAILED";
    readonly status = 503;
    readonly retryAfterMs = 1000;
    constructor();
}

// http/http-cache.d.ts
import type { ServerResponse } from 'node:http';
import type { CacheStats } from '../statistics.ts';
import { type HttpCacheOptions, type HttpCacheRequest } from './options.ts';
/** A cache of whole answers in front of a server's handlers (RFC 9111, as a shared cache). */
export interface HttpCache extends AsyncDisposable {
    readonly name: string;
    /** Answers, or calls `next`: with nothing to have the request handled, with an error to have that told. */
    handle(request: HttpCacheRequest, res: ServerResponse, next: (error?: Error) => void): void;
    /** Removes the answer to exactly this request and its variants. @throws CacheStoreError */
    delete(key: string): Promise<void>;
    /** Removes the answers to all requests whose key contains `text`. @throws CacheStoreError */
    deleteMatching(text: string): Promise<void>;
    /** Removes every answer that was kept for this tenant, and no other's. @throws CacheStoreError */
    deleteTenant(tenantId: string): Promise<void>;
    /** @throws CacheStoreError */
    clear(): Promise<void>;
    /** What has happened since the cache was made, and how much it holds. */
    getStats(): CacheStats;
    /** Empties it and closes the store. */
    close(): Promise<void>;
}
/** @throws CacheOptionError */
export declare function createHttpCache(options?: HttpCacheOptions): HttpCache;

// http/options.d.ts
import type { IncomingMessage } from 'node:http';
import { type CacheOptions, type CacheSettings } from '../options.ts';
export interface HttpCacheOptions extends Omit<CacheOptions, 'loadTimeoutMs' | 'maxEntryBytes' | 'share'> {
    /** Of GET and HEAD. Default both. */
    methods?: readonly string[];
    /**
     * Which answers are kept. 304 may be named and is never kept: a client that has the answer gets it from the kept one.
     * @default [200]
     */
    statusCodes?: readonly number[];
    /**
     * Largest body that is kept, in bytes. A larger one goes through.
     * @default 1048576
     */
    maxBodyBytes?: number;
    /**
     * How long a client may use its copy without asking, in ms, where the answer does not say. With 0 it asks each time
     * and gets a 304.
     * @default 0
     */
    clientTtlMs?: number;
    /**
     * Whether `Cache-Control` of the request is obeyed: `no-store`, `no-cache`, `max-age`, `only-if-cached`.
     * @default true
     */
    obeyRequest?: boolean;
    /**
     * Whether a request with cookies is treated like one without: for sites whose cookies change no answer.
     * @default false
     */
    ignoreCookies?: boolean;
    /**
     * How long a request waits for another that is answered for both, in ms, before it is answered by itself.
     * @default 10000
     */
    collapseTimeoutMs?: number;
}
export declare const HTTP_CACHE_DEFAULTS: Readonly<{
    name: string;
    methods: readonly string[];
    statusCodes: readonly number[];
    maxBodyBytes: number;
    clientTtlMs: number;
    obeyRequest: boolean;
    ignoreCookies: boolean;
    collapseTimeoutMs: number;
}>;
export interface HttpCacheSettings {
    readonly cache: CacheSettings;
    readonly methods: ReadonlySet<string>;
    readonly statusCodes: ReadonlySet<number>;
    readonly maxBodyBytes: number;
    readonly clientTtlMs: number;
    readonly obeyRequest: boolean;
    readonly ignoreCookies: boolean;
    readonly collapseTimeoutMs: number;
}
/** @throws CacheOptionError */
export declare function resolveHttpCacheOptions(options: HttpCacheOptions): HttpCacheSettings;
/** What the framework knows of a request. */
export interface HttpCacheRequest {
    readonly req: IncomingMessage;
    /** Path and query as they came, mount path included. */
    readonly url: string;
    readonly tenant: string | undefined;
    /** Who asks, where the answer depends on it. Without one, requests with credentials are not for the cache. */
    readonly principal: string | undefined;
    /** Whether the application wants this request left alone. */
    readonly skip: boolean;
}

// options.d.ts
import { type Clock } from '@holdfast/context/clock';
import type { Lifetime } from './entry.ts';
import { type CacheError } from './errors.ts';
import type { CacheStoreFactory } from './store.ts';
/** A count or a time as an environment variable brings it, or as a number. */
export type NumberLike = number | string;
export interface LifetimeOptions {
    /**
     * How long a value is fresh, in ms, 1 or more.
     * @default 300000
     */
    ttl?: NumberLike | undefined;
    /**
     * How long after that it is still given out while a new one is loaded, in ms (RFC 5861).
     * @default 0
     */
    staleWhileRevalidateMs?: number;
    /**
     * How long after that it is still given out when a new one cannot be loaded, a refusing circuit breaker included,
     * in ms (RFC 5861).
     * @default 0
     */
    staleIfErrorMs?: number;
}
export interface CacheOptions extends LifetimeOptions {
    /** What the cache is called in metrics, in messages and in its store. 1 to 64 of `[A-Za-z0-9_.-]`. Default `default`, `http` for answers. */
    name?: string;
    /**
     * Most values in the memory of this process, 1 to 16,777,216.
     * @default 500
     */
    maxSize?: NumberLike | undefined;
    /**
     * Most memory for them, in bytes.
     * @default 52428800
     */
    maxSizeBytes?: number;
    /**
     * Largest value that is kept, in bytes. A larger one is given out and forgotten.
     * @default 1048576
     */
    maxEntryBytes?: number;
    /**
     * By how much of its length a time to live is shortened at random, 0 to 1, so that values made together do not
     * expire together.
     * @default 0.1
     */
    jitterRatio?: number;
    /**
     * After a failed load: how long an older value is given out before the next attempt, in ms.
     * @default 1000
     */
    staleRetryMs?: number;
    /**
     * How long a load may take, in ms.
     * @default 30000
     */
    loadTimeoutMs?: number;
    /**
     * `copy`: each caller gets a copy as `structuredClone` makes it. `frozen`: all get one deeply frozen object, which
     * is faster and takes plain data only.
     * @default 'copy'
     */
    share?: 'copy' | 'frozen';
    /** A second tier that several processes share. Needs a `name`. */
    store?: CacheStoreFactory;
    /**
     * How long the store may take to answer, in ms, before the cache goes on without it.
     * @default 250
     */
    storeTimeoutMs?: number;
    /**
     * How long it is left alone after that, in ms.
     * @default 1000
     */
    storeRetryMs?: number;
    /** Told what went wrong without a caller: the store, a refresh in the background. */
    onError?: (error: CacheError | Error) => void;
    /** Time and timers. Default the system's. */
    clock?: Clock;
    /** Source of the jitter, 0 to 1. Default `Math.random`. */
    random?: () => number;
}
export declare const CACHE_DEFAULTS: Readonly<{
    name: string;
    ttl: number;
    staleWhileRevalidateMs: number;
    staleIfErrorMs: number;
    maxSize: number;
    maxSizeBytes: number;
    maxEntryBytes: number;
    jitterRatio: number;
    staleRetryMs: number;
    loadTimeoutMs: number;
    share: 'copy' | 'frozen';
    storeTimeoutMs: number;
    storeRetryMs: number;
}>;
export interface CacheSettings {
    readonly name: string;
    readonly lifetime: Lifetime;
    readonly maxSize: number;
    readonly maxSizeBytes: number;
    readonly maxEntryBytes: number;
    readonly jitterRatio: number;
    readonly staleRetryMs: number;
    readonly loadTimeoutMs: number;
    readonly share: 'copy' | 'frozen';
    readonly store: CacheStoreFactory | undefined;
    readonly storeTimeoutMs: number;
    readonly storeRetryMs: number;
    readonly onError: (error: CacheError | Error) => void;
    readonly clock: Clock;
    readonly random: () => number;
}
/** A century: past every use, and far from where sums of doubles lose milliseconds. */
export declare const LONGEST_MS = 3155760000000;
/** @throws CacheOptionError */
export declare function resolveCacheOptions(options: CacheOptions, owner?: string): CacheSettings;
/** @throws CacheOptionError */
export declare function resolveLifetime(options: LifetimeOptions, owner: string): Lifetime;
/** An integer, or its decimal digits. @throws CacheOptionError */
export declare function readNumber(owner: string, name: string, value: unknown, from: number, to: number): number;

// entry.d.ts
/** How long a value may be given out, in ms from its making. */
export interface Lifetime {
    /** Fresh for so long. */
    readonly ttl: number;
    /** And for so long after that while a new one is loaded. */
    readonly staleWhileRevalidateMs: number;
    /** And for so long after the first when a new one cannot be loaded. */
    readonly staleIfErrorMs: number;
}
/** A value in the memory of this process. Times are those of the clock's `now()`. */
export interface Entry {
    /** What the codec keeps of the value. */
    readonly kept: unknown;
    readonly sizeBytes: number;
    readonly storedAt: number;
    readonly freshUntil: number;
    /** Until when it may be given out while a new one is loaded. */
    readonly staleUntil: number;
    /** Until when it may be given out when a new one cannot be loaded. */
    readonly errorUntil: number;
    /** After a failed load: no other is begun before. */
    retryAt: number;
}
export declare function createEntry(kept: unknown, sizeBytes: number, storedAt: number, lifetime: Lifetime): Entry;
/** When an entry is of no use to anybody. */
export declare function uselessFrom({ staleUntil, errorUntil }: Entry): number;
/** As it is kept outside of this process: version, wall time of its making, the three spans, the value. */
export declare function encodeEntry(payload: Uint8Array, storedAtWall: number, entry: Entry): Buffer;
export interface DecodedEntry {
    readonly payload: Buffer;
    readonly storedAtWall: number;
    readonly lifetime: Lifetime;
}
/** @returns undefined for what another version wrote */
export declare function decodeEntry(bytes: Uint8Array): DecodedEntry | undefined;

// store.d.ts
/** What a store has under a key, and what changes with every removal of it. */
export interface Stored {
    readonly value: Uint8Array | undefined;
    readonly fence: string;
}
/** What another process has removed; `reset` when messages may have been missed. */
export type Invalidation = {
    readonly kind: 'key';
    readonly key: string;
} | {
    readonly kind: 'matching';
    readonly text: string;
} | {
    readonly kind: 'all';
} | {
    readonly kind: 'reset';
};
/** A second tier that several processes share, for the keys of one cache. */
export interface CacheStore {
    /** The value of a key, and the fence that `set` has to bring along. */
    get(key: string): Promise<Stored>;
    /**
     * Writes nothing when the key was removed since `fence` was read, so that what was loaded before an invalidation is
     * not kept after it.
     */
    set(key: string, value: Uint8Array, ttlMs: number, fence: string | undefined): Promise<void>;
    /** Removes a key and tells those that listen. */
    delete(key: string): Promise<void>;
    /** Removes every key that contains `text`. */
    deleteMatching(text: string): Promise<void>;
    /** Removes every key of this cache. */
    clear(): Promise<void>;
    /**
     * What others remove, from when the promise is fulfilled. Messages may overtake each other, as they do when the
     * masters of a Redis Cluster pass them on: removals end the same in every order.
     */
    listen(listener: (invalidation: Invalidation) => void): Promise<void>;
    /** Frees what the store opened itself, not what it was given. */
    close(): Promise<void>;
}
/** Opens the store for one cache; `name` keeps its keys apart from those of others. */
export type CacheStoreFactory = (name: string) => CacheStore;

// http/request-key.d.ts
import type { IncomingHttpHeaders } from 'node:http';
import type { VaryRecord } from './stored-response.ts';
/** What tells the answer to one request from that to another. */
export interface KeyParts {
    readonly method: string;
    readonly host: string;
    /** Path and query as they came. */
    readonly url: string;
    readonly tenant: string | undefined;
    readonly principal: string | undefined;
}
/**
 * `GET example.com/path?a=1&b=2`, then ` tenant="…"` and ` principal="…"` where there are such. No part can pass for
 * another: a URL has no space in it, and in the quotes everything but letters, digits and a few marks is encoded.
 * @returns undefined for a URL that is too long
 */
export declare function requestKey({ method, host, url, tenant, principal }: KeyParts): string | undefined;
/** What is in the key of every answer for this tenant, and in no other's: the quotes end it. */
export declare function tenantMark(tenant: string): string;
/** The key of the answer for a request with these headers. */
export declare function variantKey(key: string, { names, nonce }: VaryRecord, headers: IncomingHttpHeaders): string;

// http/stored-response.d.ts
import type { ValueCodec } from '../value-codec.ts';
/** A whole answer as it is given again. */
export interface StoredResponse {
    readonly kind: 'response';
    readonly status: number;
    /** Names in lower case. */
    readonly headers: Readonly<Record<string, string | readonly string[]>>;
    readonly body: Buffer;
}
/** Kept under the key of a request whose answers differ by headers of the request (RFC 9110 section 12.5.5). */
export interface VaryRecord {
    readonly kind: 'vary';
    /** In lower case, sorted. */
    readonly names: readonly string[];
    /** In the keys of the answers: a new record leaves the answers of the one before behind. */
    readonly nonce: string;
}
export type HttpEntry = StoredResponse | VaryRecord;
/** Nothing changes an entry once it is made, so all requests share it. */
export declare const httpCodec: ValueCodec<HttpEntry>;

// value-codec.d.ts
/** How values are kept so that what one caller does to a value shows to no other. */
export interface ValueCodec<V> {
    /** @throws when the value cannot be copied */
    keep(value: V): Kept;
    give(kept: unknown): V;
    encode(kept: unknown): Uint8Array;
    /** @throws when the bytes are not a value */
    decode(bytes: Uint8Array): Kept;
}
export interface Kept {
    readonly kept: unknown;
    readonly sizeBytes: number;
}
/** Each caller gets a copy, as `structuredClone` makes it. What cannot change is given as it is. */
export declare function copyingCodec<V>(): ValueCodec<V>;
/** All callers get one copy that nobody can change. */
export declare function frozenCodec<V>(): ValueCodec<V>;
