// index.d.ts
export type { DeadLetterAct, DeadLettered, EngineName, EnqueueOperation, EnqueueStatus, JobOutcome, JobSettled, JobState, ProcessOperation, QueueSnapshot, QueueTrouble, SpoolSnapshot, StoreSafety, } from './channels.ts';
export type { LetterDatabase, LetterPgClient, LetterRedisClient, LetterStatement, } from './dead-letter-queue/clients.ts';
export { type DeadLetterOrigin, DeadLetterQueue, type LetterActOptions, type LetterListOptions, } from './dead-letter-queue/dead-letter-queue.ts';
export { DEAD_LETTER_QUEUE_DEFAULTS, type DeadLetterQueueDefaults, type DeadLetterQueueOptions, } from './dead-letter-queue/options.ts';
export type { DeadLetterRecord, RecordedError, RetryRecord } from './dead-letter-queue/record.ts';
export type { BulkOptions, BulkProgress, BulkResult } from './dead-letters/bulk.ts';
export type { BulkRun } from './dead-letters/bulk-runs.ts';
export type { DeadLetter, DeadLetterSummary } from './dead-letters/dead-letter.ts';
export type { ActFilter, RecordedAct } from './dead-letters/dead-letter-acts.ts';
export type { ActOptions, DeadLetters, ExpiryOptions } from './dead-letters/dead-letters.ts';
export type { ExpiryResult } from './dead-letters/expiry.ts';
export type { DeadLetterFilter } from './dead-letters/filter.ts';
export type { DeadLetterGroup, DeadLetterGroups } from './dead-letters/groups.ts';
export type { DeadLetterPage, DeadLetterPageRequest } from './dead-letters/page.ts';
export type { EngineOptions, RedisConnection, SqliteDatabaseLike, SqliteLocation, } from './engines/engine-choice.ts';
export type { PostgresAddress, PostgresLocation, PostgresPoolLike } from './engines/postgres-location.ts';
export type { RedisAddress, RedisClientLike, RedisClusterNodes, RedisNode, RedisSentinels, } from './engines/redis-location.ts';
export { BulkActInterruptedError, DeadLetterBusyError, DeadLetterNotFoundError, DeadLetterStoreError, DirectProcessingError, DirectProcessingUnfinishedError, DiscardFailedError, EvictionPolicyError, InvalidJobError, InvalidWebhookEventError, JobAbortedError, JobDeferredError, JobTimeoutError, QueueClosedError, QueueError, QueueMissingPeerError, QueueOptionError, QueueUnavailableError, SpoolFullError, SpoolRefusedError, SpoolWriteError, WorkerStartError, } from './errors.ts';
export type { AttemptRecord } from './failures/attempt-history.ts';
export type { DeathClass, FailureClass } from './failures/failure-class.ts';
export { jobIdOf } from './job/job-id.ts';
export type { Redrive } from './job/job-notes.ts';
export { type BackoffOptions, type KeepCompleted, QUEUE_DEFAULTS, type QueueDefaults, type QueueOptions, type WhenUnavailable, } from './options.ts';
export { type AddOptions, createJobQueue, type EnqueueResult, type JobProcessor, type JobQueue, type JobQueueOptions, type QueueControl, type QueueMetrics, } from './queue/job-queue.ts';
export type { SchemaIssue, SchemaResult, StandardSchema } from './queue/standard-schema.ts';
export { SPOOL_DEFAULTS, type SpoolOptions } from './spool/spool-options.ts';
export { priorityOf, type WebhookEvent, type WebhookJob, type WebhookProcessor, } from './webhook/webhook-event.ts';
export { createWebhookQueue, type WebhookQueue, type WebhookQueueOptions } from './webhook/webhook-queue.ts';
export type { QueueJob } from './worker/attempt.ts';
export type { Circuit } from './worker/circuit.ts';
export type { ProcessingStats } from './worker/processing-totals.ts';

// channels.d.ts
/** What a queue tells to whoever listens; the payload types are part of the API. */
import { type Channel, type TracingChannel } from 'node:diagnostics_channel';
import type { Carrier } from '@holdfast/context';
import type { DeathClass } from './failures/failure-class.ts';
/** Which engine a queue runs on. */
export type EngineName = 'sqlite' | 'redis' | 'postgres';
/** What became of a job: stored, known already, kept on this machine, or run at once. */
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
/** Fact `holdfast:queue:dead-letter-act`: a dead letter was redriven, discarded or has expired. */
export interface DeadLetterAct {
    readonly queue: string;
    readonly jobId: string;
    readonly jobName: string;
    readonly act: 'redrive' | 'discard' | 'expire';
    /** Who asked for it, or `unknown`. */
    readonly by: string;
    /** Epoch ms. */
    readonly at: number;
    /** When the job had died; epoch ms. */
    readonly failedAt: number;
    /** Of the redrive or discard of many that it was part of. */
    readonly run?: string;
}
/** Fact `holdfast:queue:error`: the engine or a worker had trouble that fails no call of the application. */
export interface QueueTrouble {
    readonly queue: string;
    readonly error: Error;
}
/** Fact `holdfast:queue:safety`: the store is set up in a way that may lose jobs. */
export interface StoreSafety {
    readonly queue: string;
    readonly engine: EngineName;
    readonly problem: 'eviction' | 'eviction-unknown' | 'no-persistence' | 'persistence-unknown';
    /** What it is and what to do. */
    readonly message: string;
}
/** Collect kind `queue.spool`: what one process keeps for a server that is away; told also while it is away. */
export interface SpoolSnapshot {
    readonly queue: string;
    /** How many are kept. */
    readonly jobs: number;
    /** Of their data, which is what `spool.maxBytes` bounds. */
    readonly bytes: number;
    /** Of the oldest of them; 0 where there is none. */
    readonly oldestJobAgeMs: number;
}
/** Collect kind `queue.depth`. */
export interface QueueSnapshot {
    readonly queue: string;
    readonly counts: Record<JobState, number>;
    /** Age of the oldest job that waits for its first or next attempt and is due; 0 when none does. */
    readonly oldestJobAgeMs: number;
    /** As `counts.failed`. */
    readonly deadLetters: number;
    /** Jobs that this process keeps until the server is back. */
    readonly spooled: number;
}
/** Where a job stands, in BullMQ's words. */
export type JobState = 'waiting' | 'prioritized' | 'active' | 'delayed' | 'completed' | 'failed';
export declare const enqueueChannel: TracingChannel<string, EnqueueOperation>;
export declare const processChannel: TracingChannel<string, ProcessOperation>;
export declare const settledChannel: Channel;
export declare const deadLetterChannel: Channel;
export declare const deadLetterActChannel: Channel;
export declare const safetyChannel: Channel;
export declare const troubleChannel: Channel;
/** Publishes `fact()` where somebody listens. */
export declare function publish<T>(on: Channel, fact: () => T): void;

// failures/failure-class.d.ts
/** How a failure is treated; as `classifyFailure` of `@holdfast/resilience` says. */
export type FailureClass = 'transient' | 'throttled' | 'permanent' | 'cancelled' | 'overload' | 'open';
/** Why a job is dead: the class of its last failure, or that its workers died or hung too often. */
export type DeathClass = FailureClass | 'stalled';

// dead-letter-queue/clients.d.ts
/** What the stores call of the clients that an application gives them. */
/** The part of a better-sqlite3 statement that is called here. */
export interface LetterStatement {
    run(...values: unknown[]): {
        changes: number;
    };
    get(...values: unknown[]): unknown;
    all(...values: unknown[]): unknown[];
}
/** The part of a better-sqlite3 database that is called here. */
export interface LetterDatabase {
    prepare(source: string): LetterStatement;
    exec(source: string): unknown;
}
/** The part of an ioredis `Redis` or `Cluster` that is called here. */
export interface LetterRedisClient {
    call(command: string, ...args: (string | number)[]): Promise<unknown>;
    /** A Cluster's. */
    nodes?(role: 'master'): LetterRedisClient[];
}
/** The part of a `pg` Pool or Client that is called here. */
export interface LetterPgClient {
    query(text: string, values?: unknown[]): Promise<{
        rows: readonly unknown[];
        rowCount: number | null;
    }>;
}

