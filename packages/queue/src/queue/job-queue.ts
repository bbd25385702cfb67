import { randomUUID } from 'node:crypto';
import type { EnqueueStatus, QueueSnapshot } from '../channels.ts';
import type { DeadLetters } from '../dead-letters/dead-letters.ts';
import { InvalidJobError, WorkerStartError } from '../errors.ts';
import { plainJobId } from '../job/job-id.ts';
import { unstorable } from '../job/stored-text.ts';
import { show, whole } from '../option-checks.ts';
import {
  type BackoffOptions,
  type QueueOptions,
  type ResolvedOptions,
  resolveBackoff,
  resolveOptions,
} from '../options.ts';
import type { QueueJob } from '../worker/attempt.ts';
import type { ProcessingStats } from '../worker/processing-totals.ts';
import { DirectProcessing } from './direct-processing.ts';
import type { JobToAdd } from './producer.ts';
import { openQueue, type QueueRuntime } from './queue-runtime.ts';
import { applySchema, type StandardSchema } from './standard-schema.ts';

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
export function createJobQueue<Data, Input = Data>(
  options: JobQueueOptions<Data, Input>,
): JobQueue<Data, Input> {
  const { schema } = options;
  const core = createQueueCore<Data, QueueJob<Data>>(resolveOptions(options), (job) => job);
  return {
    ...core.control,
    add: async (name, data, addOptions = {}) => {
      const checked = schema === undefined ? (data as unknown as Data) : await applySchema(schema, data);
      return core.add({ ...checkedAdd(name, addOptions), json: toJson(checked) }, checked);
    },
  };
}

export interface QueueCore<Data, Job> {
  readonly control: QueueControl<Data, Job>;
  /** @throws InvalidJobError where the engine cannot keep the data, and what `JobQueue.add` throws */
  add(job: JobToAdd, data: Data): Promise<EnqueueResult>;
}

/** @param toJob what the processor of this kind of queue is given */
export function createQueueCore<Data, Job>(
  options: ResolvedOptions,
  toJob: (job: QueueJob<Data>) => Job,
): QueueCore<Data, Job> {
  const runtime = openQueue<Data>(options);
  let processor: ((job: Job) => unknown) | undefined;
  const direct = new DirectProcessing<Data>({
    options,
    processor: (input) => processor?.(toJob(input)),
    onTrouble: (error) => runtime.report(error),
  });

  return {
    add: async (job, data) => {
      refuseUnstorable(job, options);
      const { jobId } = job;
      // A job that is to wait is not run at once instead.
      const isLater = (job.delayMs ?? 0) > 0;
      const canRun = processor !== undefined && !isLater;
      const instead = (limitMs: number) => direct.process(job, data, limitMs);
      const status = await runtime.producer().add(job, canRun ? instead : undefined);
      return status === 'processedDirectly' ? { status, jobId, processedDirectly: true } : { status, jobId };
    },
    control: controlOf(runtime, options.queueName, {
      get: () => processor,
      set: (next) => (processor = next),
      run: (input) => processor?.(toJob(input)),
      close: async () => {
        await Promise.all([runtime.close(), direct.close()]);
      },
    }),
  };
}

interface ProcessorSlot<Data, Job> {
  get(): ((job: Job) => unknown) | undefined;
  set(processor: (job: Job) => unknown): void;
  /** Reads the processor at each job, so that setProcessor() also reaches a worker that runs. */
  run(input: QueueJob<Data>): unknown;
  close(): Promise<void>;
}

function controlOf<Data, Job>(
  runtime: QueueRuntime<Data>,
  name: string,
  slot: ProcessorSlot<Data, Job>,
): QueueControl<Data, Job> {
  return {
    name,
    setProcessor: (next) => slot.set(next),
    startWorker: async (next) => {
      if (next !== undefined) slot.set(next);
      if (slot.get() === undefined) {
        throw new WorkerStartError(
          'startWorker() has no processor. Pass one, or call setProcessor() before.',
        );
      }
      await runtime.startWorker((input) => slot.run(input));
    },
    pause: () => runtime.pause(),
    resume: () => runtime.resume(),
    getMetrics: async () => ({ ...(await runtime.snapshot()), processing: runtime.processing() }),
    deadLetters: runtime.deadLetters,
    obliterate: () => runtime.obliterate(),
    ready: () => runtime.ready(),
    close: () => slot.close(),
    [Symbol.asyncDispose]: () => slot.close(),
  };
}

const LONGEST_NAME = 256;
const LARGEST_PRIORITY = 2_097_151;
const LONGEST_DELAY_MS = 10 * 365 * 86_400_000;

function checkedAdd(name: unknown, options: AddOptions): Omit<JobToAdd, 'json'> {
  if (typeof name !== 'string' || name === '' || name.length > LONGEST_NAME) {
    throw new InvalidJobError('name', `is ${show(name)}; it must be 1 to ${LONGEST_NAME} characters`);
  }
  const { id, priority = 0, delayMs = 0, maxRetries, backoff } = options;
  if (id !== undefined && (typeof id !== 'string' || id === '')) {
    throw new InvalidJobError('id', `is ${show(id)}; it must be text that is not empty`);
  }
  return {
    jobId: id === undefined ? randomUUID() : plainJobId(id),
    jobName: name,
    priority: checkedPriority(priority, 0),
    delayMs: whole('delayMs', delayMs, 0, LONGEST_DELAY_MS),
    ...(maxRetries !== undefined && { maxAttempts: whole('maxRetries', maxRetries, 0, 1000) + 1 }),
    ...(backoff !== undefined && { backoff: resolveBackoff(backoff) }),
  };
}

/** @throws QueueOptionError */
export function checkedPriority(priority: unknown, least: 0 | 1): number {
  return whole('priority', priority, least, LARGEST_PRIORITY);
}

/** @throws InvalidJobError for what JSON cannot hold */
export function toJson(data: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(data);
  } catch (cause) {
    throw new InvalidJobError('data', 'cannot be written as JSON', { cause });
  }
  if (json === undefined) throw new InvalidJobError('data', `is ${typeof data}, which JSON cannot hold`);
  return json;
}

function refuseUnstorable({ json, jobName }: JobToAdd, { engine }: ResolvedOptions): void {
  const inData = unstorable(json, engine.engine);
  if (inData !== undefined) throw new InvalidJobError('data', inData);
  const inName = unstorable(JSON.stringify(jobName), engine.engine);
  if (inName !== undefined) throw new InvalidJobError('name', inName);
}
