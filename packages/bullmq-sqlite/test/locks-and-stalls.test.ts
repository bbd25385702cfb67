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

const INTERVAL_MS = 1000;

function openDesk(options: object = {}) {
  stopClock();
  const file = newFile();
  const queue = openQueue(file);
  const worker = openManualWorker(file, { lockDuration: 500, stalledInterval: INTERVAL_MS, ...options });
  let passes = 0;
  return {
    queue,
    worker,
    backend: backendOf(worker),
    /** The next pass of the stalled check, one interval later. */
    pass: () => {
      passes += 1;
      vi.setSystemTime(NOON + passes * INTERVAL_MS);
      return backendOf(worker).moveStalledJobsToWait();
    },
  };
}

describe('stalled recovery', () => {
  it('puts a job back in front in the second pass after its lock expired', async () => {
    const { queue, worker, pass } = openDesk();
    await queue.add('lost', {});
    await queue.add('other', {});
    await claim(worker);
    expect(await pass()).toEqual([]);
    expect(await pass()).toEqual(['1']);
    expect(await claimAll(worker)).toEqual(['1', '2']);
    expect((await queue.getJob('1'))?.stalledCounter).toBe(1);
  });

  it('leaves a job whose lock is extended', async () => {
    const { queue, worker, backend, pass } = openDesk({ lockDuration: 5000 });
    await queue.add('alive', {});
    await claim(worker);
    await pass();
    expect(await backend.extendLock('1', 'token', 5000)).toBe(1);
    expect(await pass()).toEqual([]);
    expect(await queue.getActiveCount()).toBe(1);
  });

  it('does nothing when the last pass was less than an interval ago', async () => {
    const { queue, worker, backend, pass } = openDesk();
    await queue.add('lost', {});
    await claim(worker);
    await pass();
    expect(await backend.moveStalledJobsToWait()).toEqual([]);
    expect(await pass()).toEqual(['1']);
  });

  it('marks a job that stalled too often, so that the worker fails it', async () => {
    const { queue, worker, pass } = openDesk({ maxStalledCount: 1 });
    await queue.add('cursed', {});
    await claim(worker);
    await pass();
    await pass();
    expect((await claim(worker))?.deferredFailure).toBeUndefined();
    await pass();
    expect(await pass()).toEqual(['1']);
    const job = await claim(worker);
    expect(job).toMatchObject({
      stalledCounter: 2,
      deferredFailure: 'job stalled more than allowable limit',
    });
    await job?.moveToFailed(new Error(String(job.deferredFailure)), 'token');
    expect((await queue.getJob('1'))?.deferredFailure).toBeUndefined();
  });

  it('is not fooled by a job that was finished or claimed anew between the passes', async () => {
    const { queue, worker, pass } = openDesk();
    await queue.add('a', {});
    const job = await claim(worker);
    await pass();
    await job?.moveToDelayed(NOON, '0');
    expect((await claim(worker))?.id).toBe('1');
    vi.setSystemTime(NOON + 1600);
    expect(await pass()).toEqual([]);
  });
});

describe('a lock', () => {
  it('cannot be extended by another token or after it expired', async () => {
    const { queue, worker, backend } = openDesk();
    await queue.add('job', {});
    await claim(worker);
    expect(await backend.extendLock('1', 'other', 500)).toBe(0);
    vi.setSystemTime(NOON + 500);
    expect(await backend.extendLock('1', 'token', 500)).toBe(0);
  });

  it('is extended for many jobs at once, and the lost ones are named', async () => {
    const { queue, worker, backend } = openDesk();
    for (const jobId of ['a', 'b', 'c']) await queue.add('job', {}, { jobId });
    for (const token of ['t1', 't2', 't3']) await claim(worker, token);
    expect(await backend.extendLocks(['a', 'b', 'c', 'd'], ['t1', 'wrong', 't3', 't4'], 500)).toEqual([
      'b',
      'd',
    ]);
  });

  it('keeps a job from being removed', async () => {
    const { queue, worker } = openDesk();
    await queue.add('job', {});
    const job = await claim(worker);
    await expect(job?.remove()).rejects.toThrow(
      'could not be removed because it is locked by another worker',
    );
    vi.setSystemTime(NOON + 500);
    await job?.remove();
    expect(await queue.getJobCounts('active')).toEqual({ active: 0 });
  });
});
