import type { IRedisClient, Queue, RedisQueueBackend, Worker } from 'bullmq';
import type { Redis, RedisOptions } from 'ioredis';
import type { ResolvedOptions } from '../options.ts';
import type { EngineWorkerOptions, JobHandler, JobToStore, QueueEngine } from './engine.ts';
import {
  type EngineChoice,
  isRedisClient,
  type RedisAddress,
  type RedisClientLike,
} from './engine-choice.ts';
import { loadPeer } from './load-peer.ts';
import { newJob } from './new-job.ts';
import { RedisAvailability } from './redis-availability.ts';
import { TokenReads } from './token-reads.ts';

const LONGEST_RECONNECT_DELAY_MS = 2000;

type BullModule = typeof import('bullmq');
type BullQueue<Data> = Queue<Data, unknown, string, Data, unknown, string>;
type RedisConstructor = new (options: RedisOptions | string, more?: RedisOptions) => Redis;

/**
 * BullMQ over Redis. The producer's connection keeps no offline queue, resends nothing and drops a server that does
 * not answer; the workers' connection waits for the server for ever. They never share options.
 */
export async function openRedisEngine<Data>(
  options: ResolvedOptions,
  { connection }: Extract<EngineChoice, { engine: 'redis' }>,
): Promise<QueueEngine<Data>> {
  const bullmq = await import('bullmq');
  const connect = await connector(connection);
  const client = connect(producerSettings(options));
  const availability = new RedisAvailability(client, options);
  // The version check would make one lost answer at start fatal for the whole queue; workers do it.
  const settings = { connection: client, skipVersionCheck: true, skipWaitingForReady: true };
  const open = <D>(name: string) =>
    new bullmq.Queue<D, unknown, string, D, unknown, string>(name, settings, bullmq.createRedisBackend);
  const queue = open<Data>(options.queueName);
  const backend = queue.getBackend() as RedisQueueBackend;
  const bullClient = await backend.client;
  const producer: ProducerConnection<Data> = {
    queue,
    backend,
    bullClient,
    reads: new TokenReads(client),
  };
  return {
    name: 'redis',
    queue,
    sibling: open,
    createWorker: async (handler, workerOptions) => {
      const workerClient = connect(WORKER_SETTINGS);
      const worker = createWorker(bullmq, options.queueName, handler, {
        ...workerOptions,
        connection: workerClient,
      });
      return {
        worker,
        disconnect: () => disconnectWorker(worker, workerClient),
      };
    },
    usable: () => availability.usable(),
    connected: () => availability.connected(),
    ping: async () => void (await client.ping()),
    store: (job) => untilConnectionHolds(availability, () => storeOnce(producer, job)),
    close: () => closeProducer(queue, client),
  };
}

/**
 * Repeats `store` while it fails because the connection was lost under it. It may have been done all the same: the
 * second time the job is there, with the token of this enqueue.
 */
async function untilConnectionHolds<T>(availability: RedisAvailability, store: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await store();
    } catch (error) {
      if (availability.usable()) throw error;
      await availability.connected();
    }
  }
}

interface ProducerConnection<Data> {
  readonly queue: BullQueue<Data>;
  readonly backend: RedisQueueBackend;
  /** The client as BullMQ wraps it. */
  readonly bullClient: IRedisClient;
  readonly reads: TokenReads;
}

async function storeOnce<Data>(
  { queue, backend, bullClient, reads }: ProducerConnection<Data>,
  job: JobToStore<Data>,
): Promise<boolean | undefined> {
  const key = queue.toKey(job.jobId);
  // The read is sent behind the adds of this turn, so its answer costs no second round trip.
  const [, stored] = await Promise.all([
    backend.addJobToTransaction(bullClient, newJob(job), job.jobId),
    reads.holds(key, job.token),
  ]);
  // A server that did not know the script of the add yet has run it after the read.
  return stored ?? reads.holds(key, job.token);
}

const WORKER_SETTINGS: RedisOptions = {
  maxRetriesPerRequest: null,
  enableOfflineQueue: true,
  retryStrategy: reconnectDelayMs,
};

function producerSettings({ enqueueTimeoutMs }: ResolvedOptions): RedisOptions {
  return {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: enqueueTimeoutMs,
    socketTimeout: enqueueTimeoutMs,
    retryStrategy: reconnectDelayMs,
  };
}

function reconnectDelayMs(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt - 1, 10), LONGEST_RECONNECT_DELAY_MS);
}

async function connector(
  connection: RedisAddress | RedisClientLike,
): Promise<(settings: RedisOptions) => Redis> {
  if (isRedisClient(connection)) return (settings) => connection.duplicate(settings) as Redis;
  const { Redis } = (await loadPeer('ioredis', () => import('ioredis'))) as { Redis: RedisConstructor };
  const { url, ...rest } = connection;
  return (settings) =>
    url === undefined
      ? new Redis({ ...rest, ...settings } as RedisOptions)
      : new Redis(url, { ...rest, ...settings } as RedisOptions);
}

function createWorker<Data>(
  bullmq: BullModule,
  name: string,
  handler: JobHandler<Data>,
  options: EngineWorkerOptions & { connection: Redis },
): Worker<Data, unknown, string> {
  return new bullmq.Worker<Data, unknown, string>(name, handler, options, bullmq.createRedisBackend);
}

function disconnectWorker(worker: Pick<Worker, 'disconnect'>, client: Redis): void {
  client.disconnect();
  worker.disconnect().catch(() => {});
}

async function closeProducer(queue: Queue, client: Redis): Promise<void> {
  await queue.close();
  client.disconnect();
}
