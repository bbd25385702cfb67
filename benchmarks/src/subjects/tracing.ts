/**
 * Spans and statements in one process, so that both sides share its heat. Our own tracing runs with its real encoder;
 * what is exported goes to a receiver that only counts. With HOLDFAST_BENCH_EXPORT=none spans are made and not exported.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTraceContext, runWithTrace } from '@holdfast/context';
import { initTracing, withSpan } from '@holdfast/tracing';
import { TracedDatabase } from '@holdfast/tracing/sqlite';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import Database from 'better-sqlite3';
import { serveCases } from '../harness/cases.ts';

const server = createServer((request, response) => request.resume().on('end', () => response.end()));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
const exports = process.env['HOLDFAST_BENCH_EXPORT'] !== 'none';
const tracing = initTracing({
  serviceName: 'benchmark',
  exporterEndpoint: url,
  exporter: exports ? 'otlp' : 'none',
});

/** The SDK is not registered: its tracer is called by name, with no context to look up. */
const processor = new BatchSpanProcessor({
  exporter: new OTLPTraceExporter({ url }),
  maxQueueSize: 32_768,
  maxExportBatchSize: 2048,
});
const sdkTracer = new TracerProvider({ spanProcessors: exports ? [processor] : [] }).getTracer('benchmark');

/** Spans between two flushes, below the length of either queue, so that none is dropped. */
const BATCH = 16_384;
/** Statements of one request: a comment is compiled anew for each. */
const PER_REQUEST = 8;
const context = createTraceContext();
const SELECT = 'SELECT name FROM users WHERE id = ?';

function database(): Database.Database {
  const db = new Database(':memory:');
  db.exec("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO users VALUES (1, 'ada')");
  return db;
}

function read(db: Database.Database): (iterations: number) => Promise<void> {
  const statement = db.prepare(SELECT);
  return async (iterations) => {
    for (let done = 0; done < iterations; done += BATCH) {
      for (let left = Math.min(BATCH, iterations - done); left > 0; left -= PER_REQUEST) {
        runWithTrace(createTraceContext(), () => {
          for (let index = Math.min(PER_REQUEST, left); index > 0; index -= 1) statement.get(1);
        });
      }
      await tracing.flush();
    }
  };
}

function work(): void {}

serveCases(
  {
    plainCall: () => (iterations) => {
      for (let index = 0; index < iterations; index += 1) work();
    },
    withSpan: () => async (iterations) => {
      for (let done = 0; done < iterations; done += BATCH) {
        runWithTrace(context, () => {
          for (let index = Math.min(BATCH, iterations - done); index > 0; index -= 1) withSpan('work', work);
        });
        await tracing.flush();
      }
    },
    sdkSpan: () => async (iterations) => {
      for (let done = 0; done < iterations; done += BATCH) {
        for (let index = Math.min(BATCH, iterations - done); index > 0; index -= 1) {
          const span = sdkTracer.startSpan('work');
          work();
          span.end();
        }
        await processor.forceFlush();
      }
    },
    rawSqlite: () => read(database()),
    tracedSqlite: () => read(new TracedDatabase(database())),
    commentedSqlite: () => read(new TracedDatabase(database(), { includeTraceComments: true })),
  },
  { dropped: () => tracing.getStats().dropped },
);
