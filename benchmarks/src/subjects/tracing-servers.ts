/** One client in one process, as the mode on the command line traces it; all of them talk to the same servers. */
import { createRequire } from 'node:module';
import { createTraceContext, runWithTrace } from '@holdfast/context';
import { initTracing } from '@holdfast/tracing';
import { tracePg } from '@holdfast/tracing/postgres';
import { traceRedis } from '@holdfast/tracing/redis';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import { serveCases } from '../harness/cases.ts';

export type ServerMode = 'raw' | 'ours' | 'commented' | 'otel';

const mode = process.env['HOLDFAST_BENCH_MODE'] as ServerMode;
const exporter = {
  export: (_spans: unknown, done: (result: { code: number }) => void) => done({ code: 0 }),
  shutdown: async () => undefined,
};

/** Counted, encoded by ours, and thrown away by both: what is compared is making the spans, not sending them. */
if (mode === 'otel') {
  new NodeSDK({
    instrumentations: [new IORedisInstrumentation(), new PgInstrumentation()],
    spanProcessors: [new BatchSpanProcessor({ exporter, maxQueueSize: 32_768 })],
    metricReaders: [],
    logRecordProcessors: [],
    autoDetectResources: false,
  }).start();
} else if (mode !== 'raw') initTracing({ exporter: { file: '/dev/null' } });

// Their instrumentations find what is loaded through require.
const require = createRequire(import.meta.url);
const { Redis } = require('ioredis') as typeof import('ioredis');
const { Client } = require('pg') as typeof import('pg');

const redis = new Redis(process.env['HOLDFAST_BENCH_REDIS'] ?? '');
const client = new Client(process.env['HOLDFAST_BENCH_POSTGRES'] ?? '');
await client.connect();
if (mode === 'ours') {
  traceRedis(redis);
  tracePg(client);
}
if (mode === 'commented') tracePg(client, { includeTraceComments: true });
await redis.set('key', 'value');

/** Commands on their way at once: enough to keep the server busy, as many as a service under load has. */
const AT_ONCE = 64;

/** Both kinds of tracing see a context with a span in it. */
async function inTrace(run: () => Promise<void>): Promise<void> {
  if (mode === 'otel') {
    const { trace } = await import('@opentelemetry/api');
    await trace.getTracer('benchmark').startActiveSpan('run', async (span) => {
      await run();
      span.end();
    });
  } else await runWithTrace(createTraceContext(), run);
}

function inParallel(command: () => Promise<unknown>): (iterations: number) => Promise<void> {
  return (iterations) =>
    inTrace(async () => {
      for (let done = 0; done < iterations; done += AT_ONCE) {
        const batch: Promise<unknown>[] = [];
        for (let index = Math.min(AT_ONCE, iterations - done); index > 0; index -= 1) batch.push(command());
        await Promise.all(batch);
      }
    });
}

serveCases({
  redis: () => inParallel(() => redis.get('key')),
  postgres: () => inParallel(() => client.query('SELECT $1::int AS n', [1])),
});
