import type { SqliteConnectionOptions, SqliteQueueBackend } from '@holdfast/bullmq-sqlite';
import type { JobProgress } from 'bullmq';
import type { ResolvedOptions } from '../options.ts';
import type { QueueEngine } from './engine.ts';
import type { EngineChoice } from './engine-choice.ts';
import { repeatReports } from './finish-reports.ts';
import { loadPeer } from './load-peer.ts';
import { newJob } from './new-job.ts';
import { isSqliteTrouble } from './store-trouble.ts';

/** Part of `enqueueTimeoutMs`: a lock that another process holds is reported as such, not as an answer that never came. */
const BUSY_TIMEOUT_RATIO = 0.75;

/** BullMQ over a SQLite file or database in this process: no server, and nothing that can be away. */
export async function openSqliteEngine<Data>(
  options: ResolvedOptions,
  { location }: Extract<EngineChoice, { engine: 'sqlite' }>,
): Promise<QueueEngine<Data>> {
  const { createSqliteBackend } = await loadPeer(
    '@holdfast/bullmq-sqlite',
    () => import('@holdfast/bullmq-sqlite'),
  );
  const { Queue, Worker } = await import('bullmq');
  const busyTimeoutMs = Math.ceil(options.enqueueTimeoutMs * BUSY_TIMEOUT_RATIO);
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
      // What is asked for in one turn is one transaction already.
      return repeatReports(
        { isTrouble: isSqliteTrouble, clock: options.clock },
        (guard) =>
          new Worker<Data, unknown, string, SqliteQueueBackend, JobProgress, SqliteConnectionOptions>(
            options.queueName,
            handler,
            settings,
            (...args) => guard(createSqliteBackend(...args)),
          ),
        (worker) => void worker.disconnect().catch(() => {}),
      );
    },
    usable: () => true,
    connected: () => Promise.resolve(),
    // Takes the lock for writing and changes nothing: a file that can only be read takes no jobs.
    ping: async () => void (await backend.extendLocks([], [], 0)),
    store: async (job) => (await backend.addJobIfAbsent(newJob(job), job.jobId)).added,
    close: () => queue.close(),
  };
}
