import { randomUUID } from 'node:crypto';
import { createTraceContext, getCurrentTrace, runWithTrace } from '@holdfast/context';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createJobQueue,
  JobDeferredError,
  type JobQueue,
  type JobQueueOptions,
  type JobSettled,
  type StandardSchema,
} from '../src/index.ts';
import { ENGINES, type RunningEngine } from './engines.ts';
import { collectFacts, type Facts } from './facts.ts';

interface Email {
  to: string;
}

const EMAIL: StandardSchema<unknown, Email> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      typeof (value as Partial<Email> | null)?.to === 'string'
        ? { value: { to: (value as Email).to.toLowerCase() } }
        : { issues: [{ message: 'must be an address', path: ['to'] }] },
  },
};

describe.each(ENGINES.filter((engine) => engine.available))('a job queue on $name', ({ name, start }) => {
  let engine: RunningEngine;
  let queueName: string;
  let open: JobQueue<unknown>[];
  let settled: Facts<JobSettled>;

  beforeAll(async () => {
    engine = await start();
  });
  afterAll(() => engine.stop());
  beforeEach(() => {
    queueName = `q-${randomUUID()}`;
    open = [];
    settled = collectFacts<JobSettled>('holdfast:queue:settled', queueName);
  });
  afterEach(async () => {
    settled[Symbol.dispose]();
    await Promise.all(open.map((queue) => queue.close()));
  });

  function create<Data = unknown>(options: Partial<JobQueueOptions<Data>> = {}): JobQueue<Data> {
    const queue = createJobQueue<Data>({
      queueName,
      ...engine.where,
      backoff: { initialDelayMs: 1 },
      // A busy machine is slow, not away.
      enqueueTimeoutMs: 20_000,
      ...options,
    });
    open.push(queue as JobQueue<unknown>);
    return queue;
  }

  it('runs a job under its name, with its data and in the context of its producer', async () => {
    const queue = create<Email>();
    const context = createTraceContext();
    const seen: unknown[] = [];
    await runWithTrace(context, () => queue.add('send-email', { to: 'ann@example.org' }));
    await queue.startWorker((job) => {
      seen.push(job.name, job.data, job.attempt, job.maxAttempts, getCurrentTrace()?.traceId);
    });
    await settled.count(1);
    expect(seen).toEqual(['send-email', { to: 'ann@example.org' }, 1, 4, context.traceId]);
  });

  it('takes a second job with the same id as a duplicate, and jobs without one never', async () => {
    const queue = create();
    expect(await queue.add('a', 1, { id: '42' })).toEqual({ status: 'queued', jobId: '%342' });
    expect(await queue.add('a', 1, { id: '42' })).toEqual({ status: 'duplicate', jobId: '%342' });
    const [first, second] = [await queue.add('a', 1), await queue.add('a', 1)];
    expect([first.status, second.status]).toEqual(['queued', 'queued']);
    expect(first.jobId).not.toBe(second.jobId);
  });

  it('keeps data of every kind that JSON has', async () => {
    const all = ['', 0, -1.5, true, [null], [], {}, { a: [{ b: 'ä😀\n' }] }, 'x'.repeat(5000), '__proto__'];
    const queue = create();
    const seen: unknown[] = [];
    for (const [index, data] of all.entries()) await queue.add('any', data, { id: `n${index}` });
    await queue.startWorker((job) => void seen.push(job.data));
    await settled.count(all.length);
    expect(seen).toEqual(expect.arrayContaining(all));
    expect(seen).toHaveLength(all.length);
  });

  it('keeps ids of every kind apart', async () => {
    const ids = [
      '1',
      '01',
      '-1',
      'a:b',
      'a.b',
      'a%3Ab',
      ' ',
      '\0',
      '\ud800',
      'ä',
      '😀',
      '../x',
      'x'.repeat(5000),
    ];
    const queue = create();
    const answers = await Promise.all(ids.map((id) => queue.add('any', id.length, { id })));
    expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 'queued'));
    expect(new Set(answers.map(({ jobId }) => jobId)).size).toBe(ids.length);
    const again = await Promise.all(ids.map((id) => queue.add('any', id.length, { id })));
    expect(again.map(({ status }) => status)).toEqual(ids.map(() => 'duplicate'));
  });

  it.each([
    ['data', undefined],
    ['data', () => 1],
    ['data', 10n],
    ['data', { toJSON: () => undefined }],
  ])('refuses %s that JSON cannot hold', async (field, data) => {
    await expect(create().add('any', data)).rejects.toMatchObject({ code: 'ERR_QUEUE_INVALID_JOB', field });
  });

  it('refuses data in a circle, and a name or an id that is none', async () => {
    const queue = create();
    const circle: unknown[] = [];
    circle.push(circle);
    await expect(queue.add('any', circle)).rejects.toThrow(
      'data cannot be written as JSON. Nothing was enqueued.',
    );
    await expect(queue.add('', 1)).rejects.toThrow('name is ""; it must be 1 to 256 characters');
    await expect(queue.add('any', 1, { id: '' })).rejects.toMatchObject({ field: 'id' });
  });

  it('refuses options of a job that are out of range, naming option, value and range', async () => {
    const queue = create();
    await expect(queue.add('any', 1, { priority: 2_097_152 })).rejects.toThrow(
      'priority is 2097152; it must be from 0 to 2097151.',
    );
    await expect(queue.add('any', 1, { delayMs: -1 })).rejects.toMatchObject({ code: 'ERR_QUEUE_OPTION' });
    await expect(queue.add('any', 1, { maxRetries: 0.5 })).rejects.toMatchObject({ option: 'maxRetries' });
  });

  it('either keeps U+0000 and halves of characters or refuses them, and loses nothing', async () => {
    const queue = create();
    const odd = { text: 'a\0b\ud800' };
    if (name === 'postgres') {
      await expect(queue.add('any', odd)).rejects.toMatchObject({
        code: 'ERR_QUEUE_INVALID_JOB',
        field: 'data',
      });
      await expect(queue.add('any', null)).rejects.toMatchObject({ field: 'data' });
      expect((await queue.add('any', { text: '\\u0000' })).status).toBe('queued');
      return;
    }
    const seen: unknown[] = [];
    await queue.add('any', odd);
    await queue.startWorker((job) => void seen.push(job.data));
    await settled.count(1);
    expect(seen).toEqual([odd]);
  });

  it('runs jobs without a priority first, then the lower ones', async () => {
    const queue = create({ concurrency: 1 });
    for (const priority of [2_097_151, 7, 0, 3]) await queue.add(`p${priority}`, priority, { priority });
    const seen: string[] = [];
    await queue.startWorker((job) => void seen.push(job.name));
    await settled.count(4);
    expect(seen).toEqual(['p0', 'p3', 'p7', 'p2097151']);
  });

  it('runs a delayed job after its delay and not before', async () => {
    const queue = create();
    let ranAt = 0;
    await queue.startWorker(() => {
      ranAt = Date.now();
    });
    await queue.add('much later', 1, { delayMs: 3_600_000 });
    expect((await queue.getMetrics()).counts).toMatchObject({ delayed: 1, waiting: 0 });
    const addedAt = Date.now();
    await queue.add('later', 1, { delayMs: 300 });
    await settled.count(1);
    expect(ranAt - addedAt).toBeGreaterThanOrEqual(300);
  });

  it('gives a job its own retries and backoff', async () => {
    const queue = create({ maxRetries: 5, backoff: { initialDelayMs: 3_600_000 } });
    await queue.startWorker(() => {
      throw new Error('no');
    });
    await queue.add('any', 1, { maxRetries: 1, backoff: { initialDelayMs: 0 } });
    expect((await settled.count(2)).map(({ outcome }) => outcome)).toEqual(['retried', 'dead']);
  });

  it('checks and changes data by a schema, and stores nothing that does not fit', async () => {
    const queue = create<Email>({ schema: EMAIL as StandardSchema<Email, Email> });
    const seen: unknown[] = [];
    await expect(queue.add('send', {} as Email)).rejects.toThrow(
      'data.to does not fit the schema: must be an address',
    );
    await queue.add('send', { to: 'ANN@example.org' });
    await queue.startWorker((job) => void seen.push(job.data));
    await settled.count(1);
    expect(seen).toEqual([{ to: 'ann@example.org' }]);
  });

  it('puts a deferred job back as often as it takes, without an attempt, so that jobs can wait for each other', async () => {
    const queue = create<number>({ maxRetries: 0, maxParkMs: 0, concurrency: 4 });
    const done: number[] = [];
    for (const sequence of [3, 2, 1]) await queue.add('of one key', sequence);
    await queue.startWorker((job) => {
      if (job.data !== done.length + 1) throw new JobDeferredError(20);
      done.push(job.data);
    });
    await settled.until((all) => all.filter(({ outcome }) => outcome === 'completed').length === 3);
    expect(done).toEqual([1, 2, 3]);
    expect((await queue.getMetrics()).counts).toMatchObject({ completed: 3, failed: 0 });
  });

  it('is empty and open after it was obliterated, and knows no id any more', async () => {
    const queue = create();
    await queue.startWorker((job) => {
      if (job.name === 'dies') throw Object.assign(new Error('no'), { failureClass: 'permanent' });
    });
    await queue.add('done', 1, { id: 'done' });
    await queue.add('dies', 1, { id: 'dead' });
    await queue.add('later', 1, { id: 'later', delayMs: 60_000 });
    await settled.count(2);
    await queue.obliterate();
    const { counts } = await queue.getMetrics();
    expect(counts).toMatchObject({ waiting: 0, delayed: 0, completed: 0, failed: 0 });
    expect(await queue.deadLetters.count()).toBe(0);
    expect((await queue.add('done', 1, { id: 'done' })).status).toBe('queued');
    expect((await settled.count(3)).at(-1)).toMatchObject({ outcome: 'completed' });
  });

  it('tells the age of the oldest job that waits without a priority', async () => {
    const queue = create();
    await queue.add('oldest', 1);
    const oldestAt = Date.now();
    while (Date.now() < oldestAt + 50) await queue.getMetrics();
    for (let index = 0; index < 3; index += 1) await queue.add('younger', index);
    expect((await queue.getMetrics()).oldestJobAgeMs).toBeGreaterThanOrEqual(50);
  });

  it('tells the age of the oldest job that waits, whatever its priority', async () => {
    const queue = create();
    await queue.add('oldest', 1, { priority: 900 });
    const oldestAt = Date.now();
    while (Date.now() < oldestAt + 50) await queue.getMetrics();
    for (let priority = 1; priority < 20; priority += 1) await queue.add('younger', 1, { priority });
    await queue.add('youngest', 1);
    expect((await queue.getMetrics()).oldestJobAgeMs).toBeGreaterThanOrEqual(50);
  });
});
