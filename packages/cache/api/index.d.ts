// index.d.ts
export { type Cache, createCache } from './cache.ts';
export type { CacheOutcome, CacheRequest, CacheSnapshot } from './channels.ts';
export type { Lifetime } from './entry.ts';
export { CacheClosedError, CacheError, CacheKeyError, CacheLoadTimeoutError, CacheMissingPeerError, CacheOptionError, CacheStoreError, CollapsedRequestError, LoadAbandonedError, UncacheableValueError, } from './errors.ts';
export type { LoadControl, Loader } from './keyed-cache.ts';
export { CacheInvalidation } from './live-caches.ts';
export { LRUCache, type LRUCacheOptions } from './lru-cache.ts';
export { type Memoized, type MemoizeOptions, memoize } from './memoize.ts';
export { CACHE_DEFAULTS, type CacheOptions, type LifetimeOptions, type NumberLike } from './options.ts';
export type { CacheStats } from './statistics.ts';
export type { CacheStore, CacheStoreFactory, Invalidation, Stored } from './store.ts';

// cache.d.ts
import { type Loader } from './keyed-cache.ts';
import { type CacheOptions, type LifetimeOptions } from './options.ts';
import type { CacheStats } from './statistics.ts';
/** Values by key, in the memory of this process and, where there is a store, in one that several share. */
export interface Cache<V> extends AsyncDisposable {
    readonly name: string;
    /** The fresh value, or undefined. */
    get(key: string): Promise<V | undefined>;
    /** @throws UncacheableValueError, CacheStoreError */
    set(key: string, value: V, options?: LifetimeOptions): Promise<void>;
    /**
     * The value, loaded when there is no fresh one: once for all who ask meanwhile. Each of them may give up on its own;
     * the load does not.
     * @throws what `load` throws, when there is no older value to give; CacheLoadTimeoutError, UncacheableValueError
     */
    getOrLoad(key: string, load: Loader<V>): Promise<V>;
    /** @throws CacheStoreError when the store could not be told; this process has forgotten the value all the same */
    delete(key: string): Promise<void>;
    /** Removes every key that contains `text`. @throws CacheStoreError */
    deleteMatching(text: string): Promise<void>;
    /** @throws CacheStoreError */
    clear(): Promise<void>;
    /** What has happened since the cache was made, and how much it holds. */
    getStats(): CacheStats;
    /** Empties it and closes the store. `get`, `set` and `getOrLoad` fail with CacheClosedError from then on. */
    close(): Promise<void>;
}
/** @throws CacheOptionError */
export declare function createCache<V>(options?: CacheOptions): Cache<V>;

// keyed-cache.d.ts
import { type Lifetime } from './entry.ts';
import type { CacheSettings } from './options.ts';
import { type CacheStats, Statistics } from './statistics.ts';
import type { ValueCodec } from './value-codec.ts';
/** What a load is given, and may decide for its own value. */
export interface LoadControl {
    /** Aborts when nobody waits any more, and after `loadTimeoutMs`. */
    readonly signal: AbortSignal;
    /** Lets this value live otherwise than the cache's own. */
    readonly keepFor: (lifetime: Partial<Lifetime>) => void;
    /** Gives this value to those who wait, and keeps it for nobody else. */
    readonly doNotKeep: () => void;
}
/** Makes the value that is not there. What it throws goes to all who wait for it, unless an older value may be given. */
export type Loader<V> = (control: LoadControl) => V | Promise<V>;
export interface LoadOptions {
    /**
     * Who loads when the value is older than its time to live: somebody in the `background`, while every caller gets the
     * older value; or the first `caller`, while the others get it.
     */
    readonly refresh: 'background' | 'caller';
    /** Whether the load goes on without its caller's deadline, and within `loadTimeoutMs`. */
    readonly detached: boolean;
    /** Whether a fresh value is passed over. */
    readonly force: boolean;
}
/** A value and where it comes from. */
export interface Found<V> {
    readonly value: V;
    readonly outcome: 'hit' | 'stale' | 'miss';
    /** Since its making. */
    readonly ageMs: number;
    /** How much longer it is fresh; negative for an older value. */
    readonly freshMs: number;
}
/** Two tiers, one load for each key, and older values where that is allowed. */
export declare class KeyedCache<V> {
    #private;
    readonly settings: CacheSettings;
    readonly statistics: Statistics;
    constructor(settings: CacheSettings, codec: ValueCodec<V>);
    /** A fresh value that this process has, without asking anybody. Counts nothing. */
    peek(key: string): Found<V> | undefined;
    get(key: string): Promise<V | undefined>;
    /** @throws UncacheableValueError, CacheStoreError */
    set(key: string, value: V, lifetime?: Partial<Lifetime>): Promise<void>;
    /** `resolve`, counted. */
    getOrLoad(key: string, loader: Loader<V>): Promise<V>;
    /**
     * The value, loaded by one for all where there is none to give. A caller who waited for another's load has a `hit`.
     * @throws what the loader throws
     */
    resolve(key: string, loader: Loader<V>, options: LoadOptions): Promise<Found<V>>;
    /** @throws CacheStoreError when the store could not be told; this process has forgotten the value all the same */
    delete(key: string): Promise<void>;
    /** Removes every key that contains `text`. @throws CacheStoreError */
    deleteMatching(text: string): Promise<void>;
    /** @throws CacheStoreError */
    clear(): Promise<void>;
    stats(): CacheStats;
    /** Waits for what is being written to the store; loads under way end without being kept. */
    close(): Promise<void>;
}

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

