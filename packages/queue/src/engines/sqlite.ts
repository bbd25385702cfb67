import type { SqliteConnectionOptions, SqliteQueueBackend } from '@holdfast/bullmq-sqlite';
import type { JobProgress } from 'bullmq';
import type { EngineChoice } from '../engine-choice.ts';
import type { ResolvedOptions } from '../options.ts';
import type { QueueEngine } from './engine.ts';
import { loadPeer } from './load-peer.ts';

/** BullMQ over a SQLite file or database in this process: no server, and nothing that can be away. */
export async function openSqliteEngine<Data>(
  options: ResolvedOptions,
  { location }: Extract<EngineChoice, { engine: 'sqlite' }>,
): Promise<QueueEngine<Data>> {
  const { createSqliteBackend } = await loadPeer(
    '@holdfast/bullmq-sqlite',
    () => import('@holdfast/bullmq-sqlite'),
  );
  const { Job, Queue, Worker } = await import('bullmq');
  // A write that waits for another process's lock blocks this one: no longer than an enqueue may take.
  const busyTimeoutMs = options.enqueueTimeoutMs;
  const connection = { ...location, busyTimeoutMs } as SqliteConnectionOptions;
  const open = <D>(name: string) =>
    new Queue<D, unknown, string, D, unknown, string, SqliteQueueBackend, SqliteConnectionOptions>(
      name,
      { connection },
      createSqliteBackend,
    );
  const queue = open<Data>(options.queueName);
  const backend = queue.getBackend();
  await queue.waitUntilReady();
  return {
    name: 'sqlite',
    queue,
    sibling: open,
    createWorker: async (handler, workerOptions) => {
      const settings = { ...workerOptions, connection };
      const worker = new Worker<
        Data,
        unknown,
        string,
        SqliteQueueBackend,
        JobProgress,
        SqliteConnectionOptions
      >(options.queueName, handler, settings, createSqliteBackend);
      return { worker, disconnect: () => void worker.disconnect().catch(() => {}) };
    },
    connected: () => Promise.resolve(),
    ping: async () => void (await queue.getJobCountByTypes('failed')),
    store: async ({ jobId, jobName, data, options: jobOptions }) => {
      const job = new Job<Data, unknown, string>(queue, jobName, data, jobOptions, jobId);
      // Asked for in one turn of the event loop, so that both are done in one transaction, in this order.
      const [, stored] = await Promise.all([backend.addJob(job.asJSON(), jobId), backend.getJobData(jobId)]);
      return stored?.opts.telemetry?.metadata;
    },
    close: () => queue.close(),
  };
}
