// index.d.ts
export type { SqliteQueueBackend } from './backend/public-backend.ts';
export { createSqliteBackend } from './create-sqlite-backend.ts';
export { NotSupportedYetError, SqliteBackendError, SqliteBusyError, SqliteFileError, SqliteJobError, SqliteOptionError, SqliteWriteError, } from './errors.ts';
export type { AddedJob } from './jobs/add-job.ts';
export { type Durability, type OpenDatabase, SQLITE_BACKEND_DEFAULTS, type SqliteConnectionOptions, type SqliteTuning, } from './options.ts';

// backend/public-backend.d.ts
import type { IQueueBackend, JobJson, ParentKeyOpts } from 'bullmq';
import type { AddedJob } from '../jobs/add-job.ts';
/** What `queue.getBackend()` gives: BullMQ's backend, and what it has no member for. */
export interface SqliteQueueBackend extends IQueueBackend {
    /**
     * `addJob`, which `Queue.add` calls, with an answer that tells a new job from one that is there already; BullMQ's
     * own gives the id alone. `job` and `jobId` are as for `addJob`; '' lets the queue number the job.
     * With `deduplication.keepLastIfActive` a job that is kept for later is not yet added.
     * @throws as `addJob` does; then nothing was added
     */
    addJobIfAbsent(job: JobJson, jobId: string, parentOpts?: ParentKeyOpts): Promise<AddedJob>;
}

// jobs/add-job.d.ts
import type { JobJson, ParentKeyOpts } from 'bullmq';
import type { QueueScope } from '../queue/queue-scope.ts';
import { type NewJob } from './insert-job.ts';
/**
 * Delay, priority and deduplication are read from the options, where `Queue.add` leaves them.
 * @throws SqliteJobError when an id cannot be told from others
 */
export declare function prepareJob(job: JobJson, jobId: string | undefined, parentOpts?: ParentKeyOpts): NewJob;
/** What became of a job that was to be added. */
export interface AddedJob {
    /** The job's id, or that of the one that stands for it. */
    readonly jobId: string;
    /** False when another job, of the same id or deduplication id, stands for it. */
    readonly added: boolean;
}
/**
 * Stores a job, or finds the one that stands for it: of the same id, or of the same deduplication id.
 * @param inFlow leaves it to the flow to release the parent, when all of its children are there
 * @throws JobStateError when its parent is missing, or the job of its id has another parent
 */
export declare function addJob(scope: QueueScope, job: NewJob, inFlow?: boolean): AddedJob;
/** Stores all jobs in their order, or none of them. @returns their ids */
export declare function addJobs(scope: QueueScope, jobs: readonly NewJob[]): string[];

// queue/queue-scope.d.ts
import type { Statements } from '../database/statements.ts';
import type { EventLog } from './event-log.ts';
import type { QueueRecord } from './queue-record.ts';
/** What an operation on one queue works with, inside a transaction. */
export interface QueueScope {
    readonly sql: Statements;
    readonly record: QueueRecord;
    readonly events: EventLog;
    /** Epoch ms at which the operation was asked for. */
    readonly now: number;
    /** The same by the clock that locks and limits run out by. */
    readonly expiryNow: number;
    /** Where the records of other queues on the same file come from. */
    readonly records: {
        record(queue: string): QueueRecord;
    };
}
/** The same transaction on another queue, by its qualified name: a flow may span several. */
export declare function scopeOf(scope: QueueScope, queue: string): QueueScope;
/** How a flow names a job of this queue. */
export declare function jobKey({ record }: QueueScope, jobId: string): string;

// database/statements.d.ts
import type { Database } from 'better-sqlite3';
export type SqlValue = string | number | null;
/**
 * Prepared statements, kept by their text. Parameters are written `+?` where SQLite's statistics could make it plan
 * anew at each call: the library is built with STAT4, and a statement prepared again costs several times its run.
 */
export declare class Statements {
    #private;
    constructor(db: Database);
    /** The number of changed rows. */
    run(text: string, ...values: SqlValue[]): number;
    /** Like `run`, and gives the rowid of the inserted row. */
    insert(text: string, ...values: SqlValue[]): number;
    get<Row>(text: string, ...values: SqlValue[]): Row | undefined;
    all<Row>(text: string, ...values: SqlValue[]): Row[];
}

// queue/event-log.d.ts
import type { Statements } from '../database/statements.ts';
import type { QueueRecord } from './queue-record.ts';
export type EventEntry = [id: string, fields: string[]];
/** A place in the log: everything up to it has been read. */
export interface EventCursor {
    readonly batch: number;
    readonly index: number;
}
export declare class EventLog {
    #private;
    constructor(sql: Statements);
    /** Forgets what is kept in memory: another connection has written, or a transaction was rolled back. */
    forget(): void;
    /** The id that the next event of this record will have. */
    nextId(record: QueueRecord): string;
    /** Stores the events of a transaction. */
    store(record: QueueRecord): void;
    /** Deletes the oldest rows until at most `limit` events are left, or the newest row alone holds more. */
    trim(record: QueueRecord, limit: number): number;
    /** The place behind the newest event. */
    end(queue: number): EventCursor;
    /** Some of the events behind `cursor`, oldest first. */
    after(queue: number, cursor: EventCursor): EventEntry[];
}
/** Reads an event id as a caller may give it: `0`, `1700000000000` or `1700000000000-3`. */
export declare function parseEventId(id: string): EventCursor;

// queue/queue-record.d.ts
import type { Statements } from '../database/statements.ts';
import { type StateCode } from '../jobs/states.ts';
import { QueueMetrics } from './queue-metrics.ts';
export declare const META_PAUSED = "paused";
export declare const META_CONCURRENCY = "concurrency";
/**
 * What a queue knows of itself, read once and kept from transaction to transaction until another connection writes.
 * Operations change it in memory; it is stored with the transaction they belong to.
 */
