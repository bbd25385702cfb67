import type { JobType } from 'bullmq';
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

describe('pause and resume', () => {
  it('stop and start the handing out of jobs, which stay waiting', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const worker = openManualWorker(file);
    await queue.add('job', {});
    await queue.pause();
    expect(await queue.isPaused()).toBe(true);
    expect(await claim(worker)).toBeUndefined();
    expect(await queue.getJobCounts('waiting')).toEqual({ waiting: 1 });
    await queue.resume();
    expect(await queue.isPaused()).toBe(false);
    expect((await claim(worker))?.id).toBe('1');
  });

  it('see their own effect without waiting for each other', async () => {
    const queue = openQueue();
    const [, paused] = await Promise.all([queue.pause(), queue.isPaused()]);
    expect(paused).toBe(true);
  });
});

describe('global concurrency', () => {
  it('limits how many jobs are active on all workers together', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const worker = openManualWorker(file);
    await queue.setGlobalConcurrency(1);
    await queue.addBulk([
      { name: 'a', data: {} },
      { name: 'b', data: {} },
    ]);
    const first = await claim(worker);
    expect(await queue.isMaxed()).toBe(true);
    expect(await claim(worker)).toBeUndefined();
    await first?.moveToCompleted('ok', 'token', false);
    expect((await claim(worker))?.id).toBe('2');
    await queue.removeGlobalConcurrency();
    expect(await queue.getGlobalConcurrency()).toBeNull();
  });
});

describe('drain', () => {
  it('removes what waits, and the delayed jobs only when asked', async () => {
    const file = newFile();
    const queue = openQueue(file);
    await queue.add('active', {});
    await claim(openManualWorker(file));
    await queue.add('a', {});
    await queue.add('b', {}, { priority: 1 });
    await queue.add('c', {}, { delay: 60_000 });
    await queue.drain();
    expect(await queue.getJobCounts('active', 'waiting', 'prioritized', 'delayed')).toEqual({
      active: 1,
      waiting: 0,
      prioritized: 0,
      delayed: 1,
    });
    await queue.drain(true);
    expect(await queue.getDelayedCount()).toBe(0);
    expect(await queue.getJob('2')).toBeUndefined();
  });
});

describe('clean', () => {
  it('removes the oldest finished jobs beyond a grace time, up to a limit', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    const worker = openManualWorker(file);
    for (let n = 0; n < 4; n += 1) {
      await queue.add('job', {});
      vi.setSystemTime(NOON + n * 1000);
      await (await claim(worker))?.moveToCompleted('ok', 'token', false);
    }
    vi.setSystemTime(NOON + 4000);
    expect(await queue.clean(2000, 2, 'completed')).toEqual(['1', '2']);
    expect(await queue.clean(2000, 0, 'completed')).toEqual(['3']);
    expect(await queue.getCompletedCount()).toBe(1);
  });

  it('leaves an active job that a worker holds', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    await queue.add('job', {});
    await claim(openManualWorker(file, { lockDuration: 1000 }));
    vi.setSystemTime(NOON + 999);
    expect(await queue.clean(0, 10, 'active')).toEqual([]);
    vi.setSystemTime(NOON + 1000);
    expect(await queue.clean(0, 10, 'active')).toEqual(['1']);
  });
});

describe('obliterate', () => {
  it('leaves nothing of the queue, and nothing else is touched', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const other = openQueue(file, 'other');
    await other.add('stays', {});
    for (let n = 0; n < 5; n += 1) await queue.add('job', {});
    await queue.obliterate({ count: 2 });
    expect(await queue.getJobCountByTypes('waiting')).toBe(0);
    expect(await queue.isPaused()).toBe(false);
    expect((await queue.add('job', {})).id).toBe('1');
    expect(await other.getWaitingCount()).toBe(1);
  });

  it('refuses a queue with active jobs unless forced', async () => {
    const file = newFile();
    const queue = openQueue(file);
    await queue.add('job', {});
    await claim(openManualWorker(file));
    await expect(queue.obliterate()).rejects.toThrow('Cannot obliterate queue with active jobs');
    await queue.obliterate({ force: true });
    expect(await queue.getActiveCount()).toBe(0);
    await expect(backendOf(queue).obliterate({ force: true, count: 1 })).rejects.toThrow(
      'Cannot obliterate non-paused queue',
    );
  });
});