// dead-letter-queue/dead-letter-queue.d.ts
import type { DeadLetterQueueOptions } from './options.ts';
import { type DeadLetterRecord } from './record.ts';
/** Where a letter comes from. */
export interface DeadLetterOrigin {
    sourceService?: string;
    /** Default the correlation id of the current context. */
    correlationId?: string;
}
export interface LetterActOptions {
    /** Who asks for it. Default the user id of the current context, or `unknown`. */
    by?: string;
}
export interface LetterListOptions {
    /** 1 to 1000. Default 100. */
    limit?: number;
    /** The letters behind the one that has this id; the last that was read. */
    after?: string;
}
/**
 * A store for events that could not be processed, whatever they came from: kept by event type until they are removed
 * or too old. One who takes a letter has it alone for `claimMs`.
 * @example
 * const dlq = new DeadLetterQueue({ redisUrl, queuePrefix: 'dlq:requests:', maxAgeDays: 30 });
 * const id = await dlq.enqueue(event.type, event.payload, error, { sourceService: 'requests-service' });
 * await dlq.retry(event.type, id, (record) => processEvent(record.payload));
 */
export declare class DeadLetterQueue implements AsyncDisposable {
    #private;
    /** @throws QueueOptionError */
    constructor(options?: DeadLetterQueueOptions);
    /**
     * Keeps a payload and the error it failed with. When it resolves, they are in the store.
     * @returns the letter's id
     * @throws QueueOptionError, DeadLetterStoreError
     */
    enqueue(eventType: string, payload: unknown, error: unknown, { sourceService, correlationId }?: DeadLetterOrigin): Promise<string>;
    /** The letters of an event type, newest first. @throws DeadLetterStoreError */
    list<Payload = unknown>(eventType: string, { limit, after }?: LetterListOptions): Promise<DeadLetterRecord<Payload>[]>;
    /**
     * Takes a letter to process it. It stays in the store, in nobody else's hands for `claimMs`, until `remove`.
     * @throws DeadLetterNotFoundError, DeadLetterBusyError, DeadLetterStoreError
     */
    dequeue<Payload = unknown>(eventType: string, id: string, options?: LetterActOptions): Promise<DeadLetterRecord<Payload>>;
    /**
     * Takes a letter, processes it and removes it. Where that fails the letter stays, with the failure in its log.
     * @throws what `process` threw; DeadLetterNotFoundError, DeadLetterBusyError, DeadLetterStoreError
     */
    retry<Payload, T>(eventType: string, id: string, process: (record: DeadLetterRecord<Payload>) => T | Promise<T>, { by }?: LetterActOptions): Promise<T>;
    /**
     * Removes a letter, whoever has it in hand.
     * @returns whether it was there
     * @throws DeadLetterStoreError
     */
    remove(eventType: string, id: string, { by }?: LetterActOptions): Promise<boolean>;
    /** Every event type that has letters. @throws DeadLetterStoreError */
    types(): Promise<string[]>;
    /** @throws DeadLetterStoreError */
    count(eventType: string): Promise<number>;
    /**
     * Removes letters that are too old and in nobody's hands, so many at most; once an hour it happens by itself.
     * @param limit default 500
     * @returns how many
     */
    expire(limit?: number): Promise<number>;
    /** Lets go of what was opened here; a client that was given stays open. */
    close(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
}

// dead-letter-queue/options.d.ts
import type { Clock } from '@holdfast/context/clock';
import type { LetterDatabase, LetterPgClient, LetterRedisClient } from './clients.ts';
export interface DeadLetterQueueOptions {
    /** Redis, by its address: `redis://` or `rediss://`. */
    redisUrl?: string | undefined;
    /** Redis, by an ioredis client or Cluster, which stays yours to close. */
    client?: LetterRedisClient;
    /**
     * SQLite with `{ file }` or `{ db }`, PostgreSQL with `{ postgres: { url } }` or `{ postgres: a pg Pool }`. Default,
     * where neither `redisUrl` nor `client` is given: `dead-letters.db` in `HOLDFAST_DATA_DIR` or `./.holdfast`.
     */
    backend?: {
        file: string;
    } | {
        db: LetterDatabase;
    } | {
        postgres: {
            url: string;
        } | LetterPgClient;
    };
    /** What the keys begin with in Redis, and what sets two queues in one database apart. Default `dlq:`. */
    queuePrefix?: string;
    /** Letters older than this are removed. Default 30. */
    maxAgeDays?: number;
    /** How long a letter is its taker's after `dequeue`; then another may take it. Default 300000, five minutes. */
    claimMs?: number;
    /** Time and timers. Default the system's. */
    clock?: Clock;
}
export interface DeadLetterQueueDefaults {
    readonly queuePrefix: string;
    readonly maxAgeDays: number;
    readonly claimMs: number;
}
/** Every default of a `DeadLetterQueue`. */
export declare const DEAD_LETTER_QUEUE_DEFAULTS: DeadLetterQueueDefaults;

// dead-letter-queue/record.d.ts
import type { Carrier } from '@holdfast/context';
/** An error as it is stored. */
export interface RecordedError {
    readonly name: string;
    readonly message: string;
    readonly stack: string;
}
/** One more failure of a dead letter, at a retry. */
export interface RetryRecord {
    readonly by: string;
    /** Epoch ms. */
    readonly at: number;
    readonly error: RecordedError;
}
/** An event that could not be processed, as it is stored. */
export interface DeadLetterRecord<Payload = unknown> {
    /** In the order of time. */
    readonly id: string;
    readonly eventType: string;
    /** What was given, as JSON keeps it. */
    readonly payload: Payload;
    /** True where JSON could not hold the payload: it is then a text that shows it. */
    readonly payloadIsText?: true;
    readonly error: RecordedError;
    readonly sourceService?: string;
    readonly correlationId?: string;
    /** Whose event it was: its trace is where to look. */
    readonly carrier: Carrier;
    /** Epoch ms. */
    readonly failedAt: number;
    /** Retries that failed. */
    readonly retries: number;
    /** The newest ten of them, the oldest first. */
    readonly retryLog: readonly RetryRecord[];
}
export interface ClaimMark {
    readonly token: string;
    readonly by: string;
    /** Epoch ms. */
    readonly until: number;
}
/** What is in the store: the record, and who has it in hand. */
export interface StoredRecord extends DeadLetterRecord {
    readonly claim?: ClaimMark;
}
/** An id that sorts by time and is like no other; the first of a millisecond where no random part is given. */
export declare function letterId(at: number, random?: string): string;
export declare function errorRecord(thrown: unknown): RecordedError;
/** A dead letter is the last place for a payload: what JSON cannot hold is kept as a text rather than refused. */
export declare function payloadFields(payload: unknown): Pick<DeadLetterRecord, 'payload' | 'payloadIsText'>;
export declare function afterFailedRetry({ claim: _claim, ...record }: StoredRecord, retry: RetryRecord): StoredRecord;
export declare function shown<Payload>({ claim: _claim, ...record }: StoredRecord): DeadLetterRecord<Payload>;
export declare function encode(record: StoredRecord): string;
/** The record of a text; undefined where it is none, for example because another program wrote it. */
export declare function decode(text: string): StoredRecord | undefined;

// dead-letters/bulk.d.ts
import { type ActParts } from './act-on-letter.ts';
import type { BulkRun, BulkRuns } from './bulk-runs.ts';
import { type DeadLetterFilter } from './filter.ts';
export interface BulkOptions {
    /** Which letters; without it all. */
    filter?: DeadLetterFilter;
    /** At most so many in a second, 0.001 to 100000. Default as fast as the engine takes them. */
    perSecond?: number;
    /** Counts what would be done and does nothing. Default false. */
    dryRun?: boolean;
    /** Who asks for it. Default the user id of the current context, or `unknown`. */
    by?: string;
    /** Name of the act: with the name of one that was cut off, that one goes on. Default a new one. */
    run?: string;
    /** Told after each chunk. */
    onProgress?: (progress: BulkProgress) => void;
    /** Stops it; what was done is done, and it can be resumed. */
    signal?: AbortSignal;
}
/** How far a redrive or discard of many is. */
export interface BulkProgress {
    readonly run: string;
    /** Dead letters looked at. */
    readonly seen: number;
    /** Those that the filter means. */
    readonly matched: number;
    /** Those redriven or discarded by this call. */
    readonly done: number;
    /** Those that somebody else redrove or discarded at the same time. */
    readonly skipped: number;
}
/** What a redrive or discard of many did. */
export interface BulkResult extends BulkProgress {
    readonly act: 'redrive' | 'discard';
    readonly dryRun: boolean;
    readonly aborted: boolean;
    /** Ids of the first of those matched, ten at most. */
    readonly examples: readonly string[];
}
export interface BulkParts<Data> extends ActParts<Data> {
    readonly runs: BulkRuns;
}
/**
 * Redrives or discards what a filter means, the oldest first. It takes the letters that were dead when the run began
 * and each death once, so that a run that is resumed, or runs twice at once, doubles nothing.
 * @throws QueueOptionError, BulkActInterruptedError
 */
export declare function actOnMany<Data>(parts: BulkParts<Data>, act: BulkRun['act'], options?: BulkOptions): Promise<BulkResult>;

// dead-letters/act-on-letter.d.ts
import type { Clock } from '@holdfast/context/clock';
import type { DeadLetterAct } from '../channels.ts';
import type { EngineJob, QueueEngine } from '../engines/engine.ts';
import type { EngineAccess } from '../engines/engine-access.ts';
import { type DeadLetterSummary } from './dead-letter.ts';
import type { DeadLetterActs } from './dead-letter-acts.ts';
/** What acts on dead letters need. */
export interface ActParts<Data> {
    readonly access: EngineAccess<Data>;
    readonly acts: DeadLetterActs;
    readonly clock: Clock;
}
export interface ActRequest {
    readonly act: DeadLetterAct['act'];
    readonly by: string;
    readonly run?: string | undefined;
    /** Only the death that is meant, as it was read a moment ago. Default whichever the letter lies in. */
    readonly letter?: Pick<DeadLetterSummary, 'jobName' | 'failedAt'> | undefined;
}
/**
 * Redrives or removes one dead letter. Of several callers one does it, also when the letter dies again meanwhile:
 * each death is answered once.
 * @throws DeadLetterNotFoundError, DeadLetterBusyError, DiscardFailedError
 */
export declare function actOnLetter<Data>({ access, acts, clock }: ActParts<Data>, jobId: string, { act, by, run, letter }: ActRequest): Promise<void>;
export declare function findDead<Data>({ queue }: QueueEngine<Data>, jobId: string): Promise<EngineJob<Data> | undefined>;

// engines/engine.d.ts
import type { Job, JobsOptions, Queue, Worker, WorkerOptions } from 'bullmq';
import type { EngineName } from '../channels.ts';
export type EngineWorkerOptions = Omit<WorkerOptions, 'connection'>;
export type EngineJob<Data> = Job<Data, unknown, string>;
export type JobHandler<Data> = (job: EngineJob<Data>, token?: string) => Promise<unknown>;
export interface JobToStore {
    readonly jobId: string;
    readonly jobName: string;
    /** The data, as JSON. */
    readonly json: string;
    readonly options: JobsOptions;
    /** Part of the telemetry metadata in `options`, and of no other enqueue's. */
    readonly token: string;
}
/** A BullMQ queue, by what is used of it. */
export type EngineQueue<Data> = Pick<Queue<Data, unknown, string, Data, unknown, string>, 'name' | 'add' | 'addBulk' | 'getJob' | 'getJobs' | 'getRanges' | 'getJobCounts' | 'getJobCountByTypes' | 'getCountsPerPriority' | 'obliterate' | 'close'> & {
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
     * Adds a job, unless its id is taken. What is added in one turn of the event loop is added in its order.
     * @returns whether the job that now has the id is this one, told by its token; undefined where none has the id
     */
    store(job: JobToStore): Promise<boolean | undefined>;
    close(): Promise<void>;
}
/** A BullMQ worker, by what is used of it. */
export type BullWorker<Data> = Pick<Worker<Data, unknown, string>, 'run' | 'isRunning' | 'pause' | 'resume' | 'close'> & {
    on(event: 'error', listener: (error: Error) => void): unknown;
    on(event: 'completed', listener: (job: EngineJob<Data>) => void): unknown;
    on(event: 'failed', listener: (job: EngineJob<Data> | undefined) => void): unknown;
    on(event: 'lockRenewalFailed', listener: (jobIds: string[]) => void): unknown;
};
export interface EngineWorker<Data> {
    /** Resolves when the worker may begin: BullMQ cannot end one that began before its server had ever answered. */
    readonly connected?: Promise<void>;
    readonly worker: BullWorker<Data>;
    /** Ends the connections under a worker, whatever it is doing. Calls in flight fail. */
    readonly disconnect: () => void;
}

// engines/engine-access.d.ts
import type { ResolvedOptions } from '../options.ts';
import type { QueueEngine } from './engine.ts';
/** The one way to the engine for everything but the worker: opened on first use, and never waited for too long. */
export interface EngineAccess<Data> {
    /**
     * Runs `work` on the engine, within `enqueueTimeoutMs` and the deadline of the current context.
     * @param shareRatio the part of that time it may take. Default 1
     * @throws QueueUnavailableError where the engine fails or does not answer; errors of this package as they are
     */
    use<T>(work: (engine: QueueEngine<Data>) => Promise<T>, shareRatio?: number): Promise<T>;
}
/** @param opened the engine once it is open */
export declare function createEngineAccess<Data>(open: () => Promise<QueueEngine<Data>>, opened: () => QueueEngine<Data> | undefined, { queueName, enqueueTimeoutMs, clock }: ResolvedOptions): EngineAccess<Data>;

// options.d.ts
import { type Clock } from '@holdfast/context/clock';
import type { StoreSafety } from './channels.ts';
import { type EngineChoice, type EngineOptions } from './engines/engine-choice.ts';
import { type ResolvedSpoolOptions, type SpoolOptions } from './spool/spool-options.ts';
import { type Circuit } from './worker/circuit.ts';
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
    /** The newest so many at most. Default 100000; none with `whenUnavailable: 'spool'`, where the age alone decides. */
    count?: number;
}
/** What an enqueue does where the engine does not answer in time. */
export type WhenUnavailable = 'throw' | 'direct' | 'spool';
export interface QueueOptions extends EngineOptions {
    /** 1 to 128 of `A-Z a-z 0-9 . _ -`. Queues of one name on one engine are one queue. */
    queueName: string;
    /** Jobs that one worker runs at once. Default 5. */
    concurrency?: number;
    /** Retries after the first attempt: 3 make 4 attempts. Default 3. */
    maxRetries?: number;
    /** The delays between attempts. */
    backoff?: BackoffOptions;
    /** How long a finished job is known as a duplicate. */
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
    /** How long one attempt may take before it counts as failed and its signal is aborted. Default without limit. */
    jobTimeoutMs?: number;
    /**
     * What an enqueue does where the engine does not answer in time: `throw` QueueUnavailableError (default), `direct`,
     * that is, run the processor at once, or `spool`, that is, keep the job in a local file until the engine is back.
     */
    whenUnavailable?: WhenUnavailable;
    /** Where and how much `whenUnavailable: 'spool'` may keep. */
    spool?: SpoolOptions;
    /** The circuit of what the jobs depend on, or its name: while it is open the worker takes no job. */
    circuit?: Circuit | string;
    /** Redis: refuse to enqueue unless its maxmemory-policy is `noeviction`. Default false, a warning. */
    requireNoEviction?: boolean;
    /** Dead letters older than this are removed while a worker runs. Default never. */
    maxDeadLetterAgeDays?: number;
    /** What the engine reports outside of any call, such as a lost connection. */
    onError?: (error: Error) => void;
    /** Takes what would be a warning of the process: the store is set up in a way that may lose jobs. */
    onWarning?: (warning: StoreSafety) => void;
    /** Time and timers. Default the system's. */
    clock?: Clock;
}
export interface ResolvedOptions {
    readonly queueName: string;
    readonly engine: EngineChoice;
    readonly concurrency: number;
    readonly maxAttempts: number;
    readonly backoff: Required<BackoffOptions>;
    /** `count` undefined: the age alone decides. */
    readonly keepCompleted: {
        readonly ageMs: number;
        readonly count: number | undefined;
    };
    readonly enqueueTimeoutMs: number;
    readonly maxParkMs: number;
    readonly lockDurationMs: number;
    readonly stalledIntervalMs: number;
    readonly maxStalls: number;
    readonly closeTimeoutMs: number;
    readonly jobTimeoutMs: number | undefined;
    readonly whenUnavailable: WhenUnavailable;
    readonly spool: ResolvedSpoolOptions;
    readonly circuit: Circuit | undefined;
    readonly requireNoEviction: boolean;
    readonly maxDeadLetterAgeMs: number | undefined;
    readonly onError: ((error: Error) => void) | undefined;
    readonly onWarning: ((warning: StoreSafety) => void) | undefined;
    readonly clock: Clock;
}
/** Every default that is a number. */
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
/** Every default that is a number. Durations in ms. */
export declare const QUEUE_DEFAULTS: QueueDefaults;
/** @throws QueueOptionError naming option, value and range */
export declare function resolveOptions(options: QueueOptions): ResolvedOptions;
/** @throws QueueOptionError */
export declare function resolveBackoff(options?: BackoffOptions): Required<BackoffOptions>;

