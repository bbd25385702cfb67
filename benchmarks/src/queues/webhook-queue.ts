/** Our queue, with everything a service has around it: tracing with OTLP, metrics, dead letters. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createTraceContext, runWithTrace } from '@holdfast/context';
import { createMetrics } from '@holdfast/metrics';
import { createWebhookQueue, type WebhookQueueOptions } from '@holdfast/queue';
import { initTracing } from '@holdfast/tracing';
import { eventOf } from './payload.ts';
import { serveQueue } from './serve-queue.ts';

const redisUrl = process.env['BENCH_REDIS_URL'];
const postgresUrl = process.env['BENCH_POSTGRES_URL'];
const onSqlite = redisUrl === undefined && postgresUrl === undefined;
const tracing = initTracing({
  serviceName: 'benchmark-queue',
  exporterEndpoint: process.env['BENCH_OTLP_URL'],
});
createMetrics({ serviceName: 'benchmark-queue' });

function engineIn(folder: string): Pick<WebhookQueueOptions, 'connection' | 'backend'> {
  if (redisUrl !== undefined) return { connection: { url: redisUrl } };
  if (postgresUrl !== undefined) return { backend: { postgres: { url: postgresUrl } } };
  return { backend: { file: join(folder, 'queue.db') } };
}

serveQueue({
  open: async (name, concurrency) => {
    const folder = join(process.env['BENCH_SQLITE_FOLDER'] ?? '', `webhook-${name}`);
    if (onSqlite) mkdirSync(folder);
    const engine = engineIn(folder);
    const queue = createWebhookQueue({
      queueName: name,
      concurrency,
      onWarning: () => undefined,
      // A busy machine is slow, which is to be measured; the default would make it an outage.
      enqueueTimeoutMs: 30_000,
      ...engine,
    });
    await queue.ready();
    return {
      // As a receiver enqueues: inside the context of its request.
      add: (index) => runWithTrace(createTraceContext(), () => queue.enqueue(eventOf(index))),
      start: (processed) => queue.startWorker(async () => processed()),
      close: async () => {
        await queue.close();
        if (onSqlite) rmSync(folder, { recursive: true });
      },
    };
  },
  settle: () => tracing.flush(),
});