describe('remove', () => {
  it('removes a job in any state that nobody holds', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const waiting = await queue.add('a', {});
    const delayed = await queue.add('b', {}, { delay: 1000 });
    const prioritized = await queue.add('c', {}, { priority: 1 });
    for (const job of [waiting, delayed, prioritized]) await job.remove();
    expect(await queue.count()).toBe(0);
    expect(await waiting.getState()).toBe('unknown');
    expect(await queue.remove('never-there')).toBe(1);
  });
});

describe('the getters', () => {
  async function filled() {
    const file = newFile();
    const queue = openQueue(file);
    for (let n = 1; n <= 5; n += 1) await queue.add('w', { n });
    for (let n = 1; n <= 3; n += 1) await queue.add('d', { n }, { delay: n * 10_000 });
    for (const priority of [2, 1, 2]) await queue.add('p', {}, { priority });
    return { file, queue };
  }
  const ids = (jobs: { id?: string | undefined }[]) => jobs.map(({ id }) => id);

  it('count by state and by priority', async () => {
    const { queue } = await filled();
    expect(await queue.getJobCounts()).toEqual({
      active: 0,
      completed: 0,
      delayed: 3,
      failed: 0,
      prioritized: 3,
      waiting: 5,
      'waiting-children': 0,
    });
    expect(await queue.count()).toBe(11);
    expect(await queue.getCountsPerPriority([0, 1, 2, 3])).toEqual({ 0: 5, 1: 1, 2: 2, 3: 0 });
  });

  it('give pages of waiting jobs, the next to run first', async () => {
    const { queue } = await filled();
    expect(ids(await queue.getWaiting())).toEqual(['1', '2', '3', '4', '5']);
    expect(ids(await queue.getWaiting(1, 3))).toEqual(['2', '3', '4']);
    expect(ids(await queue.getWaiting(4, 100))).toEqual(['5']);
    expect(ids(await queue.getWaiting(9, 12))).toEqual([]);
    expect(ids(await queue.getJobs(['waiting'], 0, 1, false))).toEqual(['5', '4']);
    expect(ids(await queue.getJobs(['waiting'], -2, -1, false))).toEqual(['2', '1']);
  });

  it('give prioritized and delayed jobs in the order they will run', async () => {
    const { queue } = await filled();
    expect(ids(await queue.getPrioritized())).toEqual(['10', '9', '11']);
    expect(ids(await queue.getDelayed(0, 1))).toEqual(['6', '7']);
    expect(ids(await queue.getJobs(['delayed'], 0, -1, false))).toEqual(['8', '7', '6']);
  });

  it('give active jobs in the order they were claimed and finished ones newest first', async () => {
    stopClock();
    const { file, queue } = await filled();
    const worker = openManualWorker(file);
    const first = await claim(worker);
    await claim(worker);
    const third = await claim(worker);
    expect(ids(await queue.getActive())).toEqual(['1', '2', '3']);
    await third?.moveToCompleted('ok', 'token', false);
    vi.setSystemTime(NOON + 1);
    await first?.moveToCompleted('ok', 'token', false);
    expect(ids(await queue.getCompleted())).toEqual(['1', '3']);
    expect(ids(await queue.getJobs(['completed', 'active']))).toEqual(['1', '3', '2']);
  });

  it('tell the state of a job, also of one that is not there', async () => {
    const { file, queue } = await filled();
    await claim(openManualWorker(file));
    const states = await Promise.all(['1', '2', '6', '9', 'x'].map((id) => queue.getJobState(id)));
    expect(states).toEqual(['active', 'waiting', 'delayed', 'prioritized', 'unknown']);
    const job = await queue.getJob('2');
    expect(await Promise.all([job?.isWaiting(), job?.isActive(), job?.isDelayed()])).toEqual([
      true,
      false,
      false,
    ]);
    const backend = backendOf(queue);
    expect(await backend.isJobInState('wait', '2')).toBe(true);
    expect(await backend.isJobInState('paused', '2')).toBe(false);
    await expect(backend.isJobInState('lost', '2')).rejects.toThrow('Unknown job state: lost');
  });

  it('tell whether a job is finished, and how', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const worker = openManualWorker(file);
    const backend = backendOf(queue);
    for (let n = 0; n < 3; n += 1) await queue.add('job', {});
    await (await claim(worker))?.moveToCompleted({ ok: 1 }, 'token', false);
    await (await claim(worker))?.moveToFailed(new Error('bad'), 'token');
    expect(await backend.isFinished('1', true)).toEqual([1, '{"ok":1}']);
    expect(await backend.isFinished('2', true)).toEqual([2, 'bad']);
    expect(await backend.isFinished('3')).toBe(0);
    expect(await backend.isFinished('4', true)).toEqual([-1, 'Missing key for job bull:jobs:4. isFinished']);
  });

  it('count the delayed jobs that are due before a time', async () => {
    stopClock();
    const { queue } = await filled();
    expect(await backendOf(queue).getCounts(['delayed', 'waiting'], NOON + 20_000)).toEqual([1, 5]);
  });

  it('know nothing of a queue that was never used', async () => {
    const queue = openQueue(newFile(), 'new', { skipMetasUpdate: true });
    expect(await queue.getJobCountByTypes()).toBe(0);
    expect(await queue.getJob('1')).toBeUndefined();
    expect(await queue.getJobs()).toEqual([]);
    expect(await queue.isPaused()).toBe(false);
    expect(await backendOf(queue).getQueueMeta()).toEqual({});
    expect(await backendOf(queue).getCounts(['repeat' as JobType])).toEqual([0]);
  });
});