// engines/engine-choice.d.ts
import { type PostgresChoice, type PostgresLocation } from './postgres-location.ts';
import { type RedisAddress, type RedisClientLike, type RedisClusterNodes, type RedisSentinels } from './redis-location.ts';
/** A better-sqlite3 database that is open, by what shows that it is one. */
export interface SqliteDatabaseLike {
    readonly name: string;
    readonly open: boolean;
    prepare(source: string): unknown;
}
/** SQLite: the path of a file, or an open better-sqlite3 database. */
export type SqliteLocation = {
    file: string;
} | {
    db: SqliteDatabaseLike;
};
/** Redis: one server, Sentinels, a Cluster, or an ioredis client of either. */
export type RedisConnection = RedisAddress | RedisSentinels | RedisClusterNodes | RedisClientLike;
/** Which engine a queue runs on. */
export interface EngineOptions {
    /** Redis: one server, Sentinel, Cluster, or an ioredis client of either, which is copied. */
    connection?: RedisConnection;
    /**
     * SQLite, or PostgreSQL with `{ postgres }`. Default, where no `connection` is given either: SQLite, `queue.db` in
     * `HOLDFAST_DATA_DIR` or `./.holdfast`.
     */
    backend?: SqliteLocation | PostgresLocation;
}
export type EngineChoice = {
    readonly engine: 'redis';
    readonly connection: RedisConnection;
} | {
    readonly engine: 'sqlite';
    readonly location: SqliteLocation;
} | {
    readonly engine: 'postgres';
    readonly location: PostgresChoice;
};
/** @throws QueueOptionError */
export declare function chooseEngine({ connection, backend }: EngineOptions): EngineChoice;
/** Where everything lies that was given no place of its own. */
export declare function dataFolder(): string;

