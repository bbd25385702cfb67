// index.d.ts
export type { AttemptRecord } from './attempt-history.ts';
export type { DeadLetterAct, DeadLettered, EngineName, EnqueueOperation, EnqueueStatus, JobOutcome, JobSettled, ProcessOperation, QueueSnapshot, QueueTrouble, } from './channels.ts';
export type { ActOptions, DeadLetter, DeadLetterPage, DeadLetterSummary, DeadLetters, } from './dead-letters.ts';
export type { RedisAddress, RedisClientLike, SqliteDatabaseLike, SqliteLocation } from './engine-choice.ts';
export { DeadLetterNotFoundError, DirectProcessingError, DiscardFailedError, InvalidEventError, JobAbortedError, MissingPeerError, QueueClosedError, QueueError, QueueOptionError, QueueUnavailableError, WorkerStartError, } from './errors.ts';
export type { DeathClass, FailureClass } from './failure-class.ts';
export { jobIdOf } from './job-id.ts';
export type { Redrive } from './job-notes.ts';
export { type BackoffOptions, DEFAULTS, type KeepCompleted, type QueueDefaults, type WebhookQueueOptions, } from './options.ts';
export type { ProcessingStats } from './processing-totals.ts';
export { priorityOf, type WebhookEvent, type WebhookJob, type WebhookProcessor } from './webhook-event.ts';
export { createWebhookQueue, type EnqueueResult, type QueueMetrics, type WebhookQueue, } from './webhook-queue.ts';

// attempt-history.d.ts
import type { FailureClass } from './failure-class.ts';
/** One failed attempt of a job. */
export interface AttemptRecord {
    /** 1-based; starts again at 1 after a redrive. Undefined for a death without an attempt, by stalling. */
    readonly attempt: number | undefined;
    /** Epoch ms, or undefined where the engine did not record it. */
    readonly at: number | undefined;
    readonly failureClass: FailureClass | undefined;
    /** The first line of the stack: the error's name and message. */
    readonly error: string;
    readonly stack: string;
}
/** A thrown value as text; never throws, whatever it is. */
export interface DescribedError {
    readonly name: string;
    readonly message: string;
    readonly stack: string;
}
export declare function withTrailer(stack: string, attempt: number, failureClass: FailureClass, at: number): string;
/** The record that `withTrailer` wrote, or of a stack that BullMQ wrote by itself. */
export declare function readAttempt(text: string): AttemptRecord;
export declare function describeError(thrown: unknown): DescribedError;

// failure-class.d.ts
/** How a failure is treated; as `classifyFailure` of `@holdfast/resilience` says. */
export type FailureClass = 'transient' | 'throttled' | 'permanent' | 'cancelled' | 'overload' | 'open';
/** Why a job is dead: the class of its last failure, or that its workers died or hung too often. */
export type DeathClass = FailureClass | 'stalled';

