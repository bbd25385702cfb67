import { type Job, UnrecoverableError } from 'bullmq';
import { describe, expect, it, vi } from 'vitest';
import {
  claim,
  claimAll,
  NOON,
  newFile,
  openManualWorker,
  openQueue,
  stopClock,
  type TestQueue,
  type TestWorker,
} from './support/queues.ts';

interface Desk {
  readonly queue: TestQueue;
  readonly worker: TestWorker;
}

function openDesk(workerOptions: object = {}): Desk {
  const file = newFile();
  return { queue: openQueue(file), worker: openManualWorker(file, workerOptions) };
}

async function claimed(worker: TestWorker, token = 'token'): Promise<Job> {
  const job = await claim(worker, token);
  if (job === undefined) throw new Error('nothing to claim');
  return job;
}

describe('a completed job', () => {
  it('keeps its result, its times and its attempt', async () => {
    stopClock();
    const { queue, worker } = openDesk();
    await queue.add('job', {});
    vi.setSystemTime(NOON + 10);
    const job = await claimed(worker);
    vi.setSystemTime(NOON + 25);
    await job.moveToCompleted({ paid: true }, 'token', false);
    const stored = await queue.getJob('1');
    expect(await stored?.getState()).toBe('completed');
    expect(stored).toMatchObject({
      returnvalue: { paid: true },
      timestamp: NOON,
      processedOn: NOON + 10,
      finishedOn: NOON + 25,
      attemptsMade: 1,
      attemptsStarted: 1,
    });
  });

  it('has the result null when the processor gave undefined', async () => {
    const { queue, worker } = openDesk();
    await queue.add('job', {});
    await (await claimed(worker)).moveToCompleted(undefined, 'token', false);
    expect((await queue.getJob('1'))?.returnvalue).toBeNull();
  });

  it('hands over the next job in the same step when asked', async () => {
    const { queue, worker } = openDesk();
    await queue.add('first', {});
    await queue.add('second', {});
    const next = await (await claimed(worker)).moveToCompleted('ok', 'token', true);
    expect(next).toMatchObject([{ id: '2', name: 'second' }, '2', 0, 0]);
    expect(await queue.getActiveCount()).toBe(1);
  });

  it('hands over nothing when none is left', async () => {
    const { queue, worker } = openDesk();
    await queue.add('only', {});
    expect(await (await claimed(worker)).moveToCompleted('ok', 'token', true)).toEqual([]);
  });

  it('cannot be completed twice, by another token, or after its lock has expired', async () => {
    stopClock();
    const { queue, worker } = openDesk({ lockDuration: 1000 });
    await queue.add('job', {});
    const job = await claimed(worker);
    await expect(job.moveToCompleted('ok', 'other', false)).rejects.toMatchObject({
      code: -6,
      message: 'Lock mismatch for job 1. Cmd moveToFinished from active',
    });
    vi.setSystemTime(NOON + 1000);
    await expect(job.moveToCompleted('ok', 'token', false)).rejects.toMatchObject({
      code: -2,
      message: 'Missing lock for job 1. moveToFinished',
    });
    await expect(job.moveToCompleted('ok', '0', false)).resolves.toEqual([]);
    await expect(job.moveToCompleted('ok', '0', false)).rejects.toMatchObject({
      code: -3,
      message: 'Job 1 is not in the active state. moveToFinished',
    });
  });

  it('refuses a job that was never there', async () => {
    const { queue, worker } = openDesk();
    await queue.add('job', {});
    const job = await claimed(worker);
    job.id = 'nobody';
    await expect(job.moveToCompleted('ok', 'token', false)).rejects.toMatchObject({ code: -1 });
  });
});