// engines/postgres-location.d.ts
/** Where PostgreSQL is; further fields of node-postgres' own options are passed on. */
export interface PostgresAddress {
    /** `postgres://` or `postgresql://`, wins over `host` and `port`. */
    url?: string;
    host?: string;
    port?: number;
    user?: string;
    password?: string | (() => string | Promise<string>);
    database?: string;
    ssl?: boolean | object;
    /** Connections that the producer may have open. Default 10. */
    max?: number;
}
/** A pool of node-postgres: its settings are copied, it is never used itself, and stays yours to end. */
export interface PostgresPoolLike {
    readonly options: object;
    connect(...args: never[]): unknown;
    end(...args: never[]): unknown;
}
/** PostgreSQL: an address, or a pool of node-postgres. */
export interface PostgresLocation {
    postgres: PostgresAddress | PostgresPoolLike;
}
/** Settings of node-postgres, whatever they were given as. */
export interface PostgresChoice {
    readonly settings: Readonly<Record<string, unknown>>;
}
/** @throws QueueOptionError */
export declare function checkedPostgres(postgres: PostgresAddress | PostgresPoolLike): PostgresChoice;

// engines/redis-location.d.ts
/** An ioredis client, of one server or a Cluster: it is copied, never used itself, and stays yours to close. */
export interface RedisClientLike {
    duplicate(...overrides: never[]): unknown;
    readonly options: object;
    readonly status: string;
    readonly isCluster?: boolean;
}
/** Where one Redis is; further fields of ioredis' own options are passed on. */
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
/** One server. */
export interface RedisNode {
    readonly host: string;
    readonly port: number;
}
/** A master that Sentinels watch; further fields of ioredis' own options are passed on. */
export interface RedisSentinels {
    sentinels: readonly RedisNode[];
    /** Of the group of the master. */
    name: string;
    username?: string;
    password?: string;
    sentinelUsername?: string;
    sentinelPassword?: string;
    db?: number;
    tls?: object;
}
/** Some nodes of a Cluster; the others are found through them. */
export interface RedisClusterNodes {
    /** Each a `redis://` or `rediss://` url, or a host and port. */
    cluster: readonly (string | RedisNode)[];
    username?: string;
    password?: string;
    tls?: object;
    /** Where nodes announce addresses that are not reachable from here: what to use instead, by `host:port`. */
    natMap?: Readonly<Record<string, RedisNode>>;
}
type RedisConnection = RedisAddress | RedisSentinels | RedisClusterNodes | RedisClientLike;
export declare function isRedisClient(connection: RedisConnection): connection is RedisClientLike;
/** @throws QueueOptionError */
export declare function checkedConnection(connection: RedisConnection): RedisConnection;
export {};

// spool/spool-options.d.ts
export interface SpoolOptions {
    /**
     * Where the files are, on a disk of this machine. Queues of one name on two servers need two folders. Default
     * `spool/<queueName>` in `HOLDFAST_DATA_DIR` or `./.holdfast`.
     */
    folder?: string;
    /** Jobs that one process may keep. Default 100000. */
    maxJobs?: number;
    /** What they may take in all. Default 268435456, 256 MiB. */
    maxBytes?: number;
}
export type ResolvedSpoolOptions = Readonly<Required<SpoolOptions>>;
/** Every default of a spool. */
export declare const SPOOL_DEFAULTS: Readonly<{
    maxJobs: number;
    maxBytes: number;
}>;
/** @throws QueueOptionError */
export declare function resolveSpool(options: SpoolOptions, queueName: string): ResolvedSpoolOptions;

// worker/circuit.d.ts
/** A circuit breaker, by what is used of it; one of `@holdfast/resilience` or another. */
export interface Circuit {
    /** `OPEN`, `HALF_OPEN` or `CLOSED`, in any case. */
    readonly state: string;
    on(event: 'stateChange', listener: () => void): unknown;
    off?(event: 'stateChange', listener: () => void): unknown;
}
/** @throws QueueOptionError */
export declare function resolveCircuit(circuit: Circuit | string | undefined): Circuit | undefined;

// dead-letters/dead-letter.d.ts
import type { Carrier } from '@holdfast/context';
import type { Job } from 'bullmq';
import type { EngineJob } from '../engines/engine.ts';
import { type AttemptRecord } from '../failures/attempt-history.ts';
import type { DeathClass } from '../failures/failure-class.ts';
import { type Redrive } from '../job/job-notes.ts';
/** A job that failed for good, as it stands in a list. */
export interface DeadLetterSummary {
    readonly id: string;
    readonly jobName: string;
    /** The message of the last error. */
    readonly reason: string;
    readonly failureClass: DeathClass;
    /** The same for all that died of the same failure: 16 hexadecimal digits. */
    readonly fingerprint: string;
    /** Epoch ms. */
    readonly failedAt: number;
    /** Epoch ms. */
    readonly enqueuedAt: number;
    /** Attempts spent since it was enqueued or last redriven. */
    readonly attempts: number;
    /** How often its workers died or hung. */
    readonly stalls: number;
    /** How often it was redriven before this death. */
    readonly redrives: number;
    /** The producer's context: its trace is where to look. */
    readonly carrier: Carrier;
}
/** A job that failed for good, with its data and its history. */
export interface DeadLetter<Data> extends DeadLetterSummary {
    readonly data: Data;
    /** The stack of the last error. */
    readonly stack: string;
    /** Every failed attempt, the oldest first, over all redrives. */
    readonly history: readonly AttemptRecord[];
    /** Who redrove it and when, the oldest first; the newest hundred are kept. */
    readonly redriveLog: readonly Redrive[];
}
export declare function summarise(job: Job): DeadLetterSummary;
export declare function detail<Data>(job: EngineJob<Data>): DeadLetter<Data>;

// failures/attempt-history.d.ts
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

// job/job-notes.d.ts
import type { Job } from 'bullmq';
/** What a queue keeps with a job beside its event, in BullMQ's progress field. */
export interface JobNotes {
    /** How long the job has been parked in all. */
    readonly parkedMs: number;
    /** The newest of them. */
    readonly redrives: readonly Redrive[];
    /** How many redrives came before those. */
    readonly olderRedrives?: number;
}
/** A redrive on the record of a letter. */
export interface Redrive {
    readonly by: string;
    /** Epoch ms. */
    readonly at: number;
    /** When the death happened that it answered; epoch ms. */
    readonly failedAt?: number;
}
export declare function readNotes(job: Pick<Job, 'progress'>): JobNotes;
export declare function writeNotes(job: Job, notes: JobNotes): Promise<void>;
/** The redrives that took place: one noted for the death that the job still lies in was cut off by a crash. */
export declare function redrivesOf(job: Pick<Job, 'progress' | 'finishedOn'>): {
    readonly count: number;
    readonly log: readonly Redrive[];
};
/** The notes of a job that is about to be redriven: its time to be parked begins anew. */
export declare function notesOfRedrive(job: Pick<Job, 'progress' | 'finishedOn'>, redrive: Redrive): JobNotes;

