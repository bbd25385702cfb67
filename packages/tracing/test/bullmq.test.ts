import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteBackend } from '@holdfast/bullmq-sqlite';
import { createTraceContext, getCurrentTrace, runWithTrace } from '@holdfast/context';
import { type RedisServer, startRedis } from '@holdfast/test-servers';
import { type Job, Queue, Worker, withBackend } from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BULLMQ_TELEMETRY_DEFAULTS, type BullmqTelemetryOptions, bullmqTelemetry } from '../src/bullmq.ts';
import { withSpan } from '../src/index.ts';
import type { TraceSpan } from '../src/reader/index.ts';
import { type Recording, startRecording } from './recording.ts';

type Processor = (job: Job) => Promise<unknown>;

/** BullMQ on one of its backends, with our telemetry and nothing else of ours. */
interface Engine {
  queue(options?: BullmqTelemetryOptions): Queue;
  worker(processor: Processor, options?: BullmqTelemetryOptions): Worker;
  close(): Promise<void>;
}

const NAME = 'mail';
let redis: RedisServer;
let recording: Recording;
let engine: Engine;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(() => redis.stop());

afterEach(async () => {
  await engine.close();
  await recording.stop();
});

function onRedis(): Promise<Engine> {
  const closing: { close(): Promise<void> }[] = [];
  const connection = { host: '127.0.0.1', port: redis.port };
  const prefix = `t${Math.random()}`;
  return Promise.resolve({
    queue: (options) =>
      keep(closing, new Queue(NAME, { connection, prefix, telemetry: bullmqTelemetry(options) })),
    worker: (processor, options) =>
      keep(closing, new Worker(NAME, processor, { connection, prefix, telemetry: bullmqTelemetry(options) })),
    close: async () => {
      for (const one of closing.splice(0).reverse()) await one.close();
    },
  });
}

