import type { Queue, RedisQueueBackend, Worker } from 'bullmq';
import type { ResolvedOptions } from '../options.ts';
import type { QueueEngine } from './engine.ts';
import type { EngineChoice } from './engine-choice.ts';
import { repeatReports } from './finish-reports.ts';
import { RedisAdds } from './redis-adds.ts';
import { RedisAvailability } from './redis-availability.ts';
import { type AnyRedis, createConnector, producerManner, WORKER_MANNER } from './redis-connect.ts';
import { watchRedisSafety } from './redis-safety.ts';
import { shareFinishes } from './shared-finishes.ts';
import { isRedisTrouble } from './store-trouble.ts';

/**
 * BullMQ over Redis, one server, Sentinel or Cluster. The producer's connection keeps no offline queue, resends
 * nothing and drops a server that does not answer; the workers' connection waits for the server for ever. They never
 * share options.
 */
export async function openRedisEngine<Data>(
  options: ResolvedOptions,
  { connection }: Extract<EngineChoice, { engine: 'redis' }>,
): Promise<QueueEngine<Data>> {
  const bullmq = await import('bullmq');
  const connector = await createConnector(connection);
  const client = connector.connect(producerManner(options.enqueueTimeoutMs));
  const adds = new RedisAdds(client);
  const availability = new RedisAvailability(client, options);
  const safety = watchRedisSafety(client, options);
  // Each queue is in a slot of its own, and all its keys in that one.
  const prefixed = (name: string) => (connector.isCluster ? { prefix: `{${name}}` } : {});
  // The version check would make one lost answer at start fatal for the whole queue; workers do it.
  const settings = { connection: client, skipVersionCheck: true, skipWaitingForReady: true };
  const open = <D>(name: string) =>
    new bullmq.Queue<D, unknown, string, D, unknown, string>(
      name,
      { ...settings, ...prefixed(name) },
      bullmq.createRedisBackend,
    );
  const queue = open<Data>(options.queueName);
  const backend = queue.getBackend() as RedisQueueBackend;
  // Its scripts are defined then.
  await backend.client;
  return {
    name: 'redis',
    queue,
    sibling: open,
    createWorker: async (handler, workerOptions) => {
      const workerClient = connector.connect(WORKER_MANNER);
      shareFinishes(workerClient);
      const { worker, disconnect } = repeatReports(
        { isTrouble: isRedisTrouble, clock: options.clock },
        (guard) =>
          new bullmq.Worker<Data, unknown, string>(
            options.queueName,
            handler,
            { ...workerOptions, ...prefixed(options.queueName), connection: workerClient },
            (...args) => guard(bullmq.createRedisBackend(...args)),
          ),
        (ending) => disconnectWorker(ending, workerClient),
      );
      const connected = new Promise<void>((resolve) => workerClient.once('ready', () => resolve()));
      return { worker, connected, disconnect };
    },
    usable: () => availability.usable(),
    connected: () => availability.connected(),
    ping: async () => {
      await client.ping();
      await safety.require();
    },
    store: async (job) => {
      await safety.require();
      const key = queue.toKey(job.jobId);
      return untilConnectionHolds(availability, () => adds.add(job, key, backend));
    },
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

function disconnectWorker(worker: Pick<Worker, 'disconnect'>, client: AnyRedis): void {
  client.disconnect();
  worker.disconnect().catch(() => {});
}

async function closeProducer(queue: Queue, client: AnyRedis): Promise<void> {
  await queue.close();
  client.disconnect();
}
