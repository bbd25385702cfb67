/** Our queue, with everything a service has around it: tracing with OTLP, metrics, dead letters. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createTraceContext, runWithTrace } from '@holdfast/context';
import { createMetrics } from '@holdfast/metrics';
import { createWebhookQueue } from '@holdfast/queue';
import { initTracing } from '@holdfast/tracing';
import { eventOf } from './payload.ts';
import { serveQueue } from './serve-queue.ts';

const redisUrl = process.env['BENCH_REDIS_URL'];
const tracing = initTracing({
  serviceName: 'benchmark-queue',
  exporterEndpoint: process.env['BENCH_OTLP_URL'],
});
createMetrics({ service: 'benchmark-queue' });

serveQueue({
  open: async (name, concurrency) => {
    const folder = join(process.env['BENCH_SQLITE_FOLDER'] ?? '', `webhook-${name}`);
    if (redisUrl === undefined) mkdirSync(folder);
    const engine =
      redisUrl === undefined
        ? { backend: { file: join(folder, 'queue.db') } }
        : { connection: { url: redisUrl } };
    const queue = createWebhookQueue({ queueName: name, concurrency, ...engine });
    await queue.ready();
    return {
      // As a receiver enqueues: inside the context of its request.
      add: (index) => runWithTrace(createTraceContext(), () => queue.enqueue(eventOf(index))),
      start: (processed) => queue.startWorker(async () => processed()),
      close: async () => {
        await queue.close();
        if (redisUrl === undefined) rmSync(folder, { recursive: true });
      },
    };
  },
  settle: () => tracing.flush(),
});