describe('a failed job', () => {
  it('keeps reason and stack trace once its attempts are spent', async () => {
    const { queue, worker } = openDesk();
    await queue.add('job', {});
    await (await claimed(worker)).moveToFailed(new Error('card declined'), 'token');
    const stored = await queue.getJob('1');
    expect(await stored?.getState()).toBe('failed');
    expect(stored?.failedReason).toBe('card declined');
    expect(stored?.stacktrace).toHaveLength(1);
    expect(stored?.attemptsMade).toBe(1);
  });

  it('goes back to waiting at once without a backoff, one attempt spent', async () => {
    const { queue, worker } = openDesk();
    await queue.add('job', {}, { attempts: 3 });
    await queue.add('other', {});
    await (await claimed(worker)).moveToFailed(new Error('try again'), 'token');
    expect(await claimAll(worker)).toEqual(['2', '1']);
    expect(await queue.getJob('1')).toMatchObject({
      attemptsMade: 1,
      attemptsStarted: 2,
      failedReason: 'try again',
    });
  });

  it('waits out its backoff, growing with each attempt', async () => {
    stopClock();
    const { queue, worker } = openDesk();
    await queue.add('job', {}, { attempts: 3, backoff: { type: 'exponential', delay: 1000 } });
    await (await claimed(worker)).moveToFailed(new Error('one'), 'token');
    expect(await queue.getJobCounts('delayed', 'waiting')).toEqual({ delayed: 1, waiting: 0 });
    vi.setSystemTime(NOON + 999);
    expect(await claim(worker)).toBeUndefined();
    vi.setSystemTime(NOON + 1000);
    await (await claimed(worker)).moveToFailed(new Error('two'), 'token');
    vi.setSystemTime(NOON + 2999);
    expect(await claim(worker)).toBeUndefined();
    vi.setSystemTime(NOON + 3000);
    const last = await claimed(worker);
    expect(last).toMatchObject({ attemptsMade: 2, attemptsStarted: 3 });
    await last.moveToFailed(new Error('three'), 'token');
    expect(await last.getState()).toBe('failed');
    expect((await queue.getJob('1'))?.stacktrace).toHaveLength(3);
  });

  it('fails at once on an UnrecoverableError, whatever attempts are left', async () => {
    const { queue, worker } = openDesk();
    await queue.add('job', {}, { attempts: 5 });
    const job = await claimed(worker);
    await job.moveToFailed(new UnrecoverableError('no such customer'), 'token');
    expect(await job.getState()).toBe('failed');
  });

  it('can be retried by hand, with its attempts reset when asked', async () => {
    const { queue, worker } = openDesk();
    await queue.add('job', {});
    const job = await claimed(worker);
    await job.moveToFailed(new Error('down'), 'token');
    await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
    expect(await queue.getJob('1')).toMatchObject({ attemptsMade: 0, attemptsStarted: 0 });
    expect((await queue.getJob('1'))?.failedReason).toBeUndefined();
    expect(await job.getState()).toBe('waiting');
    await expect(job.retry()).rejects.toMatchObject({ code: -3 });
  });

  it('is retried with all others by retryJobs, up to a time and by its priority', async () => {
    stopClock();
    const { queue, worker } = openDesk();
    for (const priority of [0, 4, 0]) await queue.add('job', {}, { priority });
    for (const endedAt of [NOON + 1, NOON + 2, NOON + 3]) {
      const job = await claimed(worker);
      vi.setSystemTime(endedAt);
      await job.moveToFailed(new Error('down'), 'token');
    }
    await queue.retryJobs({ count: 1, timestamp: NOON + 2 });
    expect(await queue.getJobCounts('failed', 'waiting')).toEqual({ failed: 1, waiting: 2 });
    await queue.retryJobs();
    expect(await claimAll(worker)).toEqual(['1', '3', '2']);
  });
});

