// index.d.ts
export { AsyncFunctionError, IdempotencyError, IdempotencyOptionError, IdempotencyStoreError, NotDurableError, SchemaVersionError, TransactionEndedError, } from './errors.ts';
export { type PurgeOptions, RUN_ONCE_DEFAULTS, type RunOnceOptions } from './options.ts';
export { type PurgeResult, purge } from './purge.ts';
export { type RunOnceResult, runOnce } from './run-once.ts';
export type { SqliteDatabase, SqliteStatement, SqliteTx } from './sqlite-database.ts';

// errors.d.ts
/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export declare abstract class IdempotencyError extends Error {
    abstract readonly code: string;
}
/** An argument or option that cannot be used. Nothing was run. */
export declare class IdempotencyOptionError extends IdempotencyError {
    readonly name = "IdempotencyOptionError";
    readonly code = "ERR_IDEMPOTENCY_OPTION";
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
export declare class SchemaVersionError extends IdempotencyError {
    readonly name = "SchemaVersionError";
    readonly code = "ERR_IDEMPOTENCY_SCHEMA_VERSION";
    readonly found: number;
    readonly supported: number;
    constructor(found: number, supported: number);
}
/** SQLite refused a statement of ours; the cause is its error. Nothing of this call is kept. */
export declare class IdempotencyStoreError extends IdempotencyError {
    readonly name = "IdempotencyStoreError";
    readonly code = "ERR_IDEMPOTENCY_STORE";
    /** Whether another connection held the lock for longer than `busy_timeout`, so that trying again may help. */
    readonly busy: boolean;
    constructor(doing: string, cause: unknown);
}

// options.d.ts
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
export interface PurgeOptions {
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
export declare const RUN_ONCE_DEFAULTS: Readonly<{
    scope: string;
    requireDurable: boolean;
    purgeLimit: number;
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
export declare function resolvePurge(options: PurgeOptions): ResolvedPurge;

// purge.d.ts
import { type PurgeOptions } from './options.ts';
import type { SqliteTx } from './sqlite-database.ts';
export interface PurgeResult {
    /** Records removed by this call. */
    readonly deleted: number;
    /** Whether the limit was reached, so that there may be more to remove. */
    readonly more: boolean;
}
/**
 * Removes the oldest records of the given age, at most `limit` of them, in one short transaction, so that neither
 * other writers nor the event loop wait long. Call it again, after a turn of the event loop, while `more` is true.
 * An event that comes again after its record was removed runs again: keep records longer than anything can be
 * redelivered or redriven.
 * @throws IdempotencyOptionError
 * @throws IdempotencyStoreError when SQLite refuses
 */
export declare function purge(tx: SqliteTx, options: PurgeOptions): PurgeResult;

// sqlite-database.d.ts
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

// run-once.d.ts
import { type RunOnceOptions } from './options.ts';
import type { SqliteTx } from './sqlite-database.ts';
export type RunOnceResult<T> = {
    readonly ran: true;
    readonly value: T;
} | {
    readonly ran: false;
};
/**
 * Runs `fn` when no call with this event id and scope has committed before, and records the id in the same
 * transaction: the effect and the record commit together or not at all. Inside a transaction that is open on `db`
 * the caller's commit decides; otherwise one `BEGIN IMMEDIATE` transaction is opened and committed here.
 * A throw of `fn` undoes what it wrote, forgets the id and is thrown on.
 * @throws IdempotencyOptionError for an event id of 0 or more than 512 characters
 * @throws AsyncFunctionError when `fn` is async or returns a promise
 * @throws NotDurableError at the first use of a connection with `synchronous` below FULL
 * @throws IdempotencyStoreError when SQLite refuses, `busy` when another connection held the lock
 */
export declare function runOnce<T>(eventId: string, tx: SqliteTx, fn: () => T, options?: RunOnceOptions): RunOnceResult<T>;
