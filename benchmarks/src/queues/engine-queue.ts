/** BullMQ on the engine that the environment names: the same calls, the same job, whatever the engine. */
import { createSqliteBackend } from '@holdfast/bullmq-sqlite';
import { createPostgresBackend, type JobsOptions, Queue, Worker, withBackend } from 'bullmq';
import { RAW_REMOVE_ON_COMPLETE } from './payload.ts';

export type EngineName = 'sqlite' | 'redis' | 'postgres';

export interface NewJob {
  readonly name: string;
  readonly data: object;
  readonly opts: JobsOptions;
}

/** What the measurement asks of a queue. */
export interface EngineQueue {
  readonly name: string;
  add(job: NewJob): Promise<unknown>;
  addBulk(jobs: NewJob[]): Promise<unknown>;
  /** Starts a worker; the result closes it. */
  work(concurrency: number, process: (data: unknown) => void): () => Promise<void>;
  drain(): Promise<void>;
  close(): Promise<void>;
}

export const engine: EngineName = (process.env['BENCH_ENGINE'] ?? 'sqlite') as EngineName;
/** The server's URL, or the folder of the SQLite files. */
export const place: string = process.env['BENCH_PLACE'] ?? '';

const workerOptions = { removeOnComplete: RAW_REMOVE_ON_COMPLETE };

export async function openEngineQueue(name: string): Promise<EngineQueue> {
  if (engine === 'redis') return onRedis(name);
  return engine === 'postgres' ? onPostgres(name) : onSqlite(name);
}

async function onSqlite(name: string): Promise<EngineQueue> {
  const classes = withBackend(createSqliteBackend);
  const connection = { file: `${place}/${name}.db` };
  const queue = new classes.Queue(name, { connection });
  await queue.waitUntilReady();
  return measured(name, queue, (concurrency, run) => {
    const options = { ...workerOptions, connection, concurrency };
    return new classes.Worker(name, async ({ data }) => run(data), options);
  });
}

async function onPostgres(name: string): Promise<EngineQueue> {
  const classes = withBackend(createPostgresBackend);
  const connection = { connectionString: place, migrate: true };
  const queue = new classes.Queue(name, { connection });
  await queue.waitUntilReady();
  return measured(name, queue, (concurrency, run) => {
    const options = { ...workerOptions, connection, concurrency };
    return new classes.Worker(name, async ({ data }) => run(data), options);
  });
}

async function onRedis(name: string): Promise<EngineQueue> {
  const connection = { url: place };
  const queue = new Queue(name, { connection });
  await queue.waitUntilReady();
  return measured(name, queue, (concurrency, run) => {
    const options = { ...workerOptions, connection, concurrency };
    return new Worker(name, async ({ data }) => run(data), options);
  });
}

interface AnyQueue {
  add(name: string, data: object, opts: JobsOptions): Promise<unknown>;
  addBulk(jobs: NewJob[]): Promise<unknown>;
  drain(): Promise<void>;
  close(): Promise<void>;
}

type StartWorker = (concurrency: number, run: (data: unknown) => void) => { close(): Promise<void> };

function measured(name: string, queue: AnyQueue, start: StartWorker): EngineQueue {
  return {
    name,
    add: (job) => queue.add(job.name, job.data, job.opts),
    addBulk: (jobs) => queue.addBulk(jobs),
    work: (concurrency, run) => {
      const worker = start(concurrency, run);
      return () => worker.close();
    },
    drain: () => queue.drain(),
    close: () => queue.close(),
  };
}
