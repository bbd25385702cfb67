import type { PgPool, PostgresConnection, Queue, Worker } from 'bullmq';
import type { ResolvedOptions } from '../options.ts';
import type { JobToStore, QueueEngine } from './engine.ts';
import type { EngineChoice } from './engine-choice.ts';
import { repeatReports } from './finish-reports.ts';
import { loadPeer } from './load-peer.ts';
import { createPool } from './postgres-pool.ts';
import { SharedAdds } from './shared-adds.ts';
import { reportSafety } from './store-safety.ts';
import { isPostgresTrouble } from './store-trouble.ts';

/** Beside one for each job that is being finished: the one that listens, locks and the look for stalled jobs. */
const WORKER_EXTRA_CONNECTIONS = 3;
const LARGEST_WORKER_POOL = 20;

type BullQueue<Data> = Queue<Data, unknown, string, Data, unknown, string>;

/**
 * BullMQ over its own PostgreSQL backend. The producer's pool gives up on a server that does not answer in time; the
 * worker's waits. Tables are made and migrated on first use.
 */
export async function openPostgresEngine<Data>(
  options: ResolvedOptions,
  { location }: Extract<EngineChoice, { engine: 'postgres' }>,
): Promise<QueueEngine<Data>> {
  const { Pool } = (await loadPeer('pg', () => import('pg'))).default;
  const bullmq = await import('bullmq');
  const { PatientConnection } = await import('./postgres-connection.ts');
  const { AlignedBackend } = await import('./postgres-backend.ts');
  const limitMs = options.enqueueTimeoutMs;
  const pool = createPool(Pool, location, { connectionTimeoutMillis: limitMs, query_timeout: limitMs });
  const connection = new PatientConnection(pool, undefined);
  const open = <D>(name: string, over: PostgresConnection): BullQueue<D> =>
    new bullmq.Queue<D, unknown, string, D, unknown, string>(
      name,
      { connection: pool as never },
      (queueName, queueOptions) => new AlignedBackend(over, queueName, queueOptions, { pool }) as never,
    );
  const queue = open<Data>(options.queueName, connection);
  const backend = queue.getBackend() as unknown as InstanceType<typeof AlignedBackend>;
  const adds = new SharedAdds({
    addAll: (jobs: readonly JobToStore[]) => backend.addAndTell(jobs),
    bytesOf: ({ json }) => json.length,
  });
  void checkSafety(connection, pool, options);
  return {
    name: 'postgres',
    queue,
    // A queue closes its connection with itself; the pool under it is that of all.
    sibling: (name) => open(name, new PatientConnection(pool, undefined)),
    createWorker: async (handler, workerOptions) => {
      const size = Math.min(workerOptions.concurrency ?? 1, LARGEST_WORKER_POOL) + WORKER_EXTRA_CONNECTIONS;
      const workerPool = createPool(Pool, location, { max: size, connectionTimeoutMillis: 0 });
      const workerConnection = new PatientConnection(workerPool, options.clock);
      return repeatReports(
        { isTrouble: isPostgresTrouble, clock: options.clock },
        (guard) =>
          new bullmq.Worker<Data, unknown, string>(
            options.queueName,
            handler,
            { ...workerOptions, connection: workerPool as never },
            (queueName, backendOptions) =>
              guard(
                new AlignedBackend(workerConnection, queueName, backendOptions, {
                  pool: workerPool,
                  listenName: queueName,
                }),
              ) as never,
          ),
        (worker) => disconnectWorker(worker, workerPool),
      );
    },
    usable: () => true,
    connected: () => Promise.resolve(),
    ping: async () => {
      await connection.waitUntilReady();
      await pool.query('SELECT 1');
    },
    store: (job) => adds.add(job),
    close: async () => {
      await adds.settled();
      await queue.close();
      await pool.end();
    },
  };
}

function disconnectWorker(worker: Pick<Worker, 'disconnect'>, pool: PgPool): void {
  worker.disconnect().catch(() => {});
  pool.end().catch(() => {});
}

/** A server that answers a commit before it is on disk loses what it has acknowledged. */
async function checkSafety(
  connection: { waitUntilReady(): Promise<void> },
  pool: PgPool,
  options: ResolvedOptions,
): Promise<void> {
  try {
    await connection.waitUntilReady();
    const { rows } = await pool.query(
      "SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit",
    );
    const { fsync, commit } = rows[0] as { fsync: string; commit: string };
    if (fsync === 'on' && commit !== 'off') return;
    reportSafety(
      options,
      'no-persistence',
      `PostgreSQL runs with fsync ${fsync} and synchronous_commit ${commit}, so a crash loses jobs that were accepted. Set both to on.`,
    );
  } catch {
    // A server that is away says so to whoever enqueues.
  }
}