// dead-letters/dead-letter-acts.d.ts
import { type DeadLetterAct } from '../channels.ts';
import type { QueueEngine } from '../engines/engine.ts';
type SiblingSource = Pick<QueueEngine<never>, 'sibling'>;
/** An act on the record. */
export interface RecordedAct extends DeadLetterAct {
    /** False where whoever began it was cut off, or is still at it: the letter itself shows what came of it. */
    readonly confirmed: boolean;
}
/** Which acts are meant; what is left out does not matter. */
export interface ActFilter {
    jobId?: string;
    by?: string;
    run?: string;
    /** 1 to 1000. Default 50. */
    limit?: number;
}
/** The right to act on one death of one job, which one caller at a time has. */
export interface Claim {
    /** Puts on record that it is done, and publishes it. */
    confirm(): Promise<void>;
    /** Takes the act off the record: it did not take place. */
    release(): Promise<void>;
}
export interface ActsSettings {
    readonly kept?: number;
    readonly claimMs?: number;
}
/**
 * Who did what to which dead letter, and when. The records are jobs of a queue of their own that no worker runs, so
 * they are as durable as the queue itself, on every engine. A record is made before the act, under an id made of the
 * letter and its death: as an id can be taken only once, it is the claim that keeps two operators apart.
 */
export declare class DeadLetterActs {
    #private;
    readonly claimMs: number;
    constructor(queueName: string, { kept, claimMs }?: ActsSettings);
    /**
     * @throws DeadLetterBusyError where another claim holds
     * @throws DeadLetterNotFoundError where the act on this death was done
     */
    claim(engine: SiblingSource, act: DeadLetterAct): Promise<Claim>;
    /** Newest first. */
    list(engine: SiblingSource, { limit, ...filter }?: ActFilter): Promise<RecordedAct[]>;
    close(): Promise<void>;
}
export {};

// dead-letters/bulk-runs.d.ts
import type { QueueEngine } from '../engines/engine.ts';
import type { DeadLetterFilter } from './filter.ts';
type SiblingSource = Pick<QueueEngine<never>, 'sibling'>;
/** A redrive or discard of many dead letters, on record from its first moment. */
export interface BulkRun {
    readonly run: string;
    readonly act: 'redrive' | 'discard';
    readonly filter: DeadLetterFilter;
    /** Who began it. */
    readonly by: string;
    /** It takes letters that were dead at this time, and none that died later; epoch ms. */
    readonly begunAt: number;
    /** Epoch ms; undefined where it was cut off, aborted or still runs: it can be resumed. */
    readonly endedAt?: number;
}
/** The bulk acts of a queue, as jobs of a queue of their own that no worker runs. */
export declare class BulkRuns {
    #private;
    constructor(queueName: string);
    /**
     * Begins a run, or finds the one of this name.
     * @throws QueueOptionError where that is of another act or filter
     */
    begin(engine: SiblingSource, run: BulkRun): Promise<BulkRun>;
    end(engine: SiblingSource, run: BulkRun): Promise<void>;
    /** Newest first. */
    list(engine: SiblingSource, limit: number): Promise<BulkRun[]>;
    close(): Promise<void>;
}
export {};

// dead-letters/filter.d.ts
import type { DeathClass } from '../failures/failure-class.ts';
import type { DeadLetterSummary } from './dead-letter.ts';
/** Which dead letters are meant; what is left out does not matter. Every condition must hold. */
export interface DeadLetterFilter {
    /** Of one failure, as `groups()` and `list()` show it. */
    fingerprint?: string;
    /** The event type of a webhook, the name of a job. */
    jobName?: string;
    failureClass?: DeathClass;
    /** Died at this time or later; epoch ms. */
    failedSince?: number;
    /** Died at this time or earlier; epoch ms. */
    failedUntil?: number;
}
/**
 * The filter without absent conditions. A condition that is not known is refused: it would match everything.
 * @throws QueueOptionError
 */
export declare function checkedFilter(filter?: DeadLetterFilter): DeadLetterFilter;
/** Whether anything but the time of death is asked. */
export declare function isSelective({ fingerprint, jobName, failureClass }: DeadLetterFilter): boolean;
export declare function matches(filter: DeadLetterFilter, letter: DeadLetterSummary): boolean;

// dead-letters/dead-letters.d.ts
import { type ActParts } from './act-on-letter.ts';
import { type BulkOptions, type BulkResult } from './bulk.ts';
import type { BulkRun, BulkRuns } from './bulk-runs.ts';
import { type DeadLetter } from './dead-letter.ts';
import type { ActFilter, RecordedAct } from './dead-letter-acts.ts';
import { type ExpiryResult } from './expiry.ts';
import { type DeadLetterGroups } from './groups.ts';
import { type DeadLetterPage, type DeadLetterPageRequest } from './page.ts';
export interface ActOptions {
    /** Who asks for it. Default the user id of the current context, or `unknown`. */
    by?: string;
}
export interface ExpiryOptions {
    /** Letters that died so many days ago, or earlier; 0 or more. */
    maxAgeDays: number;
    /** So many at most, 1 to 1000. Default 500. */
    limit?: number;
}
/** Each call takes `enqueueTimeoutMs` at most; one that reads or changes many letters takes it for each chunk of them. */
export interface DeadLetters<Data> {
    /** All that are dead now, whatever the filter of a list says. */
    count(): Promise<number>;
    /** @throws QueueOptionError */
    list(request?: DeadLetterPageRequest): Promise<DeadLetterPage>;
    /** How many died of which failure. Reads every dead letter once. */
    groups(): Promise<DeadLetterGroups>;
    /** @returns undefined where no letter has this id, as after a redrive */
    get(jobId: string): Promise<DeadLetter<Data> | undefined>;
    /**
     * Runs a dead letter again, with all its attempts, under its old id, priority and trace.
     * @throws DeadLetterNotFoundError
     * @throws DeadLetterBusyError where another redrive or discard of it is under way
     */
    redrive(jobId: string, options?: ActOptions): Promise<void>;
    /**
     * Redrives what a filter means, the oldest first, each death once.
     * @throws QueueOptionError
     * @throws BulkActInterruptedError where the engine failed; it can be resumed
     */
    redriveAll(options?: BulkOptions): Promise<BulkResult>;
    /**
     * Removes a dead letter for good; a redelivery of its event is then a new one.
     * @throws DeadLetterNotFoundError
     * @throws DeadLetterBusyError where another redrive or discard of it is under way
     * @throws DiscardFailedError where the engine did not confirm the removal
     */
    discard(jobId: string, options?: ActOptions): Promise<void>;
    /**
     * Removes what a filter means for good.
     * @throws QueueOptionError
     * @throws BulkActInterruptedError where the engine failed; it can be resumed
     */
    discardAll(options?: BulkOptions): Promise<BulkResult>;
    /** Removes the oldest of the letters that are too old; call it again while there is `more`. */
    expire(options: ExpiryOptions): Promise<ExpiryResult>;
    /** Who redrove, discarded and expired what, newest first. */
    acts(filter?: ActFilter): Promise<readonly RecordedAct[]>;
    /** Redrives and discards of many, newest first: one without `endedAt` can be resumed. @param limit default 50 */
    runs(limit?: number): Promise<readonly BulkRun[]>;
}
/** The dead letters are BullMQ's failed jobs and nothing else: whatever way a job failed, it is here. */
export declare function createDeadLetters<Data>(parts: ActParts<Data>, runs: BulkRuns): DeadLetters<Data>;

// dead-letters/expiry.d.ts
import type { Clock } from '@holdfast/context/clock';
import { type ActParts } from './act-on-letter.ts';
/** What one step of an expiry did. */
export interface ExpiryResult {
    /** Dead letters removed. */
    readonly expired: number;
    /** Whether there may be further ones. */
    readonly more: boolean;
}
/** Removes the oldest of the letters that died at `until` or before, `limit` at most. */
export declare function expireLetters<Data>(parts: ActParts<Data>, until: number, limit: number): Promise<ExpiryResult>;
/** Expires letters once an hour, in batches with a pause between them, until the returned function is called. */
export declare function sweepRegularly<Data>(parts: ActParts<Data>, maxAgeMs: number, onTrouble: (error: Error) => void): () => void;
export declare function expiryTime(clock: Clock, maxAgeMs: number): number;