// channels.d.ts
/** What a queue tells to whoever listens; the payload types are part of the API. */
import { type Channel, type TracingChannel } from 'node:diagnostics_channel';
import type { Carrier } from '@holdfast/context';
import type { DeathClass } from './failure-class.ts';
export type EngineName = 'sqlite' | 'redis' | 'postgres';
export type EnqueueStatus = 'queued' | 'duplicate' | 'spooled' | 'processedDirectly';
/** How an attempt ended: `parked` and `returned` spend none. */
export type JobOutcome = 'completed' | 'retried' | 'dead' | 'parked' | 'returned';
/** Operation `holdfast:queue:enqueue`. */
export interface EnqueueOperation {
    readonly queue: string;
    readonly jobId: string;
    readonly jobName: string;
    readonly engine: EngineName;
    /** Set when it ends well. */
    status?: EnqueueStatus;
}
/** Operation `holdfast:queue:process`: one attempt at a job. */
export interface ProcessOperation {
    readonly queue: string;
    readonly jobId: string;
    readonly jobName: string;
    readonly engine: EngineName;
    /** 1-based. */
    readonly attempt: number;
    readonly maxAttempts: number;
    /** The producer's context. */
    readonly carrier: Carrier;
    /** Epoch ms. */
    readonly enqueuedAt: number;
    /** Set when the attempt ends, before the end is published. */
    outcome?: JobOutcome;
}
/** Fact `holdfast:queue:settled`: an attempt ended and the engine has recorded it. */
export interface JobSettled {
    readonly queue: string;
    readonly jobName: string;
    readonly outcome: JobOutcome;
    /** How long the attempt ran; 0 where a job died without one, by stalling. */
    readonly durationMs: number;
    /** From the enqueue to the start of this attempt. */
    readonly waitMs: number;
}
/** Fact `holdfast:queue:dead-letter`. */
export interface DeadLettered {
    readonly queue: string;
    readonly jobId: string;
    readonly jobName: string;
    /** The message of the last error. */
    readonly reason: string;
    readonly failureClass: DeathClass;
    readonly carrier: Carrier;
}
/** Fact `holdfast:queue:dead-letter-act`: somebody redrove or discarded a dead letter. */
export interface DeadLetterAct {
    readonly queue: string;
    readonly jobId: string;
    readonly jobName: string;
    readonly act: 'redrive' | 'discard';
    /** Who asked for it, or `unknown`. */
    readonly by: string;
    /** Epoch ms. */
    readonly at: number;
}
/** Fact `holdfast:queue:error`: the engine or a worker had trouble that fails no call of the application. */
export interface QueueTrouble {
    readonly queue: string;
    readonly error: Error;
}
/** Collect kind `queue.depth`. */
export interface QueueSnapshot {
    readonly queue: string;
    readonly counts: Record<CountedState, number>;
    /** Age of the oldest job that waits for its first or next attempt and is due; 0 when none does. */
    readonly oldestJobAgeMs: number;
    readonly deadLetters: number;
}
export type CountedState = 'waiting' | 'prioritized' | 'active' | 'delayed' | 'completed' | 'failed';
export declare const enqueueChannel: TracingChannel<string, EnqueueOperation>;
export declare const processChannel: TracingChannel<string, ProcessOperation>;
export declare const settledChannel: Channel;
export declare const deadLetterChannel: Channel;
export declare const deadLetterActChannel: Channel;
export declare const troubleChannel: Channel;
/** Publishes `fact()` where somebody listens. */
export declare function publish<T>(on: Channel, fact: () => T): void;

// dead-letters.d.ts
import type { Carrier } from '@holdfast/context';
import type { Clock } from '@holdfast/context/clock';
import { type AttemptRecord } from './attempt-history.ts';
import type { DeadLetterAct } from './channels.ts';
import type { DeadLetterActs } from './dead-letter-acts.ts';
import type { EngineAccess } from './engine-access.ts';
import type { DeathClass } from './failure-class.ts';
import { type Redrive } from './job-notes.ts';
/** A job that failed for good, as it stands in a list. */
export interface DeadLetterSummary {
    readonly id: string;
    readonly jobName: string;
    /** The message of the last error. */
    readonly reason: string;
    readonly failureClass: DeathClass;
    /** Epoch ms. */
    readonly failedAt: number;
    /** Epoch ms. */
    readonly enqueuedAt: number;
    /** Attempts spent since it was enqueued or last redriven. */
    readonly attempts: number;
    /** How often its workers died or hung. */
    readonly stalls: number;
    readonly redrives: number;
    /** The producer's context: its trace is where to look. */
    readonly carrier: Carrier;
}
export interface DeadLetter<Data> extends DeadLetterSummary {
    readonly data: Data;
    /** The stack of the last error. */
    readonly stack: string;
    /** Every failed attempt, the oldest first, over all redrives. */
    readonly history: readonly AttemptRecord[];
    readonly redriveLog: readonly Redrive[];
}
export interface DeadLetterPage {
    /** Newest first. */
    readonly items: readonly DeadLetterSummary[];
    /** Of all pages. */
    readonly total: number;
    /** Where the next page begins, or undefined when this is the last. */
    readonly nextOffset: number | undefined;
}
export interface ActOptions {
    /** Who asks for it. Default `unknown`. */
    by?: string;
}
export interface DeadLetters<Data> {
    count(): Promise<number>;
    /** @param page `offset` default 0, `limit` 1 to 1000, default 50 */
    list(page?: {
        offset?: number;
        limit?: number;
    }): Promise<DeadLetterPage>;
    get(jobId: string): Promise<DeadLetter<Data> | undefined>;
    /**
     * Runs a dead letter again, with all its attempts, under its old id, priority and trace.
     * @throws DeadLetterNotFoundError
     */
    redrive(jobId: string, options?: ActOptions): Promise<void>;
    /**
     * Removes a dead letter for good; a redelivery of its event is then a new one.
     * @throws DeadLetterNotFoundError
     * @throws DiscardFailedError where the engine did not confirm the removal
     */
    discard(jobId: string, options?: ActOptions): Promise<void>;
    /** Who redrove and discarded what, newest first. @param limit default 50 */
    acts(limit?: number): Promise<readonly DeadLetterAct[]>;
}
/** The dead letters are BullMQ's failed jobs and nothing else: whatever way a job failed, it is here. */
export declare function createDeadLetters<Data>(access: EngineAccess<Data>, acts: DeadLetterActs, clock: Clock): DeadLetters<Data>;

