import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createJobQueue, type JobQueue, type JobQueueOptions, type JobSettled } from '../src/index.ts';
import { type RunningEngine, STORES } from './engines.ts';
import { collectFacts, type Facts } from './facts.ts';

function throwingProxy(): object {
  const refuse = () => {
    throw new Error('do not look at me');
  };
  return new Proxy({}, { get: refuse, has: refuse, getPrototypeOf: refuse, ownKeys: refuse });
}

function errorThatCannotBeRead(): Error {
  return Object.defineProperties(new Error('x'), {
    message: { get: () => throwIt('message') },
    name: { get: () => throwIt('name') },
    stack: { get: () => throwIt('stack') },
  });
}

function throwIt(what: string): never {
  throw new Error(`${what} cannot be read`);
}

describe.each(STORES.filter((engine) => engine.available))('a processor on $name', ({ start }) => {
  let engine: RunningEngine;
  let queueName: string;
  let queue: JobQueue<number>;
  let settled: Facts<JobSettled>;
  beforeAll(async () => {
    engine = await start();
  });
  afterAll(() => engine.stop());
  beforeEach(() => {
    queueName = `q-${randomUUID()}`;
    settled = collectFacts<JobSettled>('holdfast:queue:settled', queueName);
  });
  afterEach(async () => {
    settled[Symbol.dispose]();
    await queue.close();
  });

  function create(options: Partial<JobQueueOptions<number>> = {}): void {
    queue = createJobQueue<number>({
      queueName,
      ...engine.where,
      maxRetries: 0,
      enqueueTimeoutMs: 20_000,
      ...options,
    });
  }

  it('may throw anything: the job is dead, its letter can be read, and the worker goes on', async () => {
    const thrown: unknown[] = [
      undefined,
      null,
      0,
      'text\0with U+0000 and \ud800',
      10n,
      Symbol('s'),
      () => 1,
      Object.freeze(new Error('frozen')),
      Object.create(null),
      throwingProxy(),
      errorThatCannotBeRead(),
      new AggregateError([new Error('a')], 'several'),
      new Error('x'.repeat(100_000)),
    ];
    create();
    for (const index of thrown.keys()) await queue.add('any', index);
    await queue.startWorker((job) => {
      throw thrown[job.data];
    });
    const all = await settled.count(thrown.length);
    expect(all.map(({ outcome }) => outcome)).toEqual(thrown.map(() => 'dead'));
    const { items } = await queue.deadLetters.list();
    expect(items).toHaveLength(thrown.length);
    for (const { reason } of items) expect(reason.length).toBeLessThanOrEqual(2000);
  });

  it('may return what JSON cannot hold: the job is done', async () => {
    const circle: unknown[] = [];
    circle.push(circle);
    const returned: unknown[] = [undefined, circle, 10n, () => 1, Symbol('s'), 'a\0b', { toJSON: throwIt }];
    create();
    for (const index of returned.keys()) await queue.add('any', index);
    await queue.startWorker((job) => returned[job.data]);
    const all = await settled.count(returned.length);
    expect(all.map(({ outcome }) => outcome)).toEqual(returned.map(() => 'completed'));
  });

  it('that never ends is given up after jobTimeoutMs, with an attempt spent, and its signal says why', async () => {
    create({ jobTimeoutMs: 50, maxRetries: 1, backoff: { initialDelayMs: 0 } });
    const reasons: unknown[] = [];
    await queue.add('any', 1, { id: 'endless' });
    await queue.startWorker((job) => {
      job.signal.addEventListener('abort', () => reasons.push(job.signal.reason));
      return new Promise(() => {});
    });
    const all = await settled.count(2);
    expect(all.map(({ outcome }) => outcome)).toEqual(['retried', 'dead']);
    expect(reasons).toMatchObject([{ code: 'ERR_QUEUE_JOB_TIMEOUT' }, { code: 'ERR_QUEUE_JOB_TIMEOUT' }]);
    expect(await queue.deadLetters.get('endless')).toMatchObject({
      failureClass: 'transient',
      reason: 'The attempt took longer than 50 ms (jobTimeoutMs): stop, the job is tried again.',
    });
  });

  it('that stops at its signal has failed by its time limit, not by how it stopped', async () => {
    create({ jobTimeoutMs: 50 });
    await queue.add('any', 1, { id: 'obedient' });
    await queue.startWorker(
      (job) =>
        new Promise((_, reject) => job.signal.addEventListener('abort', () => reject(new Error('stopped')))),
    );
    await settled.count(1);
    expect((await queue.deadLetters.get('obedient'))?.reason).toContain('longer than 50 ms');
  });
});
