// http/index.d.ts
export type { StoredResponse } from '../claim/record-codec.ts';
export type { HttpRun, RequestIdempotency } from './claimed-request.ts';
export { createHttpIdempotency, type HttpDecision, type HttpIdempotency, type HttpRequestParts, } from './http-idempotency.ts';
export type { AnswerInit, HttpIdempotencyOptions, ReconcileAnswer, ReconcileRequest, } from './options.ts';
export { captureResponse, type ResponseKeeper, sendAnswer } from './response-capture.ts';

// claim/record-codec.d.ts
/** How a result is kept: one line of JSON, then the bytes of the body. */
/** An answer as it is kept and given again. */
export interface StoredResponse {
    readonly status: number;
    readonly headers: Readonly<Record<string, string | readonly string[]>>;
    readonly body: Uint8Array;
}
export type DecodedRecord = {
    readonly kind: 'response';
    readonly response: StoredResponse;
} | {
    readonly kind: 'value';
    readonly value: unknown;
} | {
    readonly kind: 'not-replayable';
};
export declare function encodeResponse({ status, headers, body }: StoredResponse): Uint8Array;
/** @throws TypeError when JSON cannot hold the value */
export declare function encodeValue(value: unknown): Uint8Array;
export declare function encodeNotReplayable(): Uint8Array;
/** @throws SyntaxError or TypeError when the bytes are not a record of this package */
export declare function decodeRecord(bytes: Uint8Array): DecodedRecord;

// http/claimed-request.d.ts
import { type StoredResponse } from '../claim/record-codec.ts';
import type { Run } from '../claim/run.ts';
import type { PgTx } from '../transaction/pg-client.ts';
import type { PrismaTx } from '../transaction/prisma-client.ts';
import type { SqliteTx } from '../transaction/sqlite-database.ts';
import { type Reader } from './answers.ts';
import type { AnswerInit, HttpSettings } from './options.ts';
import type { ResponseKeeper } from './response-capture.ts';
/** What a handler finds as `req.idempotency`. */
export interface RequestIdempotency {
    /** The client's key; undefined where it sent none, and then nothing is recorded. */
    readonly key: string | undefined;
    /** Fencing token: grows with each claim of the key; 0 where nothing is recorded. */
    readonly token: number;
    /** Aborts when another request has taken over, with `run-again`. */
    readonly signal: AbortSignal | undefined;
    /**
     * Writes the answer in your transaction: it commits with your rows or not at all, and is what every request with the
     * key gets, this one included. Call it last in the transaction; answer after the commit. With `{ db }` it is written
     * when this returns.
     * @throws LeaseLostError when another request has taken over: roll back
     */
    complete(tx: SqliteTx, answer: AnswerInit): void;
    complete(tx: PgTx | PrismaTx, answer: AnswerInit): Promise<void>;
    /** Nothing happened: whatever is answered is not kept, and the key is free again. */
    release(): void;
}
/** A request without a key, or without protection: there is nothing to record. */
export declare class PassiveRequest implements RequestIdempotency {
    readonly key: string | undefined;
    readonly token = 0;
    readonly signal: undefined;
    constructor(key: string | undefined);
    complete(tx: SqliteTx): void;
    complete(tx: PgTx | PrismaTx): Promise<void>;
    release(): void;
}
/** A request that is to be handled: what its handler may say about it, and what is kept of its answer. */
export interface HttpRun extends RequestIdempotency, ResponseKeeper {
    readonly key: string;
    readonly signal: AbortSignal;
}
/** A claimed request. */
export declare class ClaimedRequest implements HttpRun {
    #private;
    readonly key: string;
    constructor(run: Run, settings: HttpSettings, key: string, reader: Reader);
    get token(): number;
    get signal(): AbortSignal;
    get maxResponseBytes(): number;
    complete(tx: SqliteTx, init: AnswerInit): void;
    complete(tx: PgTx | PrismaTx, init: AnswerInit): Promise<void>;
    release(): void;
    finish(answer: StoredResponse): Promise<StoredResponse | undefined>;
    finishTooLarge(status: number): Promise<StoredResponse | undefined>;
}