// dead-letter-acts.d.ts
import { type DeadLetterAct } from './channels.ts';
import type { QueueEngine } from './engines/engine.ts';
type SiblingSource = Pick<QueueEngine<never>, 'sibling'>;
/**
 * Who did what to which dead letter, and when. The records are jobs of a queue of their own that no worker runs, so
 * they are as durable as the queue itself, on every engine.
 */
export declare class DeadLetterActs {
    #private;
    constructor(queueName: string, kept?: number);
    record(engine: SiblingSource, act: DeadLetterAct): Promise<void>;
    /** Newest first. */
    list(engine: SiblingSource, limit: number): Promise<DeadLetterAct[]>;
    close(): Promise<void>;
}
export {};

// engines/engine.d.ts
import type { Job, JobsOptions, Queue, Worker, WorkerOptions } from 'bullmq';
import type { EngineName } from '../channels.ts';
export type EngineWorkerOptions = Omit<WorkerOptions, 'connection'>;
export type EngineJob<Data> = Job<Data, unknown, string>;
export type JobHandler<Data> = (job: EngineJob<Data>, token?: string) => Promise<unknown>;
export interface JobToStore<Data> {
    readonly jobId: string;
    readonly jobName: string;
    readonly data: Data;
    readonly options: JobsOptions;
    /** Part of the telemetry metadata in `options`, and of no other enqueue's. */
    readonly token: string;
}
/** A BullMQ queue, by what is used of it. */
export type EngineQueue<Data> = Pick<Queue<Data, unknown, string, Data, unknown, string>, 'name' | 'add' | 'getJob' | 'getJobs' | 'getJobCounts' | 'getJobCountByTypes' | 'getCountsPerPriority' | 'close'> & {
    on(event: 'error', listener: (error: Error) => void): unknown;
};
/** A BullMQ queue on one engine, with what differs between the engines. */
export interface QueueEngine<Data> {
    readonly name: EngineName;
    /** For producers and dead letters: its calls fail instead of waiting for a server that is away. */
    readonly queue: EngineQueue<Data>;
    /** A queue beside this one, over the same connection. */
    sibling<D>(queueName: string): EngineQueue<D>;
    /** A worker, which waits for a server that is away. It does not run by itself. */
    createWorker(handler: JobHandler<Data>, options: EngineWorkerOptions): Promise<EngineWorker<Data>>;
    /** Resolves when calls can be made; rejects where it is known that they cannot. */
    connected(): Promise<void>;
    /** Asks the engine for an answer. */
    ping(): Promise<void>;
    /** Whether a call made now would be sent: then there is nothing to wait for in `connected()`. */
    usable(): boolean;
    /**
     * Adds a job, unless its id is taken.
     * @returns whether the job that now has the id is this one, told by its token; undefined where none has the id
     */
    store(job: JobToStore<Data>): Promise<boolean | undefined>;
    close(): Promise<void>;
}
/** A BullMQ worker, by what is used of it. */
export type BullWorker<Data> = Pick<Worker<Data, unknown, string>, 'run' | 'pause' | 'resume' | 'close'> & {
    on(event: 'error', listener: (error: Error) => void): unknown;
    on(event: 'completed', listener: (job: EngineJob<Data>) => void): unknown;
    on(event: 'failed', listener: (job: EngineJob<Data> | undefined) => void): unknown;
    on(event: 'lockRenewalFailed', listener: (jobIds: string[]) => void): unknown;
};
export interface EngineWorker<Data> {
    readonly worker: BullWorker<Data>;
    /** Ends the connections under a worker, whatever it is doing. Calls in flight fail. */
    readonly disconnect: () => void;
}

