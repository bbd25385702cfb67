import { join } from 'node:path';
import { createWebhookQueue, type WebhookQueue } from '@holdfast/queue';
import type { Config } from './config.ts';

/** The queue of incoming webhooks: on Redis where its address is given, else in a SQLite file beside the business data. */
export function openQueue(
  config: Pick<Config, 'redisUrl' | 'dataFolder' | 'worker' | 'queueName' | 'whenUnavailable'>,
  onError?: (error: Error) => void,
): WebhookQueue {
  const { redisUrl, dataFolder, worker, queueName, whenUnavailable } = config;
  return createWebhookQueue({
    queueName,
    ...(redisUrl === undefined
      ? { backend: { file: join(dataFolder, 'queue.db') } }
      : { connection: { url: redisUrl } }),
    whenUnavailable,
    spool: { folder: join(dataFolder, 'spool') },
    concurrency: worker.concurrency,
    backoff: { initialDelayMs: worker.backoffMs },
    lockDurationMs: worker.lockMs,
    stalledIntervalMs: Math.ceil(worker.lockMs / 2),
    ...(onError && { onError }),
  });
}
