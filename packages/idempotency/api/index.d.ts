// index.d.ts
export type { IdempotencyRequest, IdempotencyRequestOutcome } from './channels.ts';
export { IDEMPOTENCY_DEFAULTS, type PolicyOptions } from './claim/policy.ts';
export { AsyncFunctionError, BodyNotReadError, IdempotencyError, IdempotencyMissingPeerError, IdempotencyOptionError, IdempotencySchemaVersionError, IdempotencyStoreError, InFlightError, InputTooLargeError, KeyConflictError, LeaseLostError, NotDurableError, NotReplayableError, OutcomeUnknownError, StoreFullError, StoreUnavailableError, TransactionEndedError, UncanonicalInputError, } from './errors.ts';
export { type IdempotentOptions, type IdempotentRun, idempotent, type Reconciled } from './idempotent.ts';
export { type PurgeRunOnceOptions, RUN_ONCE_DEFAULTS, type RunOnceOptions, type RunOnceResult, } from './run-once/options.ts';
export { purgeRunOnce } from './run-once/purge-run-once.ts';
export { runOnce } from './run-once/run-once.ts';
export { MemoryIdempotencyStore, type MemoryIdempotencyStoreOptions } from './stores/memory.ts';
export { PostgresIdempotencyStore, type PostgresIdempotencyStoreOptions } from './stores/postgres.ts';
export { type PurgeExpiredOptions, purgeExpired } from './stores/purge-expired.ts';
export { type RedisClient, RedisIdempotencyStore, type RedisIdempotencyStoreOptions, } from './stores/redis.ts';
export { SqliteIdempotencyStore, type SqliteIdempotencyStoreOptions } from './stores/sqlite.ts';
export type { ClaimOutcome, ClaimRequest, CompleteOutcome, IdempotencyStore, Lease, PurgeResult, StorePurgeOptions, Tx, } from './stores/store.ts';
export type { PgClient, PgResult, PgTx } from './transaction/pg-client.ts';
export type { PrismaTransactionClient, PrismaTx } from './transaction/prisma-client.ts';
export type { AsyncTx } from './transaction/sql-tx.ts';
export type { SqliteDatabase, SqliteStatement, SqliteTx } from './transaction/sqlite-database.ts';

// channels.d.ts
/** How a request or call with a key was answered. */
export type IdempotencyRequestOutcome = 'fresh' | 'replayed' | 'in-flight' | 'conflict' | 'unknown' | 'invalid' | 'unavailable' | 'unprotected';
/** The fact on `holdfast:idempotency:request`. */
export interface IdempotencyRequest {
    readonly source: 'http' | 'function';
    readonly outcome: IdempotencyRequestOutcome;
}
export declare function publishRequest(source: IdempotencyRequest['source'], outcome: IdempotencyRequestOutcome): void;

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

