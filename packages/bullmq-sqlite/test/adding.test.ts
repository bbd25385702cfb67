import type { JobJson, JobsOptions } from 'bullmq';
import { describe, expect, it, vi } from 'vitest';
import {
  backendOf,
  claim,
  claimAll,
  NOON,
  newFile,
  openManualWorker,
  openQueue,
  sqlite,
  stopClock,
  track,
} from './support/queues.ts';

describe('Queue.add', () => {
  it('stores a job that a worker gets with its name, data and options', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const added = await queue.add('charge', { amount: 12, text: 'grün ✓' }, { attempts: 4, keepLogs: 3 });
    const job = await claim(openManualWorker(file));
    expect(job?.id).toBe(added.id);
    expect(job?.name).toBe('charge');
    expect(job?.data).toEqual({ amount: 12, text: 'grün ✓' });
    expect(job?.opts).toMatchObject({ attempts: 4, keepLogs: 3 });
    expect(job?.attemptsStarted).toBe(1);
    expect(job?.attemptsMade).toBe(0);
  });

  it('numbers the jobs of each queue from 1', async () => {
    const file = newFile();
    const first = openQueue(file, 'first');
    const second = openQueue(file, 'second');
    expect((await first.add('a', {})).id).toBe('1');
    expect((await first.add('a', {})).id).toBe('2');
    expect((await second.add('a', {})).id).toBe('1');
  });

  it('hands jobs out first in, first out', async () => {
    const file = newFile();
    const queue = openQueue(file);
    for (const name of ['a', 'b', 'c']) await queue.add(name, {});
    expect(await claimAll(openManualWorker(file))).toEqual(['1', '2', '3']);
  });

  it('hands a lifo job out before all that wait', async () => {
    const file = newFile();
    const queue = openQueue(file);
    await queue.add('a', {});
    await queue.add('b', {}, { lifo: true });
    await queue.add('c', {}, { lifo: true });
    await queue.add('d', {});
    expect(await claimAll(openManualWorker(file))).toEqual(['3', '2', '1', '4']);
  });

  it('hands out jobs without a priority first, then the lowest number, equal ones in order', async () => {
    const file = newFile();
    const queue = openQueue(file);
    for (const priority of [5, 1, 2_097_151, 5, 0, 1]) await queue.add('job', {}, { priority });
    expect(await claimAll(openManualWorker(file))).toEqual(['5', '2', '6', '1', '4', '3']);
  });

  it('keeps one job for one job id, says so, and gives back that id', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const events = track(new sqlite.QueueEvents('jobs', { connection: { file } }));
    const duplicated = new Promise((resolve) => events.on('duplicated', resolve));
    await queue.add('job', { take: 1 }, { jobId: 'evt_1' });
    const again = await queue.add('job', { take: 2 }, { jobId: 'evt_1' });
    expect(again.id).toBe('evt_1');
    expect(await duplicated).toEqual({ jobId: 'evt_1' });
    expect(await queue.getJobCountByTypes('waiting')).toBe(1);
    expect((await queue.getJob('evt_1'))?.data).toEqual({ take: 1 });
  });

  it('refuses a second job of one id while the first is active, completed or failed', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const worker = openManualWorker(file);
    await queue.add('job', {}, { jobId: 'done' });
    const job = await claim(worker);
    await queue.add('job', {}, { jobId: 'done' });
    await job?.moveToCompleted('ok', 'token', false);
    await queue.add('job', {}, { jobId: 'done' });
    expect(await claim(worker)).toBeUndefined();
    expect(await queue.getJobCounts('completed', 'waiting')).toEqual({ completed: 1, waiting: 0 });
  });

  it('keeps job ids of every kind apart', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const ids = ['a b', 'A B', "O'Neil", '%', '_', 'ключ', '🙂', 'x'.repeat(1000), 'a:b:c', '-1.5', 'null'];
    for (const jobId of ids) await queue.add('job', { jobId }, { jobId });
    for (const jobId of ids) expect((await queue.getJob(jobId))?.data).toEqual({ jobId });
    expect(await queue.getWaitingCount()).toBe(ids.length);
  });

  it('keeps data as JSON keeps it', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const deep = JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) as unknown;
    const values = [null, 0, 'text', [1, 'two'], { ключ: 'é\u0000\u2028"\\' }, deep, 'y'.repeat(300_000)];
    for (const value of values) {
      const { id } = await queue.add('job', value);
      expect((await queue.getJob(String(id)))?.data).toEqual(value);
    }
  });
});