// dead-letters/groups.d.ts
import type { EngineAccess } from '../engines/engine-access.ts';
import type { DeathClass } from '../failures/failure-class.ts';
/** The dead letters of one failure. */
export interface DeadLetterGroup {
    readonly fingerprint: string;
    readonly failureClass: DeathClass;
    /** Name and message of the error, with `#` for each number and id. */
    readonly error: string;
    /** Where it was thrown: function and file; empty where that is not known. */
    readonly frame: string;
    readonly count: number;
    /** Epoch ms. */
    readonly firstFailedAt: number;
    /** Epoch ms. */
    readonly lastFailedAt: number;
    /** The newest letter of the group. */
    readonly exampleId: string;
    /** Event types or job names, ten at most. */
    readonly jobNames: readonly string[];
}
/** The dead letters of a queue by failure. */
export interface DeadLetterGroups {
    /** The largest first, a thousand at most. */
    readonly groups: readonly DeadLetterGroup[];
    /** Dead letters looked at. */
    readonly total: number;
    /** Those of failures beyond the thousand. */
    readonly ungrouped: number;
}
/** Counts the dead letters by failure. It reads each once, in chunks, and keeps the groups alone in memory. */
export declare function groupLetters<Data>(access: EngineAccess<Data>): Promise<DeadLetterGroups>;

// dead-letters/page.d.ts
import type { EngineAccess } from '../engines/engine-access.ts';
import { type DeadLetterSummary } from './dead-letter.ts';
import { type DeadLetterFilter } from './filter.ts';
/** Which page is asked for. */
export interface DeadLetterPageRequest {
    /** `nextCursor` of the page before. Default the newest letter. */
    cursor?: string;
    /** Skips so many, instead of a cursor; letters that come or go between two pages shift it. Not with a filter. */
    offset?: number;
    /** 1 to 1000. Default 50. */
    limit?: number;
    filter?: DeadLetterFilter;
}
/** One page of dead letters. */
export interface DeadLetterPage {
    /** Newest first. With a filter there may be fewer than the limit, or none, and still a next page. */
    readonly items: readonly DeadLetterSummary[];
    /** Of the dead letters in all, whatever the filter. */
    readonly total: number;
    /** Where the next page begins, or undefined when this is the last. */
    readonly nextCursor: string | undefined;
    /** The same as an offset, for pages asked for without cursor and filter. */
    readonly nextOffset: number | undefined;
}
export declare const DEFAULT_LIMIT = 50;
/** @throws QueueOptionError */
export declare function readPage<Data>(access: EngineAccess<Data>, request?: DeadLetterPageRequest): Promise<DeadLetterPage>;
/** @throws QueueOptionError */
export declare function checkLimit(limit: number): void;