// errors.d.ts
/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export declare abstract class IdempotencyError extends Error {
    abstract readonly code: string;
}
/** An argument or option that cannot be used. Nothing was run. */
export declare class IdempotencyOptionError extends IdempotencyError {
    readonly name = "IdempotencyOptionError";
    readonly code = "ERR_IDEMPOTENCY_OPTION";
    /** The name of the option or argument. */
    readonly option: string;
    constructor(option: string, message: string);
}
/** The function is async. Its effects could not be part of the transaction, which was rolled back. */
export declare class AsyncFunctionError extends IdempotencyError {
    readonly name = "AsyncFunctionError";
    readonly code = "ERR_IDEMPOTENCY_ASYNC_FUNCTION";
    constructor();
}
/** The function ended the transaction in which it ran. Whether its effect and the record are kept is not known. */
export declare class TransactionEndedError extends IdempotencyError {
    readonly name = "TransactionEndedError";
    readonly code = "ERR_IDEMPOTENCY_TRANSACTION_ENDED";
    constructor();
}
/** A power loss could undo a commit that was already reported. Nothing was run. */
export declare class NotDurableError extends IdempotencyError {
    readonly name = "NotDurableError";
    readonly code = "ERR_IDEMPOTENCY_NOT_DURABLE";
    /** The pragma that is too weak. */
    readonly pragma: 'synchronous' | 'journal_mode';
    constructor(pragma: 'synchronous' | 'journal_mode', value: string, remedy: string);
}
/** The tables were made by a newer version of this package. Nothing was run. */
export declare class IdempotencySchemaVersionError extends IdempotencyError {
    readonly name = "IdempotencySchemaVersionError";
    readonly code = "ERR_IDEMPOTENCY_SCHEMA_VERSION";
    readonly found: number;
    readonly supported: number;
    constructor(found: number, supported: number);
}
/** The database refused a statement of ours; the cause is its error. Nothing of this call is kept. */
export declare class IdempotencyStoreError extends IdempotencyError {
    readonly name = "IdempotencyStoreError";
    readonly code = "ERR_IDEMPOTENCY_STORE";
    /** Whether another transaction was in the way (a lock, a deadlock, a serialization failure): trying again may help. */
    readonly busy: boolean;
    constructor(doing: string, cause: unknown);
}
/** The store did not answer, or not in time; the cause says why. The function was not run. */
export declare class StoreUnavailableError extends IdempotencyError {
    readonly name = "StoreUnavailableError";
    readonly code = "ERR_IDEMPOTENCY_STORE_UNAVAILABLE";
    readonly retryAfterMs = 1000;
    constructor(cause: unknown);
}
/** Another call with this key is at work. This one was not run. */
export declare class InFlightError extends IdempotencyError {
    readonly name = "InFlightError";
    readonly code = "ERR_DUPLICATE_REQUEST_IN_PROGRESS";
    readonly retryAfterMs: number;
    constructor(retryAfterMs: number);
}
/** The key was used before with another input. This call was not run. */
export declare class KeyConflictError extends IdempotencyError {
    readonly name = "KeyConflictError";
    readonly code = "ERR_IDEMPOTENCY_KEY_CONFLICT";
    constructor();
}
/** An earlier call with this key began and did not say how it ended. This one was not run. */
export declare class OutcomeUnknownError extends IdempotencyError {
    readonly name = "OutcomeUnknownError";
    readonly code = "ERR_IDEMPOTENCY_OUTCOME_UNKNOWN";
    constructor();
}
/** The claim belongs to another owner by now, or its record is gone. Roll back what was written under it. */
export declare class LeaseLostError extends IdempotencyError {
    readonly name = "LeaseLostError";
    readonly code = "ERR_IDEMPOTENCY_LEASE_LOST";
    constructor();
}
/** The input is too large to be told from another. Nothing was run. */
export declare class InputTooLargeError extends IdempotencyError {
    readonly name = "InputTooLargeError";
    readonly code = "ERR_IDEMPOTENCY_INPUT_TOO_LARGE";
    readonly limit: number;
    constructor(limit: number);
}
/** The input has no canonical form to tell it from another by. Nothing was run. */
export declare class UncanonicalInputError extends IdempotencyError {
    readonly name = "UncanonicalInputError";
    readonly code = "ERR_IDEMPOTENCY_INPUT";
    constructor(reason: string);
}
/** No parser was mounted before the idempotency middleware, so two requests could not be told apart. Nothing was run. */
export declare class BodyNotReadError extends IdempotencyError {
    readonly name = "BodyNotReadError";
    readonly code = "ERR_IDEMPOTENCY_BODY_NOT_READ";
    constructor();
}
/** The package that a store with a `url` or `file` connects with is not installed. Nothing was run. */
export declare class IdempotencyMissingPeerError extends IdempotencyError {
    readonly name = "IdempotencyMissingPeerError";
    readonly code = "ERR_IDEMPOTENCY_MISSING_PEER";
    readonly peer: string;
    constructor(peer: string, options: ErrorOptions);
}
/** The memory store holds as many records as it may. Nothing was run. */
export declare class StoreFullError extends IdempotencyError {
    readonly name = "StoreFullError";
    readonly code = "ERR_IDEMPOTENCY_STORE_FULL";
    constructor();
}
/** The result cannot be given to a later call: it is too large, or no JSON. It ran once and is not run again. */
export declare class NotReplayableError extends IdempotencyError {
    readonly name = "NotReplayableError";
    readonly code = "ERR_IDEMPOTENCY_NOT_REPLAYABLE";
    constructor();
}