// engine-access.d.ts
import type { QueueEngine } from './engines/engine.ts';
import type { ResolvedOptions } from './options.ts';
/** The one way to the engine for everything but the worker: opened on first use, and never waited for too long. */
export interface EngineAccess<Data> {
    /**
     * Runs `work` on the engine, within `enqueueTimeoutMs` and the deadline of the current context.
     * @throws QueueUnavailableError where the engine fails or does not answer; errors of this package as they are
     */
    use<T>(work: (engine: QueueEngine<Data>) => Promise<T>): Promise<T>;
}
/** @param opened the engine once it is open */
export declare function createEngineAccess<Data>(open: () => Promise<QueueEngine<Data>>, opened: () => QueueEngine<Data> | undefined, { queueName, enqueueTimeoutMs, clock }: ResolvedOptions): EngineAccess<Data>;

// options.d.ts
import { type Clock } from '@holdfast/context/clock';
import { type EngineChoice, type EngineOptions } from './engine-choice.ts';
/** Full jitter: each delay is random between 0 and `initialDelayMs * multiplier ** (retry - 1)`, at most `maxDelayMs`. */
export interface BackoffOptions {
    /** Default 1000. */
    initialDelayMs?: number;
    /** Default 300000. */
    maxDelayMs?: number;
    /** Default 2. */
    multiplier?: number;
}
/** How long finished jobs are kept: so long is a redelivery of their event answered with `duplicate`. */
export interface KeepCompleted {
    /** Default 604800000, seven days. */
    ageMs?: number;
    /** The newest so many at most. Default 100000. */
    count?: number;
}
export interface QueueOptions extends EngineOptions {
    queueName: string;
    /** Jobs that one worker runs at once. Default 5. */
    concurrency?: number;
    /** Retries after the first attempt: 3 make 4 attempts. Default 3. */
    maxRetries?: number;
    backoff?: BackoffOptions;
    keepCompleted?: KeepCompleted;
    /** How long `enqueue` and `ready` may take, whatever state the engine is in. Default 2000. */
    enqueueTimeoutMs?: number;
    /** How long a job may be parked in all while a circuit is open or a bulkhead full. Default 86400000, a day. */
    maxParkMs?: number;
    /** How long a worker may be silent before its job is taken to be stalled. Default 30000. */
    lockDurationMs?: number;
    /** How often workers look for stalled jobs. Default 15000. */
    stalledIntervalMs?: number;
    /** How often a job may stall and be run again; the next time it is dead. Default 3. */
    maxStalls?: number;
    /** How long `close` waits for running jobs before it aborts their signals. Default 10000. */
    closeTimeoutMs?: number;
    /** What the engine reports outside of any call, such as a lost connection. */
    onError?: (error: Error) => void;
    clock?: Clock;
}
export interface WebhookQueueOptions extends QueueOptions {
    /** The same as `whenUnavailable: 'direct'`. Default false. */
    enableDirectFallback?: boolean;
    /**
     * What `enqueue` does where the engine does not answer in time: `throw` QueueUnavailableError (default), or `direct`,
     * that is, run the processor at once. Wins over `enableDirectFallback`.
     */
    whenUnavailable?: 'throw' | 'direct';
}
export interface ResolvedOptions {
    readonly queueName: string;
    readonly engine: EngineChoice;
    readonly concurrency: number;
    readonly maxAttempts: number;
    readonly backoff: Required<BackoffOptions>;
    readonly keepCompleted: Required<KeepCompleted>;
    readonly enqueueTimeoutMs: number;
    readonly maxParkMs: number;
    readonly lockDurationMs: number;
    readonly stalledIntervalMs: number;
    readonly maxStalls: number;
    readonly closeTimeoutMs: number;
    readonly onError: ((error: Error) => void) | undefined;
    readonly clock: Clock;
}
/** Every default of `WebhookQueueOptions` that is a number. */
export interface QueueDefaults {
    readonly concurrency: number;
    readonly maxRetries: number;
    readonly backoff: Readonly<Required<BackoffOptions>>;
    readonly keepCompleted: Readonly<Required<KeepCompleted>>;
    readonly enqueueTimeoutMs: number;
    readonly maxParkMs: number;
    readonly lockDurationMs: number;
    readonly stalledIntervalMs: number;
    readonly maxStalls: number;
    readonly closeTimeoutMs: number;
}
export declare const DEFAULTS: QueueDefaults;
/** @throws QueueOptionError naming option, value and range */
export declare function resolveOptions(options: QueueOptions): ResolvedOptions;
/** @throws QueueOptionError for what is not one of the two, `spool` among them */
export declare function resolveWhenUnavailable(options: WebhookQueueOptions): 'throw' | 'direct';

