import { join } from 'node:path';
import { createWebhookQueue, type WebhookQueue, type WebhookQueueOptions } from '@holdfast/queue';
import type { Config } from './config.ts';

/**
 * The queue of incoming webhooks: on Redis or PostgreSQL where its address is given, else in a SQLite file beside the
 * business data. While a server is away, webhooks are kept in the data folder, or refused.
 */
export function openQueue(
  config: Pick<
    Config,
    'redisUrl' | 'databaseUrl' | 'dataFolder' | 'worker' | 'queueName' | 'whenUnavailable'
  >,
  onError?: (error: Error) => void,
): WebhookQueue {
  const { worker, queueName } = config;
  return createWebhookQueue({
    queueName,
    ...storeOf(config),
    concurrency: worker.concurrency,
    backoff: { initialDelayMs: worker.backoffMs },
    lockDurationMs: worker.lockMs,
    stalledIntervalMs: Math.ceil(worker.lockMs / 2),
    ...(onError && { onError }),
  });
}

type Store = Pick<WebhookQueueOptions, 'backend' | 'connection' | 'whenUnavailable' | 'spool'>;

function storeOf({
  redisUrl,
  databaseUrl,
  dataFolder,
  whenUnavailable,
}: Pick<Config, 'redisUrl' | 'databaseUrl' | 'dataFolder' | 'whenUnavailable'>): Store {
  const outage = { whenUnavailable, spool: { folder: join(dataFolder, 'spool') } } as const;
  if (redisUrl !== undefined) return { connection: { url: redisUrl }, ...outage };
  if (databaseUrl !== undefined) return { backend: { postgres: { url: databaseUrl } }, ...outage };
  return { backend: { file: join(dataFolder, 'queue.db') } };
}