// idempotent.d.ts
import { type PolicyOptions } from './claim/policy.ts';
import type { IdempotencyStore } from './stores/store.ts';
import type { PgTx } from './transaction/pg-client.ts';
import type { PrismaTx } from './transaction/prisma-client.ts';
import type { SqliteTx } from './transaction/sqlite-database.ts';
/** What a function gets beside its input. */
export interface IdempotentRun<T> {
    readonly key: string;
    /** Fencing token: grows with each claim of the key. Hand it to systems that can refuse a smaller one. */
    readonly token: number;
    /** Aborts when another call has taken over, with `run-again`. */
    readonly signal: AbortSignal;
    /**
     * Writes the record in your transaction; it commits with your rows or not at all. With `{ db }` it is written when
     * this returns. The value is what every call gets, this one included.
     * @throws LeaseLostError when another call has taken over: roll back
     */
    complete(tx: SqliteTx, value: T): void;
    complete(tx: PgTx | PrismaTx, value: T): Promise<void>;
    /** Nothing happened: when the function throws after this, the key is free again. */
    release(): void;
}
/** What a reconciliation found out about an earlier call that did not say how it ended. */
export type Reconciled<T> = {
    readonly completed: T;
} | 'run-again' | 'refuse';
export interface IdempotentOptions<I, T> extends PolicyOptions {
    /** Where results are kept. */
    store: IdempotencyStore;
    /** The key of an input, 1 or more characters. */
    key: (input: I) => string;
    /** Whose keys they are: two functions with one store each have their own. Default `'default'`. */
    scope?: string;
    /** What of the input must be the same when the key is. Default all of it, as canonical JSON. */
    fingerprint?: (input: I) => unknown;
    /**
     * How long a result is kept, in ms.
     * @default 86400000
     */
    ttlMs?: number;
    /** What is done about an earlier call that never ended: a crash, a lost lease, a throw. Default `refuse`. */
    onLeaseExpired?: 'refuse' | 'run-again' | ((input: I) => Promise<Reconciled<T>>);
    /** Whether an error says that nothing happened, so that the key is free again. Default none does. */
    releaseOn?: (error: unknown) => boolean;
}
/**
 * Wraps a function so that it runs once for each key, whoever calls it, in whichever process; later calls get the
 * first one's value, which must be JSON.
 * @throws IdempotencyOptionError
 */
export declare function idempotent<I, T>(fn: (input: I, run: IdempotentRun<T>) => Promise<T> | T, options: IdempotentOptions<I, T>): (input: I) => Promise<T>;

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