// engine-choice.d.ts
/** An ioredis client, by what is used of it: it is copied, never used itself, and stays yours to close. */
export interface RedisClientLike {
    duplicate(override?: object): unknown;
    readonly options: object;
    readonly status: string;
}
/** Where Redis is; further fields of ioredis' own options are passed on. */
export interface RedisAddress {
    /** `redis://` or `rediss://`, wins over `host` and `port`. */
    url?: string;
    host?: string;
    port?: number;
    username?: string;
    password?: string;
    db?: number;
    tls?: object;
}
/** A better-sqlite3 database that is open, by what shows that it is one. */
export interface SqliteDatabaseLike {
    readonly name: string;
    readonly open: boolean;
    prepare(source: string): unknown;
}
export type SqliteLocation = {
    file: string;
} | {
    db: SqliteDatabaseLike;
};
/** Which engine a queue runs on. */
export interface EngineOptions {
    /** Redis. */
    connection?: RedisAddress | RedisClientLike;
    /** SQLite. Default, where no `connection` is given either: `queue.db` in `HOLDFAST_DATA_DIR` or `./.holdfast`. */
    backend?: SqliteLocation;
}
export type EngineChoice = {
    readonly engine: 'redis';
    readonly connection: RedisAddress | RedisClientLike;
} | {
    readonly engine: 'sqlite';
    readonly location: SqliteLocation;
};
/** @throws QueueOptionError */
export declare function chooseEngine({ connection, backend }: EngineOptions): EngineChoice;
export declare function isRedisClient(connection: RedisAddress | RedisClientLike): connection is RedisClientLike;

// job-notes.d.ts
import type { Job } from 'bullmq';
/** What a queue keeps with a job beside its event, in BullMQ's progress field. */
export interface JobNotes {
    /** How long the job has been parked in all. */
    readonly parkedMs: number;
    readonly redrives: readonly Redrive[];
}
export interface Redrive {
    readonly by: string;
    /** Epoch ms. */
    readonly at: number;
}
export declare function readNotes(job: Pick<Job, 'progress'>): JobNotes;
export declare function writeNotes(job: Job, notes: JobNotes): Promise<void>;

