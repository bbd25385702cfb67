// index.d.ts
/** The backend as BullMQ knows it: what `queue.getBackend()` gives. */
export type { IQueueBackend as SqliteQueueBackend } from 'bullmq';
export { createSqliteBackend } from './create-sqlite-backend.ts';
export { NotSupportedYetError, SqliteBackendError, SqliteBusyError, SqliteFileError, SqliteOptionError, SqliteWriteError, } from './errors.ts';
export { DEFAULTS, type Durability, type OpenDatabase, type SqliteConnectionOptions, type SqliteTuning, } from './options.ts';

// create-sqlite-backend.d.ts
import type { BackendFactory, IQueueBackend } from 'bullmq';
import { type SqliteConnectionOptions } from './options.ts';
/**
 * BullMQ on one SQLite file: `const { Queue, Worker, QueueEvents } = withBackend(createSqliteBackend)`, with
 * `connection: { file }` or `{ db }`. All that is made in one process for one file shares one connection, whose
 * tuning is that of the first.
 * @throws SqliteOptionError, SqliteFileError, SqliteBusyError, SqliteWriteError
 */
export declare const createSqliteBackend: BackendFactory<IQueueBackend, SqliteConnectionOptions>;

// options.d.ts
/** What a commit survives: loss of power (`synchronous=FULL`), or only the end of the process (`NORMAL`). */
export type Durability = 'power-loss' | 'process';
export interface SqliteTuning {
    /** @default 'power-loss' */
    durability?: Durability;
    /** How long a write waits for another process's lock before SqliteBusyError, 0 to 600000 ms. @default 5000 */
    busyTimeoutMs?: number;
    /** The safety net under the file watcher: how often a waiting worker looks, 5 to 60000 ms. @default 500 */
    pollIntervalMs?: number;
}
/** An open better-sqlite3 `Database`, by what is asked of it first; so users need no types of that package. */
export interface OpenDatabase {
    readonly open: boolean;
    readonly memory: boolean;
    readonly name: string;
    readonly inTransaction: boolean;
    prepare(source: string): unknown;
    exec(source: string): unknown;
    pragma(source: string, options?: {
        simple?: boolean;
    }): unknown;
}
/** The `connection` option of Queue, Worker and QueueEvents: a file, or a better-sqlite3 database that is open. */
export type SqliteConnectionOptions = (SqliteTuning & {
    /** Path of the database; file and folder are made when missing. */
    file: string;
}) | (SqliteTuning & {
    /** An open connection, which stays the caller's to close. */
    db: OpenDatabase;
});
export declare const DEFAULTS: Readonly<Required<SqliteTuning>>;
export interface ResolvedConnection extends Required<SqliteTuning> {
    /** Absolute path, links resolved; '' for a database in memory. */
    readonly file: string;
    readonly db: OpenDatabase | undefined;
}
/** @throws SqliteOptionError naming the option, its value and what it must be */
export declare function resolveConnection(connection: SqliteConnectionOptions): ResolvedConnection;

// errors.d.ts
import { ConnectionClosedError } from 'bullmq';
/** Base of the errors of this package; compare `code`, since `instanceof` fails across copies. */
export declare abstract class SqliteBackendError extends Error {
    abstract readonly code: string;
}
/** A connection option that cannot be used; thrown where the queue or worker is made. */
export declare class SqliteOptionError extends SqliteBackendError {
    readonly name = "SqliteOptionError";
    readonly code = "ERR_BULLMQ_SQLITE_OPTION";
}
/** The file cannot be opened or is not a healthy database of this package. */
export declare class SqliteFileError extends SqliteBackendError {
    readonly name = "SqliteFileError";
    readonly code = "ERR_BULLMQ_SQLITE_FILE";
    readonly file: string;
    constructor(file: string, what: string, cause?: unknown);
}
/** A write could not be stored: disk full, read-only file or an I/O error. Nothing of it was written. */
export declare class SqliteWriteError extends SqliteBackendError {
    readonly name = "SqliteWriteError";
    readonly code = "ERR_BULLMQ_SQLITE_WRITE";
    readonly file: string;
    constructor(file: string, cause: unknown);
}
/**
 * Another connection held the write lock for longer than `busyTimeoutMs`; nothing was written, the call can be
 * repeated. It extends BullMQ's `ConnectionClosedError`, by which a worker tells a store that is away for a moment
 * from a job that failed.
 */
export declare class SqliteBusyError extends ConnectionClosedError {
    readonly name: string;
    readonly code = "ERR_BULLMQ_SQLITE_BUSY";
    readonly file: string;
    constructor(file: string, waitedMs: number, cause?: unknown);
}
/** Something that BullMQ's backend interface allows and this version does not know. Nothing was written. */
export declare class NotSupportedYetError extends SqliteBackendError {
    readonly name = "NotSupportedYetError";
    readonly code = "ERR_BULLMQ_SQLITE_NOT_SUPPORTED";
    /** The member or option that was asked for. */
    readonly member: string;
    constructor(member: string, instead?: string);
}
/** SQLite's extended result code such as `SQLITE_BUSY_SNAPSHOT`, or undefined for any other error. */
export declare function sqliteCode(error: unknown): string | undefined;
export declare function isBusy(error: unknown): boolean;
/** Turns an error of SQLite into one of ours; anything else passes unchanged. */
export declare function describeSqliteError(error: unknown, file: string, waitedMs: number): unknown;