export declare class QueueRecord {
    #private;
    /** The qualified name. */
    readonly name: string;
    readonly ref: number;
    readonly meta: Map<string, string>;
    readonly counts: number[];
    jobCounter: number;
    eventCount: number;
    stalledCheckUntil: number;
    /** Jobs started in the window of the rate limit, which ends at `rateUntil`, epoch ms. */
    rateCount: number;
    rateUntil: number;
    readonly metrics: QueueMetrics;
    /** Events of the transaction in progress, each a flat list of fields and values. */
    readonly events: string[][];
    dirty: boolean;
    /** @param create whether a queue that is not there yet is made, which takes a transaction */
    constructor(sql: Statements, name: string, create: boolean);
    count(state: StateCode): number;
    adjust(state: StateCode, by: number): void;
    /** A place behind all that is waiting or active. */
    nextTail(): number;
    /** A place in front of all that is waiting. */
    nextHead(): number;
    /** Epoch ms of the next delayed job; Infinity when there is none. */
    nextDue(): number;
    /** Whether no job may be handed out: paused, or as many active as the global concurrency allows. */
    isHeld(): boolean;
    isMaxed(): boolean;
    hasClaimable(): boolean;
    maxEvents(): number;
    event(...fields: string[]): void;
    /** Back to a queue that was never used. */
    reset(): void;
    store(): void;
}

// jobs/states.d.ts
import type { JobState } from 'bullmq';
/** The states of a job as they are stored. */
export declare const STATE: {
    readonly waiting: 0;
    readonly prioritized: 1;
    readonly active: 2;
    readonly delayed: 3;
    readonly completed: 4;
    readonly failed: 5;
    readonly waitingChildren: 6;
};
export type StateCode = (typeof STATE)[keyof typeof STATE];
/** BullMQ's name of a stored state. */
export declare function stateName(code: number): JobState | 'unknown';
/** BullMQ says `wait` where it means the list rather than the state. */
export declare function previousName(code: number): string;
/** The stored state of a job type as the getters name it; undefined for types that hold no jobs here. */
export declare function stateCode(type: string): StateCode | undefined;

// queue/queue-metrics.d.ts
import type { Statements } from '../database/statements.ts';
import { STATE } from '../jobs/states.ts';
type Kind = typeof STATE.completed | typeof STATE.failed;
/**
 * How many jobs ended in each minute, completed and failed apart. The count is kept in memory and stored with the
 * transaction; a point is written when a minute is over, and the minutes in which nothing ended get a point of 0.
 */
export declare class QueueMetrics {
    #private;
    constructor(sql: Statements, queue: number);
    /** Counts a job that ended at `now`, epoch ms, and keeps the newest `most` minutes. */
    collect(kind: Kind, most: number, now: number): void;
    /** What BullMQ's `getMetrics` asks for: count, last point's time and count, a page of points, and their number. */
    page(kind: Kind, start: number, end: number): [meta: string[], points: string[], count: number];
    store(): void;
    reset(): void;
}
/** The kind of metric that BullMQ names. */
export declare function metricKind(type: 'completed' | 'failed'): Kind;
export {};

// jobs/insert-job.d.ts
import type { DeduplicationOptions, ParentKeys } from 'bullmq';
import { type QueueScope } from '../queue/queue-scope.ts';
/** A job ready to be stored: everything is checked and encoded once, outside of the transaction. */
export interface NewJob {
    /** '' when the queue is to number it. */
    readonly id: string;
    readonly name: string;
    readonly data: string;
    readonly opts: string;
    readonly addedAt: number;
    readonly delay: number;
    readonly priority: number;
    readonly lifo: boolean;
    readonly parent: ParentKeys | undefined;
    /** A parent, which is not begun before its children have ended. */
    readonly waitsForChildren: boolean;
    readonly deduplication: DeduplicationOptions | undefined;
    readonly schedulerId: string | undefined;
}
/** Stores a job in the state that its options ask for, and makes it known to its parent. */
export declare function insertJob(scope: QueueScope, job: NewJob, id: string): void;

// create-sqlite-backend.d.ts
import type { BackendFactory } from 'bullmq';
import type { SqliteQueueBackend as PublicBackend } from './backend/public-backend.ts';
import { type SqliteConnectionOptions } from './options.ts';
/**
 * BullMQ on one SQLite file: `const { Queue, Worker, QueueEvents } = withBackend(createSqliteBackend)`, with
 * `connection: { file }` or `{ db }`. All that is made in one process for one file shares one connection, whose
 * tuning is that of the first.
 * @throws SqliteOptionError, SqliteFileError, SqliteBusyError, SqliteWriteError
 */
export declare const createSqliteBackend: BackendFactory<PublicBackend, SqliteConnectionOptions>;

// options.d.ts
/** What a commit survives: loss of power (`synchronous=FULL`), or only the end of the process (`NORMAL`). */
export type Durability = 'power-loss' | 'process';
/** How a connection writes and waits. */
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
/** Every default of a connection. Durations in ms. */
export declare const SQLITE_BACKEND_DEFAULTS: Readonly<Required<SqliteTuning>>;
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
    /** The name of the option or argument. */
    readonly option: string;
    constructor(option: string, message: string);
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
/** A job or one of its fields that cannot be stored as it is. Nothing of the call was written. */
export declare class SqliteJobError extends SqliteBackendError {
    readonly name = "SqliteJobError";
    readonly code = "ERR_BULLMQ_SQLITE_JOB";
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