// run-once/options.d.ts
import { type Clock } from '@holdfast/context/clock';
export interface RunOnceOptions {
    /**
     * Who consumes the event: two consumers of one event each run once. 1 to 200 characters.
     * @default 'default'
     */
    scope?: string;
    /**
     * Whether a connection on which a power loss could undo a reported commit is refused at its first use.
     * In-memory databases are let through.
     * @default true
     */
    requireDurable?: boolean;
    /** Source of the time of record. Default the system's. */
    clock?: Clock;
}
/** What became of a call: `value` is what `fn` returned, where it was run. */
export type RunOnceResult<T> = {
    readonly ran: true;
    readonly value: T;
} | {
    readonly ran: false;
};
/** Which records of `runOnce` are removed. */
export interface PurgeRunOnceOptions {
    /** Age in ms from which a record is removed, 0 or more. */
    olderThanMs: number;
    /**
     * Most records to remove in one call, 1 to 100,000.
     * @default 1000
     */
    limit?: number;
    /** Only records of this scope. Default all. */
    scope?: string;
    /** Source of the present time. Default the system's. */
    clock?: Clock;
}
/** Every default of `runOnce` and `purgeRunOnce`. */
export declare const RUN_ONCE_DEFAULTS: Readonly<{
    scope: string;
    requireDurable: boolean;
    limit: number;
}>;
export interface ResolvedRunOnce {
    readonly scope: string;
    readonly requireDurable: boolean;
    readonly clock: Clock;
}
/** @throws IdempotencyOptionError */
export declare function resolveRunOnce(eventId: string, options?: RunOnceOptions): ResolvedRunOnce;
export interface ResolvedPurge {
    readonly olderThanMs: number;
    readonly limit: number;
    readonly scope: string | null;
    readonly clock: Clock;
}
/** @throws IdempotencyOptionError */
export declare function resolvePurge(options: PurgeRunOnceOptions): ResolvedPurge;

// run-once/purge-run-once.d.ts
import type { PurgeResult } from '../stores/store.ts';
import type { SqliteTx } from '../transaction/sqlite-database.ts';
import { type PurgeRunOnceOptions } from './options.ts';
/**
 * Removes the oldest records of `runOnce` of the given age, at most `limit` of them, in one short transaction, so that neither
 * other writers nor the event loop wait long. Call it again, after a turn of the event loop, while `more` is true.
 * An event that comes again after its record was removed runs again: keep records longer than anything can be
 * redelivered or redriven.
 * @throws IdempotencyOptionError
 * @throws IdempotencyStoreError when SQLite refuses
 */
export declare function purgeRunOnce(tx: SqliteTx, options: PurgeRunOnceOptions): PurgeResult;

// run-once/run-once.d.ts
import type { AsyncTx } from '../transaction/sql-tx.ts';
import type { SqliteTx } from '../transaction/sqlite-database.ts';
import { type RunOnceOptions, type RunOnceResult } from './options.ts';
/**
 * Runs `fn` when no call with this event id and scope has committed before, and records the id in the same
 * transaction: the effect and the record commit together or not at all. With `{ db }` it joins the transaction that is
 * open, or makes one; with `{ client }` and `{ prisma }` it is always yours, `fn` may be async, and everything is
 * awaited. A throw of `fn` undoes what it wrote, forgets the id and is thrown on.
 * @throws IdempotencyOptionError for an event id of 0 or more than 512 characters, or where no transaction is open
 * @throws AsyncFunctionError when `fn` is async with `{ db }`
 * @throws NotDurableError on a SQLite connection with `synchronous` below FULL
 * @throws IdempotencyStoreError when the database refuses, `busy` when another connection held the lock
 */
export declare function runOnce<T>(eventId: string, tx: SqliteTx, fn: () => T, options?: RunOnceOptions): RunOnceResult<T>;
export declare function runOnce<T>(eventId: string, tx: AsyncTx, fn: () => Promise<T> | T, options?: RunOnceOptions): Promise<RunOnceResult<T>>;

// transaction/sql-tx.d.ts
/** A transaction of the caller whose statements are awaited: `pg` or Prisma behind one small interface. */
import type { PgTx } from './pg-client.ts';
import { type PrismaTx } from './prisma-client.ts';
/** A transaction of the caller, whose statements are awaited. */
export type AsyncTx = PgTx | PrismaTx;
export type Dialect = 'postgresql' | 'sqlite';
export interface SqlTx {
    readonly dialect: Dialect;
    /** @param sql with `$1`, `$2` and so on in the order of `values` @returns how many rows it touched */
    run(sql: string, values?: readonly unknown[]): Promise<number>;
    /** @returns the first column of the first row */
    read(sql: string): Promise<unknown>;
}
/** @throws IdempotencyOptionError when a Prisma client is no transaction's */
export declare function openSqlTx(tx: AsyncTx): SqlTx | Promise<SqlTx>;
export declare function isMissingTable(error: unknown): boolean;
/** Whether a savepoint could not be set or found, because its transaction is not there. */
export declare function isNoTransaction(error: unknown): boolean;