async function onSqlite(): Promise<Engine> {
  const closing: { close(): Promise<void> }[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bullmq-'));
  const connection = { file: join(folder, 'queue.db') } as never;
  const sqlite = withBackend(createSqliteBackend as never) as unknown as {
    Queue: typeof Queue;
    Worker: typeof Worker;
  };
  return {
    queue: (options) =>
      keep(closing, new sqlite.Queue(NAME, { connection, telemetry: bullmqTelemetry(options) })),
    worker: (processor, options) =>
      keep(closing, new sqlite.Worker(NAME, processor, { connection, telemetry: bullmqTelemetry(options) })),
    close: async () => {
      for (const one of closing.splice(0).reverse()) await one.close();
      await rm(folder, { recursive: true });
    },
  };
}

function keep<T extends { close(): Promise<void> }>(closing: { close(): Promise<void> }[], one: T): T {
  closing.push(one);
  return one;
}

/** Runs a worker until `count` attempts have settled. */
async function work(count: number, processor: Processor, options?: BullmqTelemetryOptions): Promise<void> {
  const worker = engine.worker(processor, options);
  let settled = 0;
  await new Promise<void>((resolve) => {
    const settle = () => {
      settled += 1;
      if (settled === count) resolve();
    };
    worker.on('completed', settle);
    worker.on('failed', settle);
  });
  await worker.close();
}

async function named(name: string): Promise<TraceSpan[]> {
  return (await recording.spans()).filter((span) => span.name === name);
}

describe.each([
  ['Redis', onRedis],
  ['SQLite', onSqlite],
])('plain BullMQ on %s', (_name, start) => {
  beforeEach(async () => {
    recording = await startRecording();
    engine = await start();
  });

  it('shows nothing of what a job was given, says on its way, returns or fails with', async () => {
    const queue = engine.queue();
    await runWithTrace(createTraceContext(), async () => {
      await queue.add('one', { card: 'secret-1' }, { jobId: 'job', keepLogs: 4242 });
      await queue.addBulk([{ name: 'many', data: 'secret-3' }]);
      await queue.updateJobProgress('job', { at: 'secret-6' });
    });
    await work(2, async (job) => {
      await job.updateProgress({ at: 'secret-4' });
      return 'secret-5';
    });
    const shown = JSON.stringify(
      (await recording.spans()).map(({ attributes, events }) => [attributes, events]),
    );
    expect(shown.match(/secret-[1-9]|4242|bulk\.names/g)).toBeNull();
    expect(shown).toContain('"messaging.message.id":"job"');
  });

  it('links each attempt, a trace of its own, to its producer, and leaves the payload clean', async () => {
    const queue = engine.queue();
    const seen: unknown[] = [];
    const context = createTraceContext({ requestId: 'req-1', correlationId: 'corr-1', tenantId: 'tenant-1' });
    await runWithTrace(context, () =>
      withSpan('request', async () => {
        await queue.add('welcome', { to: 'ada' }, { attempts: 2, backoff: 1 });
      }),
    );
    await work(2, async (job) => {
      const trace = getCurrentTrace();
      seen.push([job.data, trace?.traceId, trace?.requestId, trace?.correlationId, trace?.tenantId]);
      await withSpan('inside', async () => undefined);
      if (job.attemptsStarted === 1) throw new Error('busy');
      return 'secret';
    });
    const producer = await recording.span('send mail');
    expect(producer).toMatchObject({
      kind: 'producer',
      traceId: context.traceId,
      parentSpanId: (await recording.span('request')).spanId,
      attributes: {
        'messaging.system': 'bullmq',
        'messaging.destination.name': 'mail',
        'messaging.message.id': expect.any(String),
        'messaging.operation.name': 'add',
        'messaging.operation.type': 'send',
        'holdfast.queue.job_name': 'welcome',
      },
    });
    const attempts = await named('process mail');
    expect(
      attempts.map(({ kind, status, attributes }) => [kind, status, attributes['holdfast.queue.attempt']]),
    ).toEqual([
      ['consumer', 'error', 1],
      ['consumer', 'unset', 2],
    ]);
    expect(new Set([context.traceId, ...attempts.map(({ traceId }) => traceId)]).size).toBe(3);
    for (const attempt of attempts) {
      expect(attempt.parentSpanId).toBeUndefined();
      expect(attempt.links.map(({ spanId }) => spanId)).toEqual([producer.spanId]);
    }
    const data = { to: 'ada' };
    expect(seen).toEqual(attempts.map(({ traceId }) => [data, traceId, 'req-1', 'corr-1', 'tenant-1']));
    expect((await named('inside')).map(({ parentSpanId }) => parentSpanId)).toEqual(
      attempts.map(({ spanId }) => spanId),
    );
    expect(JSON.stringify(await recording.spans())).not.toContain('secret');
  });

  it("continues the producer's trace with jobs: 'parent'", async () => {
    const queue = engine.queue();
    await withSpan('request', async () => {
      await queue.add('welcome', {});
    });
    await work(1, async () => undefined, { jobs: 'parent' });
    const producer = await recording.span('send mail');
    expect(await recording.span('process mail')).toMatchObject({
      traceId: producer.traceId,
      parentSpanId: producer.spanId,
      links: [],
    });
  });

  it('carries the producer of a bulk with each of its jobs', async () => {
    const queue = engine.queue();
    await withSpan('request', async () => {
      await queue.addBulk([
        { name: 'a', data: {} },
        { name: 'b', data: {} },
      ]);
    });
    await work(2, async () => undefined);
    const producer = await recording.span('send mail');
    expect(producer.attributes['messaging.batch.message_count']).toBe(2);
    expect((await named('process mail')).flatMap(({ links }) => links.map(({ spanId }) => spanId))).toEqual([
      producer.spanId,
      producer.spanId,
    ]);
  });

  it('makes no trace of what the worker does by itself, nor of a job that nobody asked for', async () => {
    const queue = engine.queue();
    await queue.add('alone', {});
    await work(1, async () => undefined);
    const spans = await recording.spans();
    expect(spans.map(({ name, links }) => [name, links])).toEqual([
      ['complete mail', []],
      ['process mail', []],
    ]);
    expect(spans[0]?.parentSpanId).toBe(spans[1]?.spanId);
  });

  it('takes metadata that it did not write', async () => {
    const queue = engine.queue();
    await queue.add('foreign', {}, { telemetry: { metadata: 'no json' } });
    await queue.add(
      'foreign',
      {},
      { telemetry: { metadata: `{"traceparent":"00-${'a'.repeat(32)}-${'b'.repeat(16)}-01"}` } },
    );
    await work(2, async () => undefined);
    expect((await named('process mail')).map(({ links }) => links.map(({ traceId }) => traceId))).toEqual([
      [],
      ['a'.repeat(32)],
    ]);
  });
});

describe('the options of bullmqTelemetry', () => {
  beforeEach(async () => {
    recording = await startRecording();
    engine = await onRedis();
  });

  it('have these defaults, and are refused where they cannot be used', () => {
    expect(BULLMQ_TELEMETRY_DEFAULTS).toEqual({ jobs: 'link' });
    expect(() => bullmqTelemetry({ jobs: 'both' as never })).toThrow(
      'jobs: is "both"; it must be link or parent.',
    );
  });
});