// claim/run.d.ts
import type { CompleteOutcome, IdempotencyStore, Lease, Tx } from '../stores/store.ts';
import type { Policy } from './policy.ts';
/** A claim that is being worked on: renewed until it is completed, released or abandoned. */
export declare class Run {
    #private;
    readonly lease: Lease;
    constructor(store: IdempotencyStore, policy: Policy, lease: Lease);
    /** Aborts when another owner has taken over. */
    get signal(): AbortSignal;
    /** Whether `completeIn` was called: what became of it is known only after the caller's transaction has ended. */
    get recordedInTx(): boolean;
    /**
     * Writes the result in the caller's transaction; with `{ db }` it is written when this returns.
     * @throws LeaseLostError
     */
    completeIn(tx: Tx, result: Uint8Array): void | Promise<void>;
    /** Tried twice: the first connection may have been cut after the store had done it. @throws what the store throws */
    complete(result: Uint8Array): Promise<CompleteOutcome>;
    /** Nothing happened: the key is free again. @returns false when it is completed already, or not this owner's */
    release(): Promise<boolean>;
    /** What happened is not known: the lease ends now, and the next call goes by `onLeaseExpired`. Never rejects. */
    abandon(): Promise<void>;
}

// stores/store.d.ts
import type { PgTx } from '../transaction/pg-client.ts';
import type { PrismaTx } from '../transaction/prisma-client.ts';
import type { SqliteTx } from '../transaction/sqlite-database.ts';
/** The caller's own transaction: what is written through it commits with the caller's rows or not at all. */
export type Tx = SqliteTx | PgTx | PrismaTx;
/** A claim of a key. */
export interface ClaimRequest {
    /** Names the record: already holds tenant, principal, method and route. */
    readonly key: string;
    /** What the request asks for; the same key with another one is refused. */
    readonly fingerprint: string;
    /** Random, new for each claim. Claiming again with the same owner gives the same claim, so a cut call can be repeated. */
    readonly owner: string;
    readonly leaseMs: number;
    readonly ttlMs: number;
    /** Whether a claim whose lease has run out is taken over; else it is answered `expired`. */
    readonly takeOver: boolean;
}
/** What became of a claim: it holds, or what stands in its way. */
export type ClaimOutcome = {
    readonly status: 'claimed';
    readonly token: number;
    readonly takenOver: boolean;
} | {
    readonly status: 'in-flight';
    readonly retryAfterMs: number;
} | {
    readonly status: 'expired';
} | {
    readonly status: 'mismatch';
} | {
    readonly status: 'completed';
    readonly result: Uint8Array;
    /** How long the record will stay, never more than it is; without it no process remembers the record. */
    readonly leftMs?: number;
};
/** What the owner of a claim holds; every later call takes it and none computes the key again. */
export interface Lease {
    readonly key: string;
    readonly owner: string;
    /** Fencing token: grows with every claim of a key, so that another system can refuse an owner that was overtaken. */
    readonly token: number;
}
/** What became of a result that was to be kept. */
export type CompleteOutcome = {
    readonly status: 'stored';
}
/** This owner had completed it before, in a transaction for one: that result stands. */
 | {
    readonly status: 'kept';
    readonly result: Uint8Array;
}
/** Another owner took over, or the record is gone. Nothing was written. */
 | {
    readonly status: 'lost';
};
/** How much one step of a purge may remove. */
export interface StorePurgeOptions {
    /**
     * Most records to remove in this call, 1 to 10,000.
     * @default 100
     */
    limit?: number;
}
/** What one step of a purge did. */
export interface PurgeResult {
    /** Records removed by this call. */
    readonly removed: number;
    /** Whether there may be more to remove. */
    readonly more: boolean;
}
/** Where records are kept. Every method is atomic; the contract cases of `../testing` say what else holds. */
export interface IdempotencyStore {
    /**
     * Takes the key unless it is taken: of all who ask at once one gets a lease, the others hear of the owner or get
     * the result.
     */
    claim(request: ClaimRequest): Promise<ClaimOutcome>;
    /** Keeps the result for `ttlMs` from now. */
    complete(lease: Lease, result: Uint8Array, ttlMs: number): Promise<CompleteOutcome>;
    /** Lets the lease end `leaseMs` from now; 0 ends it at once. @returns false when it is no longer the owner's */
    renew(lease: Lease, leaseMs: number): Promise<boolean>;
    /** Forgets the claim: nothing happened. @returns false when it is completed or no longer the owner's */
    release(lease: Lease): Promise<boolean>;
    /**
     * Completes inside the caller's transaction; where the store's engine has none, the method is missing.
     * @throws LeaseLostError when the claim is no longer the owner's, so that the transaction is rolled back
     */
    completeIn?(tx: Tx, lease: Lease, result: Uint8Array, ttlMs: number): void | Promise<void>;
    /** Removes records past their TTL, in one short step. */
    purge(options?: StorePurgeOptions): Promise<PurgeResult>;
    /** Frees what the store opened itself; a client that was given stays open. */
    close(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
}

// transaction/pg-client.d.ts
/** The part of a `pg` result that is read here. */
export interface PgResult {
    readonly rows: readonly unknown[];
    readonly rowCount: number | null;
}
/** The part of a `pg` Pool or Client that is called here. */
export interface PgClient {
    query(text: string, values?: unknown[]): Promise<PgResult>;
}
/** A `pg` client on which the caller has begun a transaction. */
export interface PgTx {
    readonly client: PgClient;
}

// transaction/prisma-client.d.ts
/** The part of a Prisma transaction client that is called here. */
export interface PrismaTransactionClient {
    $executeRawUnsafe(query: string, ...values: unknown[]): PromiseLike<number>;
    $queryRawUnsafe(query: string, ...values: unknown[]): PromiseLike<unknown>;
}
/** What `prisma.$transaction(async (tx) => ...)` hands to its function, on SQLite or PostgreSQL. */
export interface PrismaTx {
    readonly prisma: PrismaTransactionClient;
}
/**
 * A client that is not a transaction's would write the record by itself, without the caller's rows.
 * @throws IdempotencyOptionError
 */
export declare function checkPrismaTransaction({ prisma }: PrismaTx): void;

// transaction/sqlite-database.d.ts
/** The part of a better-sqlite3 `Statement` that is called here. */
export interface SqliteStatement {
    run(...parameters: unknown[]): {
        changes: number;
    };
    get(...parameters: unknown[]): unknown;
}
/** The part of a better-sqlite3 `Database` that is called here; a wrapper around one will do. */
export interface SqliteDatabase {
    /** Whether a transaction is open on this connection. */
    readonly inTransaction: boolean;
    prepare(sql: string): SqliteStatement;
    exec(sql: string): unknown;
}
/** Where the record is written: inside the transaction that is open on `db`, or in one of its own. */
export interface SqliteTx {
    readonly db: SqliteDatabase;
}
/** The value of the only column of the first row, as pragmas answer. */
export declare function readScalar(db: SqliteDatabase, sql: string): unknown;
/** The same of a statement that is kept. */
export declare function scalarOf(statement: SqliteStatement): unknown;

// claim/policy.d.ts
import { type Clock } from '@holdfast/context/clock';
import { ReplayCache } from './replay-cache.ts';
/** What is the same for requests and functions. */
export interface PolicyOptions {
    /**
     * How long a claim holds without being renewed, in ms, 100 to 3,600,000. It is renewed while the work goes on.
     * @default 30000
     */
    leaseMs?: number;
    /**
     * For how long a claim is renewed at most, in ms, 1,000 to 86,400,000: work that never ends gives up its key then.
     * @default 600000
     */
    maxRunMs?: number;
    /**
     * Limit of one call to the store, in ms, 10 to 60,000; a deadline of the context shortens it.
     * @default 2000
     */
    storeTimeoutMs?: number;
    /**
     * What a second call does while the first is at work: it is refused at once, or waits for the answer.
     * @default 'refuse'
     */
    onInFlight?: 'refuse' | 'wait';
    /**
     * Longest wait in ms, 0 to 600,000; a deadline of the context shortens it.
     * @default 10000
     */
    waitMs?: number;
    /**
     * Whether a call is refused or runs without protection when the store does not answer.
     * @default 'failClosed'
     */
    onStoreFailure?: 'failClosed' | 'failOpen';
    /**
     * How much memory may hold records that were given again before, in bytes, 0 (none) to 1,073,741,824, so that the
     * next time costs no call to the store. Not used with the memory store.
     * @default 8388608
     */
    replayCacheBytes?: number;
    /** Time and timers. Default the system's. */
    clock?: Clock;
}
/** @template T what a kept result is given again as */
export interface Policy<T = unknown> {
    readonly ttlMs: number;
    readonly leaseMs: number;
    readonly maxRunMs: number;
    readonly storeTimeoutMs: number;
    readonly waitMs: number;
    readonly waits: boolean;
    readonly failsOpen: boolean;
    /** Whether a claim whose lease ran out is taken over; else it is refused. */
    readonly takesOver: boolean;
    readonly replays: ReplayCache<T> | undefined;
    /** What is made of a kept result, once for each time that a store is asked; callers share it and leave it as it is. */
    readonly read: (result: Uint8Array) => T;
    readonly clock: Clock;
}
/** Every default of requests and functions with a key. Durations in ms, sizes in bytes. */
export declare const IDEMPOTENCY_DEFAULTS: Readonly<{
    headerName: string;
    methods: readonly string[];
    replayHeaders: readonly string[];
    ttlSeconds: number;
    ttlMs: number;
    leaseMs: number;
    maxRunMs: number;
    storeTimeoutMs: number;
    waitMs: number;
    replayCacheBytes: number;
    maxRequestBytes: number;
    maxResponseBytes: number;
}>;
/** @throws IdempotencyOptionError */
export declare function resolvePolicy<T>(owner: string, options: PolicyOptions, more: Pick<Policy<T>, 'ttlMs' | 'takesOver' | 'read'>): Policy<T>;
/** @throws IdempotencyOptionError */
export declare function inRange(owner: string, name: string, value: number, least: number, most: number): number;
/** @throws IdempotencyOptionError */
export declare function oneOf(owner: string, name: string, value: unknown, choices: readonly string[]): void;

// claim/replay-cache.d.ts
import type { Clock } from '@holdfast/context/clock';
/** When the store was asked, by both clocks. */
export interface AskedAt {
    readonly now: number;
    readonly wall: number;
}
/**
 * Completed records that were given again before, so that a client that insists does not cost a round trip each time.
 * A completed record never changes before its TTL is over, and what is kept here is kept no longer than that: the time
 * left by the store's clock, counted from before it was asked. Keys already hold tenant and principal. The record that
 * was given again longest ago goes first when there is no room.
 */
export declare class ReplayCache<T> {
    #private;
    /** @param read what is made of a result once and given each time; everybody gets the same one */
    constructor(maxBytes: number, clock: Clock, read: (result: Uint8Array) => T);
    askedAt(): AskedAt;
    find(key: string, fingerprint: string): {
        readonly value: T;
    } | 'mismatch' | undefined;
    /** @returns what was made of the result */
    keep(key: string, fingerprint: string, result: Uint8Array, at: AskedAt, leftMs: number): T;
}

// http/answers.d.ts
import { type StoredResponse } from '../claim/record-codec.ts';
import type { AnswerInit } from './options.ts';
/** A refusal before it is written for a client. */
export interface Refusal {
    readonly status: number;
    readonly code: string;
    readonly message: string;
    readonly retryAfterMs?: number;
}
export declare const CONFLICT: Refusal;
export declare function inProgress(retryAfterMs: number): Refusal;
export declare const OUTCOME_UNKNOWN: Refusal;
export declare const NOT_REPLAYABLE: Refusal;
export declare const UNAVAILABLE: Refusal;
export declare const KEY_MISSING: Refusal;
export declare function keyInvalid(reason: string): Refusal;
export declare const INPUT_TOO_LARGE: Refusal;
export declare const INPUT_UNREADABLE: Refusal;
export declare const MEDIA_TYPE_UNSUPPORTED: Refusal;
/** Whom a refusal is written for. */
export interface Reader {
    readonly accept: string | undefined;
    readonly requestId: string | undefined;
}
/** `{ error: { code, message, requestId } }`, or RFC 9457 for whoever asks for it. */
export declare function refusalAnswer(refusal: Refusal, { accept, requestId }: Reader): StoredResponse;
/** @throws IdempotencyOptionError for a status that is none */
export declare function answerOf({ status, headers, body }: AnswerInit): StoredResponse;
/** Only what is on the list: the rest belongs to one answer alone. */
export declare function keptHeaders(headers: StoredResponse['headers'], names: readonly string[]): StoredResponse['headers'];
/** Frozen, since what is remembered is given to many. */
export declare function asReplay({ status, headers, body }: StoredResponse): StoredResponse;
/** What a record is given again as. @throws SyntaxError or TypeError for a record that is none of this package */
export declare function replayOf(result: Uint8Array): StoredResponse;

// http/options.d.ts
import { type Policy, type PolicyOptions } from '../claim/policy.ts';
import type { StoredResponse } from '../claim/record-codec.ts';
/** An answer as a handler gives it: JSON, unless the body is text or bytes. */
export interface AnswerInit {
    /** @default 200 */
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string | readonly string[]>>;
    readonly body?: unknown;
}
/** What a reconciliation is told of the request that never ended. */
export interface ReconcileRequest {
    readonly key: string;
    readonly method: string;
    readonly route: string;
    readonly tenant: string | undefined;
    readonly principal: string | undefined;
    readonly body: unknown;
}
/** The answer of the earlier request, or what to do instead. */
export type ReconcileAnswer = {
    readonly completed: AnswerInit;
} | 'run-again' | 'refuse';
export interface HttpIdempotencyOptions extends PolicyOptions {
    /** @default 'Idempotency-Key' */
    headerName?: string;
    /**
     * How long an answer is kept, in seconds.
     * @default 86400
     */
    ttlSeconds?: number;
    /** Which methods take a key. Default POST, PUT, PATCH and DELETE; safe methods are refused. */
    methods?: readonly string[];
    /**
     * Whether a request without a key is refused with 400.
     * @default false
     */
    required?: boolean;
    /** What is done about an earlier request that never ended: a crash, a lost lease, a 5xx. Default `refuse`. */
    onLeaseExpired?: 'refuse' | 'run-again' | ((request: ReconcileRequest) => Promise<ReconcileAnswer>);
    /**
     * Whether a 5xx other than 503 is kept and given again. Otherwise it counts as not ended, unless the handler called
     * `release()` or its transaction was rolled back.
     * @default false
     */
    storeServerErrors?: boolean;
    /**
     * Headers that a later request gets too, in lower case. `set-cookie`, `date` and the like are refused. Default
     * content-type, content-language, content-disposition, location, etag, last-modified, cache-control and link.
     */
    replayHeaders?: readonly string[];
    /**
     * Largest input to tell requests apart by, in bytes (characters of canonical JSON), 1 to 104,857,600.
     * @default 1048576
     */
    maxRequestBytes?: number;
    /**
     * Largest answer that is kept, in bytes, 0 to 104,857,600. A larger one is sent and cannot be given again.
     * @default 1048576
     */
    maxResponseBytes?: number;
}
export interface HttpSettings {
    readonly policy: Policy<StoredResponse>;
    readonly headerName: string;
    readonly methods: ReadonlySet<string>;
    readonly required: boolean;
    readonly storeServerErrors: boolean;
    readonly replayHeaders: readonly string[];
    readonly maxRequestBytes: number;
    readonly maxResponseBytes: number;
    readonly reconcile: ((request: ReconcileRequest) => Promise<ReconcileAnswer>) | undefined;
}
/** @throws IdempotencyOptionError */
export declare function resolveHttp(options: HttpIdempotencyOptions): HttpSettings;

// http/response-capture.d.ts
import type { ServerResponse } from 'node:http';
import type { StoredResponse } from '../claim/record-codec.ts';
/** What decides over a response that is held back. Neither function may reject. */
export interface ResponseKeeper {
    readonly maxResponseBytes: number;
    /** @returns what is to be sent instead, or undefined */
    finish(response: StoredResponse): Promise<StoredResponse | undefined>;
    /** As `finish`, for a body that is not kept: a repetition then hears that it was done, without the answer. */
    finishTooLarge(status: number): Promise<StoredResponse | undefined>;
}
/**
 * Holds back what a handler writes until `keeper` has recorded it; then all of it is sent at once. What grows over
 * `maxResponseBytes` is recorded as too large and goes through from then on.
 */
export declare function captureResponse(res: ServerResponse, keeper: ResponseKeeper): void;
/** Sends a whole answer on a response that nothing was sent on. */
export declare function sendAnswer(res: ServerResponse, { status, headers, body }: StoredResponse, end?: ServerResponse['end']): void;

// http/http-idempotency.d.ts
import { type StoredResponse } from '../claim/record-codec.ts';
import type { IdempotencyStore } from '../stores/store.ts';
import { type HttpRun, type RequestIdempotency } from './claimed-request.ts';
import { type HttpIdempotencyOptions } from './options.ts';
/** The parts of a request, as an adapter reads them. */
export interface HttpRequestParts {
    readonly method: string;
    /** Path and query as they were sent. */
    readonly url: string;
    /** The matched pattern, or the path. */
    readonly route: string;
    /** Every value of a header, one for each time that it was sent. */
    header(name: string): readonly string[];
    /** The parsed body, its bytes, or undefined where there is none. */
    readonly body: unknown;
    /** Whether there is a body that nobody has read: a mistake of the application, and `decide` throws. */
    readonly isBodyUnread: boolean;
    /**
     * Whether a parser has looked at that body and left it, since it does not take its media type: a mistake of the
     * client, which is answered 415. Default false.
     */
    readonly isMediaTypeUnsupported?: boolean;
    /** Instead of the body, what makes two requests the same. */
    readonly fingerprint?: unknown;
    /** Default the tenant and user of the context; without a user, the `Authorization` header. */
    readonly tenant?: string | undefined;
    readonly principal?: string | undefined;
    readonly requestId?: string | undefined;
}
/** What to do with a request: handle it without protection, send an answer, or handle it and record what it answers. */
export type HttpDecision = {
    readonly kind: 'pass';
    readonly idempotency: RequestIdempotency;
} | {
    readonly kind: 'answer';
    readonly answer: StoredResponse;
} | {
    readonly kind: 'run';
    readonly run: HttpRun;
};
/** Decides over requests, free of any framework. */
export interface HttpIdempotency {
    /** Whether requests of this method are looked at; the others pass by. Upper case. */
    handles(method: string): boolean;
    /** @throws BodyNotReadError; every other failure is an answer */
    decide(request: HttpRequestParts): Promise<HttpDecision>;
}
/**
 * What `idempotencyMiddleware` decides with, for the adapter of another framework.
 * @throws IdempotencyOptionError
 */
export declare function createHttpIdempotency(store: IdempotencyStore, options?: HttpIdempotencyOptions): HttpIdempotency;