// errors.d.ts
import type { FailureClass } from './failure-class.ts';
/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export declare abstract class QueueError extends Error {
    abstract readonly code: string;
}
/** An option that cannot be used. Thrown at construction. */
export declare class QueueOptionError extends QueueError {
    readonly name = "QueueOptionError";
    readonly code = "ERR_QUEUE_OPTION";
    readonly option: string;
    constructor(option: string, message: string);
}
/** What was given to `enqueue` is not an event. Nothing was enqueued. */
export declare class InvalidEventError extends QueueError {
    readonly name = "InvalidEventError";
    readonly code = "ERR_QUEUE_INVALID_EVENT";
    readonly field: string;
    constructor(field: string, message: string);
}
/**
 * The engine did not take the job in time. Where the engine was reached and its answer was lost, the job may have
 * been stored all the same: enqueue the same event again, its id makes the second one a duplicate.
 */
export declare class QueueUnavailableError extends QueueError {
    readonly name = "QueueUnavailableError";
    readonly code = "ERR_QUEUE_UNAVAILABLE";
    readonly queue: string;
    /** When another try makes sense, in ms from now. */
    readonly retryAfterMs: number;
    constructor(queue: string, what: string, retryAfterMs: number, options?: ErrorOptions);
}
/** The queue was unavailable, the event was processed at once instead, and the processor failed. */
export declare class DirectProcessingError extends QueueError {
    readonly name = "DirectProcessingError";
    readonly code = "ERR_QUEUE_DIRECT_PROCESSING";
    constructor(queue: string, options: ErrorOptions);
}
/** A method was called after `close()`. */
export declare class QueueClosedError extends QueueError {
    readonly name = "QueueClosedError";
    readonly code = "ERR_QUEUE_CLOSED";
    constructor(queue: string);
}
/** `startWorker()` was called without a processor, or a second time. */
export declare class WorkerStartError extends QueueError {
    readonly name = "WorkerStartError";
    readonly code = "ERR_QUEUE_WORKER_START";
}
/** An optional peer dependency that the chosen engine needs is not installed. */
export declare class MissingPeerError extends QueueError {
    readonly name = "MissingPeerError";
    readonly code = "ERR_QUEUE_MISSING_PEER";
    readonly peer: string;
    constructor(peer: string, options: ErrorOptions);
}
/** No dead letter has this id: it never died, was redriven or was discarded. */
export declare class DeadLetterNotFoundError extends QueueError {
    readonly name = "DeadLetterNotFoundError";
    readonly code = "ERR_QUEUE_DEAD_LETTER_NOT_FOUND";
    readonly jobId: string;
    constructor(queue: string, jobId: string);
}
/** A dead letter could not be removed; it is still there. */
export declare class DiscardFailedError extends QueueError {
    readonly name = "DiscardFailedError";
    readonly code = "ERR_QUEUE_DISCARD_FAILED";
    readonly jobId: string;
    constructor(jobId: string, options?: ErrorOptions);
}
/** Why a job's signal was aborted: the worker shuts down, or another worker has taken the job over. */
export declare class JobAbortedError extends QueueError {
    readonly name = "JobAbortedError";
    readonly code = "ERR_QUEUE_JOB_ABORTED";
    readonly failureClass: FailureClass;
    readonly reason: 'shutdown' | 'lock-lost';
    constructor(reason: 'shutdown' | 'lock-lost');
}

// job-id.d.ts
/**
 * The id of the job for an event: `<provider>.<event id>`, whatever is not a letter, digit, `_` or `-` written as
 * `%XX` or `%uXXXX` for each UTF-16 unit. So two events never share an id, two providers never either, and BullMQ,
 * which refuses `:` and bare numbers, takes every one. An id over 256 characters becomes `<provider>.~<sha256>`.
 */
export declare function jobIdOf(provider: string, eventId: string): string;

// processing-totals.d.ts
import type { JobOutcome } from './channels.ts';
/** How this process's attempts went since the queue was created. */
export interface ProcessingStats {
    readonly attempts: Readonly<Record<JobOutcome, number>>;
    readonly meanDurationMs: number;
    readonly maxDurationMs: number;
}
/** Running totals; never grows. */
export declare class ProcessingTotals {
    #private;
    add(outcome: JobOutcome, durationMs: number): void;
    stats(): ProcessingStats;
}