describe('moving an active job aside', () => {
  it('parks it with moveToDelayed until a time, no attempt spent', async () => {
    stopClock();
    const { queue, worker } = openDesk();
    await queue.add('job', {}, { attempts: 1 });
    await (await claimed(worker)).moveToDelayed(NOON + 30_000, 'token');
    expect(await queue.getDelayedCount()).toBe(1);
    vi.setSystemTime(NOON + 30_000);
    const again = await claimed(worker);
    expect(again).toMatchObject({ attemptsMade: 0, attemptsStarted: 2 });
    await again.moveToCompleted('ok', 'token', false);
    expect(await again.getState()).toBe('completed');
  });

  it('refuses to park a job by another token', async () => {
    const { queue, worker } = openDesk();
    await queue.add('job', {});
    const job = await claimed(worker);
    await expect(job.moveToDelayed(NOON, 'other')).rejects.toMatchObject({ code: -6 });
    expect(await job.getState()).toBe('active');
  });

  it('returns it to the front with moveToWait, no attempt spent', async () => {
    const { queue, worker } = openDesk();
    await queue.add('first', {});
    await queue.add('second', {});
    await (await claimed(worker)).moveToWait('token');
    expect(await claimAll(worker)).toEqual(['1', '2']);
    expect((await queue.getJob('1'))?.attemptsMade).toBe(0);
  });
});

describe('removeOnComplete and removeOnFail', () => {
  async function finishAll({ queue, worker }: Desk, option: object, jobs: number): Promise<void> {
    for (let n = 1; n <= jobs; n += 1) await queue.add('job', {}, { jobId: `j${n}`, ...option });
    for (let n = 1; n <= jobs; n += 1) await (await claimed(worker)).moveToCompleted('ok', 'token', false);
  }

  it('keep everything by default', async () => {
    const desk = openDesk();
    await finishAll(desk, {}, 3);
    expect(await desk.queue.getCompletedCount()).toBe(3);
  });

  it('remove the job with true, and its id may be used again', async () => {
    const desk = openDesk();
    await finishAll(desk, { removeOnComplete: true }, 2);
    expect(await desk.queue.getCompletedCount()).toBe(0);
    expect(await desk.queue.getJob('j1')).toBeUndefined();
    await desk.queue.add('job', {}, { jobId: 'j1' });
    expect(await desk.queue.getWaitingCount()).toBe(1);
  });

  it('keep the newest of a number', async () => {
    const desk = openDesk();
    await finishAll(desk, { removeOnComplete: 2 }, 5);
    expect((await desk.queue.getCompleted()).map(({ id }) => id)).toEqual(['j5', 'j4']);
  });

  it('keep by count and by age in seconds, looked at when a job ends', async () => {
    stopClock();
    const desk = openDesk();
    const option = { removeOnComplete: { age: 60, count: 3 } };
    await finishAll(desk, option, 2);
    vi.setSystemTime(NOON + 60_000);
    await desk.queue.add('job', {}, { jobId: 'last', ...option });
    await (await claimed(desk.worker)).moveToCompleted('ok', 'token', false);
    expect((await desk.queue.getCompleted()).map(({ id }) => id)).toEqual(['last']);
  });

  it('are taken from the worker where the job says nothing', async () => {
    const desk = openDesk({ removeOnComplete: { count: 1 }, removeOnFail: { count: 0 } });
    await finishAll(desk, {}, 3);
    expect(await desk.queue.getCompletedCount()).toBe(1);
    await desk.queue.add('job', {});
    await (await claimed(desk.worker)).moveToFailed(new Error('x'), 'token');
    expect(await desk.queue.getFailedCount()).toBe(0);
  });

  it('prefer what the job says, also when it says false', async () => {
    const desk = openDesk({ removeOnComplete: { count: 0 } });
    await finishAll(desk, { removeOnComplete: false }, 2);
    expect(await desk.queue.getCompletedCount()).toBe(2);
  });

  it('hold for failed jobs in the same forms', async () => {
    const { queue, worker } = openDesk();
    for (const removeOnFail of [true, 1, 1, { count: 1 }]) await queue.add('job', {}, { removeOnFail });
    for (let n = 0; n < 4; n += 1) await (await claimed(worker)).moveToFailed(new Error('x'), 'token');
    expect((await queue.getFailed()).map(({ id }) => id)).toEqual(['4']);
  });

  it('leave no payload and no log behind', async () => {
    const { queue, worker } = openDesk();
    await queue.add('job', {}, { removeOnComplete: true });
    const job = await claimed(worker);
    await job.log('a line');
    await job.moveToCompleted('ok', 'token', false);
    expect(await queue.getJobLogs('1')).toEqual({ logs: [], count: 0 });
  });
});