describe('addJobIfAbsent of the backend', () => {
  const job = (opts: JobsOptions = {}): JobJson =>
    ({ name: 'job', data: '{"take":1}', opts, timestamp: NOON }) as JobJson;

  it('says whether it has added the job', async () => {
    const queue = openQueue();
    const backend = queue.getBackend();
    expect(await backend.addJobIfAbsent(job(), 'evt_1')).toEqual({ jobId: 'evt_1', added: true });
    expect(await backend.addJobIfAbsent(job(), 'evt_1')).toEqual({ jobId: 'evt_1', added: false });
    expect(await backend.addJobIfAbsent(job(), '')).toEqual({ jobId: '3', added: true });
    expect(await queue.getWaitingCount()).toBe(2);
  });

  it('says so of two that are asked for in one turn', async () => {
    const backend = openQueue().getBackend();
    const asked = ['a', 'b', 'a'].map((id) => backend.addJobIfAbsent(job(), id));
    expect((await Promise.all(asked)).map(({ added }) => added)).toEqual([true, true, false]);
  });

  it('names the job that stands for it by its deduplication id', async () => {
    const backend = openQueue().getBackend();
    const opts = { deduplication: { id: 'once' } };
    expect(await backend.addJobIfAbsent(job(opts), 'first')).toEqual({ jobId: 'first', added: true });
    expect(await backend.addJobIfAbsent(job(opts), 'second')).toEqual({ jobId: 'first', added: false });
  });

  it('says the same of a job that has ended and is kept', async () => {
    const file = newFile();
    const backend = openQueue(file).getBackend();
    await backend.addJobIfAbsent(job(), 'evt_1');
    await (await claim(openManualWorker(file)))?.moveToCompleted('ok', 'token', false);
    expect(await backend.addJobIfAbsent(job(), 'evt_1')).toEqual({ jobId: 'evt_1', added: false });
  });
});

describe('Queue.addBulk', () => {
  it('stores all jobs in their order and gives them back with their ids', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const jobs = await queue.addBulk([
      { name: 'a', data: { n: 1 } },
      { name: 'b', data: { n: 2 }, opts: { priority: 3 } },
      { name: 'c', data: { n: 3 }, opts: { jobId: 'mine' } },
      { name: 'd', data: { n: 4 }, opts: { delay: 60_000 } },
    ]);
    expect(jobs.map(({ id }) => id)).toEqual(['1', '2', 'mine', '4']);
    expect(await queue.getJobCounts('waiting', 'prioritized', 'delayed')).toEqual({
      waiting: 2,
      prioritized: 1,
      delayed: 1,
    });
  });

  it('stores none of them when one is refused', async () => {
    const queue = openQueue();
    const jobs = [
      { name: 'a', data: {} },
      { name: 'b', data: {}, opts: { parent: { id: 'nobody', queue: 'bull:jobs' } } },
    ];
    await expect(queue.addBulk(jobs)).rejects.toMatchObject({
      code: -5,
      message: 'Missing key for parent job bull:jobs:nobody. addJob',
    });
    expect(await queue.getWaitingCount()).toBe(0);
  });
});