describe('metadata', () => {
  it('is set, read and removed by field', async () => {
    const backend = backendOf(openQueue());
    expect(await backend.setQueueMeta({ concurrency: 3, note: 'x' })).toBe(2);
    expect(await backend.setQueueMeta({ note: 'y' })).toBe(0);
    expect(await backend.getQueueMetaFields(['note', 'missing', 'concurrency'])).toEqual(['y', null, '3']);
    expect(await backend.hasQueueMetaField('note')).toBe(true);
    expect(await backend.removeQueueMetaFields(['note', 'missing'])).toBe(1);
    expect(await backend.getQueueMetaField('note')).toBeNull();
  });

  it('names the version that wrote it', async () => {
    expect(await openQueue().getVersion()).toBe('bullmq:6.7.0');
  });
});

describe('a job', () => {
  it('keeps its log lines, the newest when limited, and pages through them', async () => {
    const queue = openQueue();
    const job = await queue.add('job', {}, { keepLogs: 3 });
    for (const line of ['a', 'b', 'c', 'd']) await job.log(line);
    expect(await queue.getJobLogs('1')).toEqual({ logs: ['b', 'c', 'd'], count: 3 });
    expect(await queue.getJobLogs('1', 0, 1)).toEqual({ logs: ['b', 'c'], count: 3 });
    expect(await queue.getJobLogs('1', 0, 1, false)).toEqual({ logs: ['d', 'c'], count: 3 });
    await job.clearLogs(1);
    expect(await queue.getJobLogs('1')).toEqual({ logs: ['d'], count: 1 });
    await job.clearLogs();
    expect(await queue.getJobLogs('1')).toEqual({ logs: [], count: 0 });
    await expect(queue.addJobLog('none', 'x')).rejects.toMatchObject({ code: -1 });
  });

  it('takes new data and progress', async () => {
    const queue = openQueue();
    const job = await queue.add('job', { a: 1 });
    await job.updateData({ a: 2 });
    await job.updateProgress({ done: 7 });
    expect(await queue.getJob('1')).toMatchObject({ data: { a: 2 }, progress: { done: 7 } });
    await job.remove();
    await expect(job.updateData({})).rejects.toMatchObject({ code: -1 });
    await expect(job.updateProgress(1)).rejects.toMatchObject({ code: -1 });
  });
});

describe('many jobs at once', () => {
  it('come out once each and in order', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const added = await Promise.all(Array.from({ length: 500 }, () => queue.add('job', {})));
    expect(await claimAll(openManualWorker(file))).toEqual(added.map(({ id }) => String(id)));
  });
});