// stores/memory.d.ts
import { type Clock } from '@holdfast/context/clock';
import type { ClaimOutcome, ClaimRequest, CompleteOutcome, IdempotencyStore, Lease, PurgeResult, StorePurgeOptions } from './store.ts';
export interface MemoryIdempotencyStoreOptions {
    /**
     * Most records at once, 1 or more; a claim beyond it is refused. Nothing is thrown out before its TTL.
     * @default 100000
     */
    maxRecords?: number;
    /** Time and timers. Default the system's. */
    clock?: Clock;
}
/** Records in the memory of one process, for development and tests: a restart forgets them. */
export declare class MemoryIdempotencyStore implements IdempotencyStore {
    #private;
    /** @throws IdempotencyOptionError */
    constructor({ maxRecords, clock }?: MemoryIdempotencyStoreOptions);
    claim(request: ClaimRequest): Promise<ClaimOutcome>;
    complete(lease: Lease, result: Uint8Array, ttlMs: number): Promise<CompleteOutcome>;
    renew(lease: Lease, leaseMs: number): Promise<boolean>;
    release(lease: Lease): Promise<boolean>;
    purge(options?: StorePurgeOptions): Promise<PurgeResult>;
    close(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
}

// stores/postgres.d.ts
import type { Clock } from '@holdfast/context/clock';
import type { PgClient } from '../transaction/pg-client.ts';
import type { ClaimOutcome, ClaimRequest, CompleteOutcome, IdempotencyStore, Lease, PurgeResult, StorePurgeOptions, Tx } from './store.ts';
export interface PostgresIdempotencyStoreOptions {
    /** A `pg` Pool; it stays the caller's to end. */
    pool?: PgClient;
    /** A connected `pg` Client, or whatever has its `query`; it stays the caller's to end. */
    client?: PgClient;
    /** Where PostgreSQL is; the store makes a Pool with the optional peer `pg` and closes it. */
    url?: string;
    /** Default the clock of the server, which all its clients share. */
    clock?: Clock;
}
/** Records in PostgreSQL: one statement to claim, one to complete, which can join the caller's transaction. */
export declare class PostgresIdempotencyStore implements IdempotencyStore {
    #private;
    /** @throws IdempotencyOptionError */
    constructor(options: PostgresIdempotencyStoreOptions);
    claim(request: ClaimRequest): Promise<ClaimOutcome>;
    complete({ key, owner }: Lease, result: Uint8Array, ttlMs: number): Promise<CompleteOutcome>;
    renew({ key, owner }: Lease, leaseMs: number): Promise<boolean>;
    release({ key, owner }: Lease): Promise<boolean>;
    completeIn(tx: Tx, { key, owner }: Lease, result: Uint8Array, ttlMs: number): Promise<void>;
    purge(options?: StorePurgeOptions): Promise<PurgeResult>;
    close(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
}

// stores/purge-expired.d.ts
import type { IdempotencyStore, StorePurgeOptions } from './store.ts';
export interface PurgeExpiredOptions extends StorePurgeOptions {
    /** Ends the work after the batch that is under way. */
    signal?: AbortSignal;
}
/**
 * Removes every record past its TTL, in batches with a turn of the event loop between them, so that requests go on.
 * @returns how many were removed
 */
export declare function purgeExpired(store: IdempotencyStore, { signal, ...options }?: PurgeExpiredOptions): Promise<number>;

// stores/redis.d.ts
import type { Clock } from '@holdfast/context/clock';
import type { ClaimOutcome, ClaimRequest, CompleteOutcome, IdempotencyStore, Lease, PurgeResult, StorePurgeOptions } from './store.ts';
/** The part of an ioredis `Redis` or `Cluster` that is called here. */
export interface RedisClient {
    callBuffer(command: string, ...args: (string | Buffer | number)[]): Promise<unknown>;
}
export interface RedisIdempotencyStoreOptions {
    /** Where Redis is; the store makes the connection with the optional peer `ioredis` and closes it. Default `REDIS_URL`. */
    url?: string | undefined;
    /** A connected ioredis client instead; it stays the caller's to close. */
    client?: RedisClient;
    /**
     * What the keys begin with. Each key is in braces after it, so that Redis Cluster keeps it in one slot.
     * @default 'holdfast:idempotency:'
     */
    keyPrefix?: string;
    /** Default the clock of the Redis server, which all its clients share. */
    clock?: Clock;
}
/** Records in Redis: one script to claim, one to complete. They are as durable as Redis is set up to be. */
export declare class RedisIdempotencyStore implements IdempotencyStore {
    #private;
    /** @throws IdempotencyOptionError */
    constructor(options?: RedisIdempotencyStoreOptions);
    claim({ key, fingerprint, owner, leaseMs, ttlMs, takeOver }: ClaimRequest): Promise<ClaimOutcome>;
    complete({ key, owner }: Lease, result: Uint8Array, ttlMs: number): Promise<CompleteOutcome>;
    renew({ key, owner }: Lease, leaseMs: number): Promise<boolean>;
    release({ key, owner }: Lease): Promise<boolean>;
    /** Redis removes records itself when their time has come. */
    purge(options?: StorePurgeOptions): Promise<PurgeResult>;
    close(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
}

// stores/sqlite.d.ts
import { type Clock } from '@holdfast/context/clock';
import type { SqliteDatabase } from '../transaction/sqlite-database.ts';
import type { ClaimOutcome, ClaimRequest, CompleteOutcome, IdempotencyStore, Lease, PurgeResult, StorePurgeOptions, Tx } from './store.ts';
export interface SqliteIdempotencyStoreOptions {
    /** A file that the store opens itself, in WAL mode with `synchronous=FULL`. Default `<HOLDFAST_DATA_DIR or ./.holdfast>/idempotency.db`. */
    file?: string;
    /** An open better-sqlite3 connection instead; it stays the caller's to close. */
    db?: SqliteDatabase;
    /**
     * Whether a `db` on which a power loss could undo a reported commit is refused at its first use.
     * @default true
     */
    requireDurable?: boolean;
    /** Time and timers. Default the system's. */
    clock?: Clock;
}
/** Records in a SQLite file: any number of processes on one machine share it, and completion can join their transactions. */
export declare class SqliteIdempotencyStore implements IdempotencyStore {
    #private;
    /** @throws IdempotencyOptionError */
    constructor(options?: SqliteIdempotencyStoreOptions);
    claim(request: ClaimRequest): Promise<ClaimOutcome>;
    complete(lease: Lease, result: Uint8Array, ttlMs: number): Promise<CompleteOutcome>;
    renew(lease: Lease, leaseMs: number): Promise<boolean>;
    release(lease: Lease): Promise<boolean>;
    /** With `{ db }` the row is written when this returns; with `{ prisma }` when the promise resolves. */
    completeIn(tx: Tx, lease: Lease, result: Uint8Array, ttlMs: number): void | Promise<void>;
    /**
     * Takes a few milliseconds at most, whatever the limit; the log is written back in a thread of its own. What the disk
     * takes for a sync comes on top of it in one call of many.
     */
    purge(options?: StorePurgeOptions): Promise<PurgeResult>;
    close(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
}
