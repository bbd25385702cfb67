import { describe, expect, it, vi } from 'vitest';
import {
  backendOf,
  claim,
  claimAll,
  NOON,
  newFile,
  openManualWorker,
  openQueue,
  stopClock,
} from './support/queues.ts';

const add = (queue: ReturnType<typeof openQueue>, count: number) =>
  queue.addBulk(Array.from({ length: count }, (_, n) => ({ name: `job ${n}`, data: {} })));

describe('a worker’s rate limit', () => {
  it('starts no more jobs than its number in its time, and tells how long it lasts', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    await add(queue, 5);
    const worker = openManualWorker(file, { limiter: { max: 2, duration: 1000 } });
    expect(await claimAll(worker)).toEqual(['1', '2']);
    vi.setSystemTime(NOON + 400);
    expect(await backendOf(worker).moveToActive('token')).toEqual([null, '', 600, 0]);
    expect(await queue.getRateLimitTtl(2)).toBe(600);
    expect(await queue.getRateLimitTtl(3)).toBe(0);
    vi.setSystemTime(NOON + 1000);
    expect(await backendOf(worker).moveToActive('token')).toMatchObject([{ id: '3' }, '3', 0, 0]);
  });

  it('is shared by all workers of the queue, in this process and others', async () => {
    stopClock();
    const file = newFile();
    await add(openQueue(file), 4);
    const limiter = { max: 3, duration: 1000 };
    const [one, other] = [openManualWorker(file, { limiter }), openManualWorker(file, { limiter })];
    expect([await claim(one), await claim(other), await claim(one)].map((job) => job?.id)).toEqual([
      '1',
      '2',
      '3',
    ]);
    expect(await backendOf(other).moveToActive('token')).toEqual([null, '', 1000, 0]);
  });

  it('is also told with the end of a job that asks for the next', async () => {
    stopClock();
    const file = newFile();
    await add(openQueue(file), 2);
    const worker = openManualWorker(file, { limiter: { max: 1, duration: 1000 } });
    const job = await claim(worker);
    expect(await job?.moveToCompleted('ok', 'token', true)).toEqual([null, '', 1000, 0]);
  });

  it('does not count a job that is only claimed to be failed', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    await add(queue, 2);
    const worker = openManualWorker(file, {
      limiter: { max: 1, duration: 60_000 },
      maxStalledCount: 0,
      stalledInterval: 10,
      lockDuration: 5,
    });
    await backendOf(worker).moveToActive('token');
    for (const pass of [1, 2, 3]) {
      vi.setSystemTime(NOON + pass * 100);
      await backendOf(worker).moveStalledJobsToWait();
    }
    vi.setSystemTime(NOON + 60_000);
    expect(await backendOf(worker).moveToActive('token')).toMatchObject([
      { deferredFailure: 'job stalled more than allowable limit' },
      '1',
      0,
      0,
    ]);
    expect(await queue.getRateLimitTtl(1)).toBe(0);
  });
});

describe('a queue’s rate limit', () => {
  it('holds for workers that have none, and can be read and taken away', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    await add(queue, 3);
    await queue.setGlobalRateLimit(1, 500);
    expect(await queue.getGlobalRateLimit()).toEqual({ max: 1, duration: 500 });
    expect(await claimAll(openManualWorker(file))).toEqual(['1']);
    expect(await queue.getRateLimitTtl()).toBe(500);
    await queue.removeGlobalRateLimit();
    expect(await claimAll(openManualWorker(file))).toEqual(['2', '3']);
  });

  it('puts its number before the worker’s, and the worker’s time before its own', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    await add(queue, 4);
    await queue.setGlobalRateLimit(2, 500);
    const worker = openManualWorker(file, { limiter: { max: 3, duration: 1000 } });
    expect(await claimAll(worker)).toEqual(['1', '2']);
    expect(await backendOf(worker).moveToActive('token')).toEqual([null, '', 1000, 0]);
  });

  it('goes together with global concurrency: the stricter one holds', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    await add(queue, 4);
    await queue.setGlobalConcurrency(1);
    await queue.setGlobalRateLimit(2, 1000);
    const worker = openManualWorker(file);
    const first = await claim(worker);
    expect(await backendOf(worker).moveToActive('token')).toEqual([null, '', 0, 0]);
    const [next] = (await first?.moveToCompleted('ok', 'token', true)) ?? [];
    expect(next).toMatchObject({ id: '2' });
    expect(await backendOf(worker).moveToActive('token')).toEqual([null, '', 1000, 0]);
  });

  it('is set by hand for a time, and lifted', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    await add(queue, 1);
    const worker = openManualWorker(file, { limiter: { max: 10, duration: 1000 } });
    expect(await queue.getRateLimitTtl()).toBe(-2);
    await queue.rateLimit(3000);
    expect(await queue.getRateLimitTtl()).toBe(3000);
    expect(await backendOf(worker).moveToActive('token')).toEqual([null, '', 3000, 0]);
    expect(await queue.removeRateLimitKey()).toBe(1);
    expect(await queue.removeRateLimitKey()).toBe(0);
    expect(await claimAll(worker)).toEqual(['1']);
  });

  it('is told to a worker that gives its job back because of it', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    await add(queue, 1);
    const worker = openManualWorker(file);
    await claim(worker);
    await queue.rateLimit(250);
    expect(await backendOf(worker).moveJobFromActiveToWait('1', 'token')).toBe(250);
    expect(await queue.getJobState('1')).toBe('waiting');
  });
});
