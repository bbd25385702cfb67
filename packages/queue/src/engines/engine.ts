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
export type EngineQueue<Data> = Pick<
  Queue<Data, unknown, string, Data, unknown, string>,
  | 'name'
  | 'add'
  | 'addBulk'
  | 'getJob'
  | 'getJobs'
  | 'getRanges'
  | 'getJobCounts'
  | 'getJobCountByTypes'
  | 'getCountsPerPriority'
  | 'obliterate'
  | 'close'
> & { on(event: 'error', listener: (error: Error) => void): unknown };

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
export type BullWorker<Data> = Pick<
  Worker<Data, unknown, string>,
  'run' | 'isRunning' | 'pause' | 'resume' | 'close'
> & {
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