// webhook-event.d.ts
/** What a provider sent. The payload stays the text that was signed. */
export interface WebhookEvent {
    /** The provider's id of the event; a second event with the same provider and id is a duplicate. */
    eventId: string;
    /** For example `payment.succeeded`. */
    eventType: string;
    payload: string;
    provider: string;
    /** Epoch ms. */
    receivedAt: number;
}
/** One attempt at an event. It is the event too, so that what takes an event takes a job. */
export interface WebhookJob extends WebhookEvent {
    readonly id: string;
    readonly data: WebhookEvent;
    /** 1-based. */
    readonly attempt: number;
    /** Counts the first attempt. */
    readonly maxAttempts: number;
    /** Aborts when the worker shuts down and cannot wait any longer, or when another worker has taken the job. */
    readonly signal: AbortSignal;
}
export type WebhookProcessor = (job: WebhookJob) => unknown;
/** Every priority that `priorityOf` gives, the most urgent first. */
export declare const PRIORITIES: readonly number[];
/** 1 for `payment.*` and `transaction.*`, 2 for `subscription.*`, 5 for the rest; lower goes first. */
export declare function priorityOf(eventType: string): number;
/**
 * The event as it is stored: the five fields and nothing else.
 * @throws InvalidEventError naming the field
 */
export declare function checkedEvent(event: WebhookEvent): WebhookEvent;
export declare function toWebhookJob(attempt: Omit<WebhookJob, keyof WebhookEvent>): WebhookJob;

// webhook-queue.d.ts
import type { EnqueueStatus, QueueSnapshot } from './channels.ts';
import type { DeadLetters } from './dead-letters.ts';
import { type WebhookQueueOptions } from './options.ts';
import type { ProcessingStats } from './processing-totals.ts';
import { type WebhookEvent, type WebhookProcessor } from './webhook-event.ts';
export interface EnqueueResult {
    status: EnqueueStatus;
    jobId: string;
    /** Present where the queue was unavailable and the processor has run instead. */
    processedDirectly?: true;
}
export interface QueueMetrics extends QueueSnapshot {
    /** Of this process alone. */
    readonly processing: ProcessingStats;
}
export interface WebhookQueue extends AsyncDisposable {
    readonly name: string;
    /**
     * Stores an event, within `enqueueTimeoutMs`. When it resolves with `queued` or `duplicate`, the event is in the store.
     * @throws InvalidEventError, QueueUnavailableError, DirectProcessingError, QueueClosedError
     */
    enqueue(event: WebhookEvent): Promise<EnqueueResult>;
    /** Says what processes an event, without starting a worker: for `whenUnavailable: 'direct'`, or before `startWorker()`. */
    setProcessor(processor: WebhookProcessor): void;
    /** Starts this process's worker. @throws WorkerStartError without a processor, or when one runs */
    startWorker(processor?: WebhookProcessor): Promise<void>;
    /** This process's worker takes no further job until `resume()`; running ones go on. */
    pause(): Promise<void>;
    resume(): Promise<void>;
    getMetrics(): Promise<QueueMetrics>;
    readonly deadLetters: DeadLetters<WebhookEvent>;
    /** Resolves when the engine has answered. @throws QueueUnavailableError within `enqueueTimeoutMs` */
    ready(): Promise<void>;
    /** Waits for running jobs up to `closeTimeoutMs`, puts the rest back, and lets go of every connection. */
    close(): Promise<void>;
}
/**
 * A durable queue of webhooks: on SQLite where nothing else is said, on Redis with `connection`.
 * @example
 * const queue = createWebhookQueue({ queueName: 'webhooks', backend: { file: './queue.db' } });
 * await queue.startWorker(async (job) => handle(job.data));
 * await queue.enqueue({ eventId, eventType, payload, provider, receivedAt: Date.now() });
 * @throws QueueOptionError
 */
export declare function createWebhookQueue(options: WebhookQueueOptions): WebhookQueue;