// errors.d.ts
import type { FailureClass } from './failures/failure-class.ts';
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
export declare class InvalidWebhookEventError extends QueueError {
    readonly name = "InvalidWebhookEventError";
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
/** `requireNoEviction` is set and Redis may evict jobs when its memory is full. Nothing was enqueued. */
export declare class EvictionPolicyError extends QueueError {
    readonly name = "EvictionPolicyError";
    readonly code = "ERR_QUEUE_EVICTION_POLICY";
    /** Undefined where Redis does not tell. */
    readonly policy: string | undefined;
    constructor(queue: string, policy: string | undefined);
}
/** The spool for jobs that the server cannot take is full. Nothing was enqueued. */
export declare class SpoolFullError extends QueueError {
    readonly name = "SpoolFullError";
    readonly code = "ERR_QUEUE_SPOOL_FULL";
    readonly queue: string;
    /** When another try makes sense, in ms from now. */
    readonly retryAfterMs: number;
    constructor(queue: string, what: string, retryAfterMs: number, options?: ErrorOptions);
}
/** The queue is unavailable and its spool could not be written, on a full or broken disk. Nothing is known to be stored. */
export declare class SpoolWriteError extends QueueError {
    readonly name = "SpoolWriteError";
    readonly code = "ERR_QUEUE_SPOOL_WRITE";
    readonly queue: string;
    /** When another try makes sense, in ms from now. */
    readonly retryAfterMs: number;
    constructor(queue: string, retryAfterMs: number, options: ErrorOptions);
}
/** The server refuses a job that was spooled, and takes others. It stays in the spool and is tried again later. */
export declare class SpoolRefusedError extends QueueError {
    readonly name = "SpoolRefusedError";
    readonly code = "ERR_QUEUE_SPOOL_REFUSED";
    readonly jobId: string;
    constructor(jobId: string, options: ErrorOptions);
}
/** What was given to `add` is not a job. Nothing was enqueued. */
export declare class InvalidJobError extends QueueError {
    readonly name = "InvalidJobError";
    readonly code = "ERR_QUEUE_INVALID_JOB";
    readonly field: string;
    constructor(field: string, message: string, options?: ErrorOptions);
}
/** An attempt took longer than `jobTimeoutMs`. */
export declare class JobTimeoutError extends QueueError {
    readonly name = "JobTimeoutError";
    readonly code = "ERR_QUEUE_JOB_TIMEOUT";
    readonly failureClass: FailureClass;
    constructor(limitMs: number);
}
/**
 * Thrown by a processor that cannot run a job yet: it is put back for `retryAfterMs` without spending an attempt, as
 * often as it takes. A job that waits for its predecessor does so.
 */
export declare class JobDeferredError extends QueueError {
    readonly name = "JobDeferredError";
    readonly code = "ERR_QUEUE_JOB_DEFERRED";
    readonly failureClass: FailureClass;
    readonly retryAfterMs: number;
    /** @param retryAfterMs 0 to 31536000000, a year; anything else is one second */
    constructor(retryAfterMs: number, options?: ErrorOptions);
}
/** The queue was unavailable, the event was processed at once instead, and the processor failed. */
export declare class DirectProcessingError extends QueueError {
    readonly name = "DirectProcessingError";
    readonly code = "ERR_QUEUE_DIRECT_PROCESSING";
    constructor(queue: string, options: ErrorOptions);
}
/**
 * The queue was unavailable, the event is being processed at once instead, and the processor was not done when the time
 * of the enqueue was up. It goes on; a failure is told to `onError`.
 */
export declare class DirectProcessingUnfinishedError extends QueueError {
    readonly name = "DirectProcessingUnfinishedError";
    readonly code = "ERR_QUEUE_DIRECT_UNFINISHED";
    constructor(queue: string, limitMs: number);
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
export declare class QueueMissingPeerError extends QueueError {
    readonly name = "QueueMissingPeerError";
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
/** Somebody else has begun to redrive or discard this dead letter and is not done. Nothing was done here. */
export declare class DeadLetterBusyError extends QueueError {
    readonly name = "DeadLetterBusyError";
    readonly code = "ERR_QUEUE_DEAD_LETTER_BUSY";
    readonly jobId: string;
    /** When the other one's claim ends, in ms from now. */
    readonly retryAfterMs: number;
    constructor(jobId: string, act: string, retryAfterMs: number);
}
/** A redrive or discard of many was cut off by a failure. What was done is done; it can be resumed. */
export declare class BulkActInterruptedError extends QueueError {
    readonly name = "BulkActInterruptedError";
    readonly code = "ERR_QUEUE_BULK_INTERRUPTED";
    readonly run: string;
    /** Letters redriven or discarded before. */
    readonly done: number;
    constructor(act: string, run: string, done: number, options: ErrorOptions);
}
/** The store of a `DeadLetterQueue` failed or did not answer. What was asked for may have been done. */
export declare class DeadLetterStoreError extends QueueError {
    readonly name = "DeadLetterStoreError";
    readonly code = "ERR_QUEUE_DEAD_LETTER_STORE";
    constructor(doing: string, options: ErrorOptions);
}
/** Why a job's signal was aborted: the worker shuts down, or another worker has taken the job over. */
export declare class JobAbortedError extends QueueError {
    readonly name = "JobAbortedError";
    readonly code = "ERR_QUEUE_JOB_ABORTED";
    readonly failureClass: FailureClass;
    readonly reason: 'shutdown' | 'lock-lost';
    constructor(reason: 'shutdown' | 'lock-lost');
}

// job/job-id.d.ts
/**
 * The id of the job for an event: `<provider>.<event id>`, whatever is not a letter, digit, `_` or `-` written as
 * `%XX` or `%uXXXX` for each UTF-16 unit. So two events never share an id, two providers never either, and BullMQ,
 * which refuses `:` and bare numbers, takes every one. An id over 256 characters becomes `<provider>.~<sha256>`.
 */
export declare function jobIdOf(provider: string, eventId: string): string;
/**
 * The id of a job for an id of the application, in the same alphabet; what would be a bare number, which BullMQ
 * refuses, has its first character written as `%XX`.
 */
export declare function plainJobId(id: string): string;

// queue/job-queue.d.ts
import type { EnqueueStatus, QueueSnapshot } from '../channels.ts';
import type { DeadLetters } from '../dead-letters/dead-letters.ts';
import { type BackoffOptions, type QueueOptions, type ResolvedOptions } from '../options.ts';
import type { QueueJob } from '../worker/attempt.ts';
import type { ProcessingStats } from '../worker/processing-totals.ts';
import type { JobToAdd } from './producer.ts';
import { type StandardSchema } from './standard-schema.ts';
/** What became of a job that was enqueued. */
export interface EnqueueResult {
    status: EnqueueStatus;
    jobId: string;
    /** Present where the queue was unavailable and the processor has run instead. */
    processedDirectly?: true;
}
/** What waits, runs and has failed, and how this process did. */
export interface QueueMetrics extends QueueSnapshot {
    /** Of this process alone. */
    readonly processing: ProcessingStats;
}
/** Runs one attempt at a job. What it throws decides what happens next. */
export type JobProcessor<Data> = (job: QueueJob<Data>) => unknown;
/** What every kind of queue can do, apart from taking jobs. */
export interface QueueControl<Data, Job> extends AsyncDisposable {
    readonly name: string;
    /** Says what processes a job, without starting a worker: for `whenUnavailable: 'direct'`, or before `startWorker()`. */
    setProcessor(processor: (job: Job) => unknown): void;
    /** Starts this process's worker. @throws WorkerStartError without a processor, or when one runs */
    startWorker(processor?: (job: Job) => unknown): Promise<void>;
    /** This process's worker takes no further job until `resume()`; running ones go on. */
    pause(): Promise<void>;
    /** Undoes `pause()`, in this process. */
    resume(): Promise<void>;
    /** Counts by state, of the whole queue; `processing` is of this process. @throws QueueUnavailableError */
    getMetrics(): Promise<QueueMetrics>;
    readonly deadLetters: DeadLetters<Data>;
    /**
     * Removes every job from the engine: waiting, running, done and dead. Handlers that run are not stopped.
     * @throws QueueUnavailableError where it takes longer than `enqueueTimeoutMs`: call it again
     */
    obliterate(): Promise<void>;
    /** Resolves when the engine has answered. @throws QueueUnavailableError within `enqueueTimeoutMs`; EvictionPolicyError */
    ready(): Promise<void>;
    /** Waits for running jobs up to `closeTimeoutMs`, puts the rest back, and lets go of every connection. */
    close(): Promise<void>;
}
export interface JobQueueOptions<Data, Input = Data> extends QueueOptions {
    /** Checks the data of each job before it is stored, and may change it; any Standard Schema. */
    schema?: StandardSchema<Input, Data>;
}
export interface AddOptions {
    /** A second job with the same id is a duplicate. Any text that is not empty. Default a new one. */
    id?: string;
    /** 1 to 2097151, lower goes first; 0 (default) goes before all that have one. */
    priority?: number;
    /** How long it waits before it may run. Default 0. */
    delayMs?: number;
    /** Of this job alone. Default that of the queue. */
    maxRetries?: number;
    /** Of this job alone. Default that of the queue. */
    backoff?: BackoffOptions;
}
/** A durable queue of jobs. */
export interface JobQueue<Data, Input = Data> extends QueueControl<Data, QueueJob<Data>> {
    /**
     * Stores a job, within `enqueueTimeoutMs`. When it resolves with `queued` or `duplicate` it is in the store, with
     * `spooled` on the disk of this machine.
     * @param name what kind of job it is, 1 to 256 characters
     * @param data what JSON can hold
     * @throws InvalidJobError, QueueUnavailableError, DirectProcessingError, DirectProcessingUnfinishedError, SpoolFullError, SpoolWriteError, QueueClosedError
     */
    add(name: string, data: Input, options?: AddOptions): Promise<EnqueueResult>;
}
/**
 * A durable queue of jobs: on SQLite where nothing else is said.
 * @example
 * const emails = createJobQueue<{ to: string }>({ queueName: 'emails' });
 * await emails.startWorker(async (job) => send(job.data.to));
 * await emails.add('welcome', { to: 'ann@example.org' }, { id: 'welcome-ann' });
 * @throws QueueOptionError
 */
export declare function createJobQueue<Data, Input = Data>(options: JobQueueOptions<Data, Input>): JobQueue<Data, Input>;
export interface QueueCore<Data, Job> {
    readonly control: QueueControl<Data, Job>;
    /** @throws InvalidJobError where the engine cannot keep the data, and what `JobQueue.add` throws */
    add(job: JobToAdd, data: Data): Promise<EnqueueResult>;
}
/** @param toJob what the processor of this kind of queue is given */
export declare function createQueueCore<Data, Job>(options: ResolvedOptions, toJob: (job: QueueJob<Data>) => Job): QueueCore<Data, Job>;
/** @throws QueueOptionError */
export declare function checkedPriority(priority: unknown, least: 0 | 1): number;
/** @throws InvalidJobError for what JSON cannot hold */
export declare function toJson(data: unknown): string;

// worker/attempt.d.ts
import { type Carrier } from '@holdfast/context';
import type { EngineJob } from '../engines/engine.ts';
import { JobAbortedError } from '../errors.ts';
import { type Verdict } from '../failures/failure-verdict.ts';
import type { ResolvedOptions } from '../options.ts';
/** One attempt at a job: what a processor is given. */
export interface QueueJob<Data> {
    readonly id: string;
    readonly name: string;
    readonly data: Data;
    /** 1-based. */
    readonly attempt: number;
    /** Counts the first attempt. */
    readonly maxAttempts: number;
    /**
     * Aborts when the time of the attempt is up, when the worker shuts down and cannot wait any longer, or when another
     * worker has taken the job.
     */
    readonly signal: AbortSignal;
    /** Epoch ms. */
    readonly enqueuedAt: number;
}
export type AttemptResult = {
    readonly kind: 'completed';
    readonly value: unknown;
} | {
    readonly kind: 'failed';
    readonly verdict: Verdict;
    readonly error: unknown;
};
/** A job of BullMQ, by what an attempt reads of it. */
export type AttemptedJob<Data> = Pick<EngineJob<Data>, 'id' | 'name' | 'data' | 'timestamp' | 'attemptsMade' | 'progress' | 'opts'>;
/** One run of the processor over one job. */
export declare class Attempt<Data> {
    #private;
    readonly carrier: Carrier;
    readonly number: number;
    readonly maxAttempts: number;
    constructor(job: AttemptedJob<Data>, options: ResolvedOptions);
    get durationMs(): number;
    /** Asks the processor to stop. */
    abort(reason: JobAbortedError): void;
    /** Stops waiting for a processor that did not stop when asked: the job goes back, what it still does is ignored. */
    abandon(): void;
    /** Runs the processor in the context of the producer, and as an operation that a tracer can see. */
    run(processor: (input: QueueJob<Data>) => unknown): Promise<AttemptResult>;
}

// failures/failure-verdict.d.ts
import type { ResolvedOptions } from '../options.ts';
import type { FailureClass } from './failure-class.ts';
/** What happens to a job whose attempt failed. */
export type Verdict = 
/** Again after `delayMs`; an attempt is spent. */
{
    readonly kind: 'retry';
    readonly failureClass: FailureClass;
    readonly delayMs: number;
}
/** Into the dead letters. */
 | {
    readonly kind: 'dead';
    readonly failureClass: FailureClass;
}
/** Again after `delayMs`; no attempt is spent. `counted` where it is part of `maxParkMs`. */
 | {
    readonly kind: 'park';
    readonly failureClass: FailureClass;
    readonly delayMs: number;
    readonly counted: boolean;
}
/** Back to waiting at once; no attempt is spent. */
 | {
    readonly kind: 'return';
    readonly failureClass: FailureClass;
};
export interface AttemptState {
    /** Aborted where the attempt was told to stop. */
    readonly signal: AbortSignal;
    /** 1-based. */
    readonly attempt: number;
    readonly maxAttempts: number;
    /** How long the job has been parked so far. */
    readonly parkedMs: number;
}
/**
 * What to do after a failure, by its class:
 * transient retries with backoff; throttled after its Retry-After; open and overload park the job, at most `maxParkMs`
 * in all, after which they cost attempts like a transient failure; cancelled by our own shutdown puts it back;
 * permanent is dead at once.
 */
export declare function judge(error: unknown, state: AttemptState, options: Pick<ResolvedOptions, 'backoff' | 'maxParkMs'>, random?: () => number): Verdict;

// worker/processing-totals.d.ts
import type { JobOutcome } from '../channels.ts';
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

// queue/producer.d.ts
import { type EnqueueStatus } from '../channels.ts';
import type { EngineAccess } from '../engines/engine-access.ts';
import type { BackoffOptions, ResolvedOptions } from '../options.ts';
import type { OutageSpool } from '../spool/outage-spool.ts';
export interface JobToAdd {
    readonly jobId: string;
    readonly jobName: string;
    /** The data, as JSON. */
    readonly json: string;
    /** 0 for none, which goes before all that have one. */
    readonly priority: number;
    readonly delayMs?: number;
    readonly maxAttempts?: number;
    readonly backoff?: Required<BackoffOptions>;
}
export interface Producer {
    /**
     * Stores a job.
     * @param processDirectly does its work with `whenUnavailable: 'direct'`, within the ms that are left of the enqueue
     * @throws QueueUnavailableError, SpoolFullError, SpoolWriteError
     */
    add(job: JobToAdd, processDirectly?: (limitMs: number) => Promise<void>): Promise<EnqueueStatus>;
}
/** @param spool where `whenUnavailable` is `spool` */
export declare function createProducer<Data>(access: EngineAccess<Data>, spool: OutageSpool | undefined, options: ResolvedOptions): Producer;

// spool/outage-spool.d.ts
import type { Clock } from '@holdfast/context/clock';
import type { SpoolSnapshot } from '../channels.ts';
import type { JobToStore } from '../engines/engine.ts';
import { type DrainTarget } from './drain.ts';
import type { ResolvedSpoolOptions } from './spool-options.ts';
import { SpoolWriter } from './spool-writer.ts';
export interface OutageSpoolParts {
    readonly queueName: string;
    readonly options: ResolvedSpoolOptions;
    readonly clock: Clock;
    readonly target: DrainTarget;
}
/**
 * What a process could not hand over: in a file of its own, so that no process waits for another's lock. It drains its
 * own file and those of processes that are gone.
 */
export declare class OutageSpool {
    #private;
    constructor(parts: OutageSpoolParts);
    /** Opens this process's file and looks for those of others. @throws QueueMissingPeerError, or an error of the disk */
    open(): Promise<SpoolWriter>;
    /**
     * Keeps a job until the server takes it; it is on disk when this resolves.
     * @returns whether it was not kept already
     * @throws SpoolFullError, SpoolWriteError, QueueMissingPeerError
     */
    put(job: JobToStore): Promise<boolean>;
    /** The server was seen to answer: what is kept need not wait any longer. */
    serverAnswered(): void;
    snapshot(): SpoolSnapshot;
    /** Writes what waits and lets go of the files; what is in them is drained by the next process. */
    close(): Promise<void>;
}

// spool/drain.d.ts
import type { JobToStore } from '../engines/engine.ts';
import type { SpoolFile } from './spool-file.ts';
export interface DrainTarget {
    /**
     * Stores a job, unless its id is taken; those of one turn of the event loop in their order. Rejects where that is not
     * known to have happened.
     */
    store(job: JobToStore): Promise<unknown>;
    readonly onTrouble: (error: Error) => void;
}
/**
 * Hands the jobs of a file over, the oldest first, and removes each once the server has it. A process that dies in
 * between leaves the job here: it is sent again, and its id makes the second one a duplicate.
 * @returns whether the file was emptied, apart from jobs that the server refuses
 */
export declare function drainFile(file: SpoolFile, target: DrainTarget, goesOn: () => boolean): Promise<boolean>;

// spool/spool-file.d.ts
import type Database from 'better-sqlite3';
type DatabaseConstructor = typeof Database;
/** A job as it is kept; the same id and token as in the first try, so that the server can tell that it has it. */
export interface SpooledJob {
    readonly seq: number;
    readonly jobId: string;
    readonly bytes: number;
    /** JSON. */
    readonly job: string;
}
export interface NewSpooledJob {
    readonly jobId: string;
    readonly bytes: number;
    /** Epoch ms. */
    readonly at: number;
    /** JSON. */
    readonly job: string;
}
export interface SpoolTotals {
    readonly jobs: number;
    readonly bytes: number;
    /** Epoch ms, or undefined where it is empty. */
    readonly oldestAt: number | undefined;
}
/**
 * One SQLite file, owned by the process that has it open: SQLite's own lock is held all the time, and the operating
 * system takes it away when the process dies. So no lease has to run out before the next process may drain it, and no
 * clock is asked.
 */
export declare class SpoolFile {
    #private;
    readonly path: string;
    /** @throws a SqliteError with code SQLITE_BUSY where a living process owns the file */
    constructor(Sqlite: DatabaseConstructor, path: string);
    /**
     * Keeps jobs in one transaction: when it returns they are on disk.
     * @returns for each whether it is new here
     */
    put(jobs: readonly NewSpooledJob[]): boolean[];
    /** The oldest that the server has not refused time and again. */
    oldest(limit: number): SpooledJob[];
    /** @param refused those that stay, and that the server refused although it took others */
    settle(stored: readonly SpooledJob[], refused: readonly SpooledJob[]): void;
    /** Whether nothing is kept here, and the file is to be removed for its room. */
    get isSpent(): boolean;
    get jobs(): number;
    get bytes(): number;
    totals(): SpoolTotals;
    /** Lets go of the file, and removes it where nothing is in it. */
    close(): void;
}
export declare function isDiskFull(error: unknown): boolean;
export {};

// spool/spool-writer.d.ts
import type { Clock } from '@holdfast/context/clock';
import { type SpoolFile } from './spool-file.ts';
import type { ResolvedSpoolOptions } from './spool-options.ts';
/** Writes to this process's file. What is put in one turn of the event loop is one transaction, one wait for the disk. */
export declare class SpoolWriter {
    #private;
    constructor(file: SpoolFile, queueName: string, limits: ResolvedSpoolOptions, clock: Clock);
    /** Those that are on their way to the disk too. */
    get jobs(): number;
    /**
     * @returns whether it was not there already; resolves when it is on disk
     * @throws SpoolFullError, SpoolWriteError
     */
    put(jobId: string, job: string): Promise<boolean>;
    /** Writes what waits, now. */
    flush(): void;
}

// queue/standard-schema.d.ts
/** A schema of any library that follows Standard Schema, by what is used of it. @see https://standardschema.dev */
export interface StandardSchema<Input, Output> {
    readonly '~standard': {
        readonly version: 1;
        readonly vendor: string;
        readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
        readonly types?: {
            readonly input: Input;
            readonly output: Output;
        } | undefined;
    };
}
/** What a schema made of a value. */
export type SchemaResult<Output> = {
    readonly value: Output;
    readonly issues?: undefined;
} | {
    readonly issues: readonly SchemaIssue[];
};
/** What a schema objects to. */
export interface SchemaIssue {
    readonly message: string;
    readonly path?: readonly (PropertyKey | {
        readonly key: PropertyKey;
    })[] | undefined;
}
/** What the schema makes of `data`. @throws InvalidJobError naming the first place that does not fit */
export declare function applySchema<Input, Output>(schema: StandardSchema<Input, Output>, data: Input): Promise<Output>;

// webhook/webhook-event.d.ts
import type { QueueJob } from '../worker/attempt.ts';
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
export interface WebhookJob extends Omit<QueueJob<WebhookEvent>, 'name' | 'enqueuedAt'>, WebhookEvent {
}
/** Runs one attempt at an event. What it throws decides what happens next. */
export type WebhookProcessor = (job: WebhookJob) => unknown;
/** 1 for `payment.*` and `transaction.*`, 2 for `subscription.*`, 5 for the rest; lower goes first. */
export declare function priorityOf(eventType: string): number;
/**
 * The event as it is stored: the five fields and nothing else.
 * @throws InvalidWebhookEventError naming the field
 */
export declare function checkedEvent(event: WebhookEvent): WebhookEvent;
export declare function toWebhookJob(attempt: QueueJob<WebhookEvent>): WebhookJob;

// webhook/webhook-queue.d.ts
import { type QueueOptions, type WhenUnavailable } from '../options.ts';
import { type EnqueueResult, type QueueControl } from '../queue/job-queue.ts';
import { type WebhookEvent, type WebhookJob } from './webhook-event.ts';
export interface WebhookQueueOptions extends QueueOptions {
    /** The same as `whenUnavailable: 'direct'`, which wins where both are given. Default false. */
    enableDirectFallback?: boolean;
    /** The priority of an event, 1 to 2097151, lower first. Default `priorityOf`. */
    priorityOf?: (event: WebhookEvent) => number;
}
/** A durable queue of webhooks. */
export interface WebhookQueue extends QueueControl<WebhookEvent, WebhookJob> {
    /**
     * Stores an event, within `enqueueTimeoutMs`. When it resolves with `queued` or `duplicate`, the event is in the
     * store; with `spooled`, it is on the disk of this machine.
     * @throws InvalidWebhookEventError, QueueUnavailableError, DirectProcessingError, SpoolFullError, SpoolWriteError, QueueClosedError
     */
    enqueue(event: WebhookEvent): Promise<EnqueueResult>;
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
/** `enableDirectFallback` is the name that the requirement documents have. */
export declare function whenUnavailableOf({ whenUnavailable, enableDirectFallback, }: WebhookQueueOptions): WhenUnavailable;