// live-caches.d.ts
import { type CacheStats } from './statistics.ts';
/** What can be done to every cache of this process alike. */
export interface LiveCache {
    readonly name: string;
    getStats(): CacheStats;
    delete(key: string): Promise<void>;
    deleteMatching(text: string): Promise<void>;
    clear(): Promise<void>;
}
/** @returns a function that takes the cache out again */
export declare function register(cache: LiveCache): () => void;
/** Every cache of this process: response caches, memoized functions, caches made by hand. */
export declare const CacheInvalidation: {
    /** Removes the value under exactly this key. @throws CacheStoreError */
    readonly byKey: (key: string) => Promise<void>;
    /** Removes every value whose key contains `text`. @throws CacheStoreError */
    readonly byPattern: (text: string) => Promise<void>;
    /** @throws CacheStoreError */
    readonly all: () => Promise<void>;
    /** The sum over all caches. */
    readonly stats: () => CacheStats;
};

// lru-cache.d.ts
import { type Clock } from '@holdfast/context/clock';
import { type NumberLike } from './options.ts';
export interface LRUCacheOptions {
    /**
     * Most items.
     * @default 500
     */
    maxSize?: NumberLike | undefined;
    /**
     * Time to live of an item, in ms.
     * @default 300000
     */
    ttl?: NumberLike | undefined;
    /**
     * Whether reading an item keeps it from being the next to go. Otherwise the oldest goes first.
     * @default true
     */
    useLRU?: boolean;
    /** Time and timers. Default the system's. */
    clock?: Clock;
}
/** Items in memory, each for its time. Holds what it is given, not copies; `createCache` does more. */
export declare class LRUCache<V = unknown> {
    #private;
    /** @throws CacheOptionError */
    constructor(options?: LRUCacheOptions);
    /** How many items there are, expired ones that nobody has asked for included. */
    get size(): number;
    /** The item, or undefined when there is none or its time is over. With `useLRU` it is the last to go from now on. */
    get(key: string): V | undefined;
    /** Whether `get` would find it; does not count as use. */
    has(key: string): boolean;
    /** @param ttl in ms, instead of the cache's own. @throws CacheOptionError */
    set(key: string, value: V, ttl?: number): void;
    /** @returns whether there was one */
    delete(key: string): boolean;
    /** Removes every item. */
    clear(): void;
}

// memoize.d.ts
import { type Cache } from './cache.ts';
import type { CacheOptions } from './options.ts';
export interface MemoizeOptions<A extends readonly unknown[]> extends CacheOptions {
    /** The text of the arguments. Default a canonical form of plain arguments. */
    keyGenerator?: (...args: A) => string;
}
/** A function that remembers its results. */
export interface Memoized<A extends readonly unknown[], R> {
    (...args: A): Promise<R>;
    /** What the results are kept in. */
    readonly cache: Cache<R>;
    /** Forgets the result for these arguments. @throws CacheStoreError */
    invalidate(...args: A): Promise<void>;
}
/**
 * Remembers what `fn` returns for its arguments; a failure is not remembered. Arguments only make the key: what else
 * `fn` reads, a tenant of the context for one, has to be among them or in `keyGenerator`.
 * @throws CacheOptionError
 */
export declare function memoize<A extends readonly unknown[], R>(fn: (...args: A) => R | Promise<R>, options?: MemoizeOptions<A>): Memoized<A, R>;