describe('a delayed job', () => {
  it('is handed out when it is due, not before', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    const worker = openManualWorker(file);
    await queue.add('later', {}, { delay: 5000 });
    vi.setSystemTime(NOON + 4999);
    expect(await claim(worker)).toBeUndefined();
    vi.setSystemTime(NOON + 5000);
    expect((await claim(worker))?.delay).toBe(0);
  });

  it('goes behind what waits already, by its priority, in the order of the due times', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    await queue.add('second', {}, { delay: 2000 });
    await queue.add('first', {}, { delay: 1000 });
    await queue.add('urgent', {}, { delay: 1500, priority: 1 });
    await queue.add('waits', {});
    vi.setSystemTime(NOON + 10_000);
    expect(await claimAll(openManualWorker(file))).toEqual(['4', '2', '1', '3']);
  });

  it('may be due further away than a timer can reach', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    const worker = openManualWorker(file);
    await queue.add('next year', {}, { delay: 365 * 24 * 3600 * 1000 });
    vi.setSystemTime(NOON + 30 * 24 * 3600 * 1000);
    expect(await claim(worker)).toBeUndefined();
    vi.setSystemTime(NOON + 366 * 24 * 3600 * 1000);
    expect((await claim(worker))?.name).toBe('next year');
  });

  it('tells a fetch that finds nothing when it will be due', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    await queue.add('later', {}, { delay: 5000 });
    expect(await backendOf(queue).moveToActive('token')).toEqual([null, '', 0, NOON + 5000]);
  });

  it('is promoted by hand, once', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const job = await queue.add('later', {}, { delay: 60_000 });
    await job.promote();
    expect(await job.getState()).toBe('waiting');
    await expect(job.promote()).rejects.toMatchObject({
      code: -3,
      message: 'Job 1 is not in the delayed state. promote',
    });
  });

  it('gets a new due time from changeDelay, counted from now', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    const worker = openManualWorker(file);
    const job = await queue.add('later', {}, { delay: 60_000 });
    vi.setSystemTime(NOON + 1000);
    await job.changeDelay(500);
    vi.setSystemTime(NOON + 1499);
    expect(await claim(worker)).toBeUndefined();
    vi.setSystemTime(NOON + 1500);
    expect((await claim(worker))?.id).toBe(job.id);
    await expect(job.changeDelay(1)).rejects.toMatchObject({ code: -3 });
  });

  it('is promoted with all others by promoteJobs', async () => {
    const file = newFile();
    const queue = openQueue(file);
    for (const delay of [3000, 1000, 2000]) await queue.add('later', {}, { delay });
    await queue.promoteJobs({ count: 2 });
    expect(await claimAll(openManualWorker(file))).toEqual(['2', '3', '1']);
  });
});

describe('changePriority', () => {
  it('moves a waiting job to its new place', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const first = await queue.add('a', {});
    await queue.add('b', {}, { priority: 7 });
    const third = await queue.add('c', {}, { priority: 9 });
    await first.changePriority({ priority: 8 });
    await third.changePriority({ priority: 0 });
    expect(await claimAll(openManualWorker(file))).toEqual(['3', '2', '1']);
  });

  it('puts a job in front of its equals with lifo', async () => {
    const file = newFile();
    const queue = openQueue(file);
    await queue.add('a', {}, { priority: 2 });
    const second = await queue.add('b', {}, { priority: 2 });
    await second.changePriority({ priority: 2, lifo: true });
    expect(await claimAll(openManualWorker(file))).toEqual(['2', '1']);
  });

  it('refuses a job that is gone', async () => {
    const queue = openQueue();
    const job = await queue.add('a', {});
    await job.remove();
    await expect(job.changePriority({ priority: 1 })).rejects.toMatchObject({
      code: -1,
      message: 'Missing key for job 1. changePriority',
    });
  });
});

describe('a job that the queue numbers', () => {
  it('gets its number in full, however high', async () => {
    const queue = openQueue();
    await queue.add('job', {});
    const { database } = backendOf(queue) as unknown as {
      database: { record(name: string): { jobCounter: number } };
    };
    database.record('bull:jobs').jobCounter = 299_999_999_999_999;
    expect((await queue.add('job', {}, { delay: 10 })).id).toBe('300000000000000');
    expect((await queue.getDelayed()).map(({ id }) => id)).toEqual(['300000000000000']);
  });
});
