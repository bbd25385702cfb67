import { describe, expect, it, vi } from 'vitest';
import { slotAfter } from '../src/schedulers/scheduler-slots.ts';
import { backendOf, claim, NOON, newFile, openManualWorker, openQueue, stopClock } from './support/queues.ts';

const MINUTE_MS = 60_000;
/** NOON is 22:13:20, so the next full minute is 40 s away. */
const NEXT_MINUTE = NOON + 40_000;

describe('a job scheduler', () => {
  it('makes its first job at once with every, and the next when that has begun', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    const first = await queue.upsertJobScheduler('s', { every: 1000 }, { name: 'tick', data: { n: 1 } });
    expect(first?.id).toBe(`repeat:s:${NOON}`);
    const worker = openManualWorker(file);
    vi.setSystemTime(NOON + 10);
    const job = await claim(worker);
    expect(job).toMatchObject({ name: 'tick', data: { n: 1 }, repeatJobKey: 's', id: `repeat:s:${NOON}` });
    expect((await queue.getDelayed()).map(({ id, delay }) => [id, delay])).toEqual([
      [`repeat:s:${NOON + 1000}`, 990],
    ]);
    expect(await queue.getJobScheduler('s')).toMatchObject({
      next: NOON + 1000,
      iterationCount: 2,
      every: 1000,
    });
  });

  it('leaves out the times that were missed', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    await queue.upsertJobScheduler('s', { every: 1000 });
    vi.setSystemTime(NOON + 10_500);
    await claim(openManualWorker(file));
    expect((await queue.getDelayed()).map(({ id }) => id)).toEqual([`repeat:s:${NOON + 11_000}`]);
  });

  it('follows a cron pattern', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    await queue.upsertJobScheduler('s', { pattern: '* * * * *' }, { opts: { priority: 3 } });
    expect((await queue.getDelayed()).map(({ id }) => id)).toEqual([`repeat:s:${NEXT_MINUTE}`]);
    vi.setSystemTime(NEXT_MINUTE);
    const job = await claim(openManualWorker(file));
    expect(job?.opts.priority).toBe(3);
    expect((await queue.getDelayed()).map(({ id }) => id)).toEqual([`repeat:s:${NEXT_MINUTE + MINUTE_MS}`]);
  });

  it('stops at its limit', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    await queue.upsertJobScheduler('s', { every: 1000, limit: 2 });
    const worker = openManualWorker(file);
    for (let n = 0; n < 4; n += 1) {
      vi.setSystemTime(NOON + n * 1000);
      await (await claim(worker))?.moveToCompleted('ok', 'token', false);
    }
    expect(await queue.getCompletedCount()).toBe(2);
    expect(await queue.getDelayedCount()).toBe(0);
  });

  it('puts the job of a change in the place of the one before', async () => {
    stopClock();
    const queue = openQueue();
    await queue.upsertJobScheduler('s', { pattern: '* * * * *' }, { data: { n: 1 } });
    await queue.upsertJobScheduler('s', { pattern: '*/5 * * * *' }, { data: { n: 2 } });
    expect((await queue.getDelayed()).map(({ data }) => data)).toEqual([{ n: 2 }]);
    expect(await queue.getJobSchedulersCount()).toBe(1);
    expect(await queue.getJobScheduler('s')).toMatchObject({
      pattern: '*/5 * * * *',
      template: { data: { n: 2 } },
    });
  });

  it('keeps its step when only its data change', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    await queue.upsertJobScheduler('s', { every: 1000 });
    await claim(openManualWorker(file));
    vi.setSystemTime(NOON + 700);
    await queue.upsertJobScheduler('s', { every: 1000 }, { data: { n: 2 } });
    const [job] = await queue.getDelayed();
    expect(job).toMatchObject({ id: `repeat:s:${NOON + 1000}`, delay: 300, data: { n: 2 } });
  });

  it('may be changed by its own job that was begun early: the time is kept, under a second id', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    const job = await queue.upsertJobScheduler('s', { pattern: '* * * * *' });
    await job?.promote();
    const active = await claim(openManualWorker(file));
    await queue.upsertJobScheduler('s', { pattern: '* * * * *' }, { data: { n: 2 } });
    expect((await queue.getDelayed()).map(({ id, data }) => [id, data])).toEqual([
      [`repeat:s:${NEXT_MINUTE}-2`, { n: 2 }],
    ]);
    await active?.moveToCompleted('ok', 'token', false);
    vi.setSystemTime(NEXT_MINUTE);
    expect((await claim(openManualWorker(file)))?.data).toEqual({ n: 2 });
    expect((await queue.getDelayed()).map(({ id }) => id)).toEqual([`repeat:s:${NEXT_MINUTE + MINUTE_MS}`]);
  });

  it('is refused where the job of its time is still there', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    const job = await queue.upsertJobScheduler('s', { pattern: '* * * * *' });
    await job?.promote();
    await queue.removeJobScheduler('s');
    await expect(queue.upsertJobScheduler('s', { pattern: '* * * * *' })).rejects.toMatchObject({
      code: -10,
      message: 'Cannot create job scheduler iteration - job ID already exists. addJobScheduler',
    });
  });

  it('goes on to a later time with every, and gives up after 32', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    for (let n = 0; n < 33; n += 1) {
      const job = await queue.upsertJobScheduler('s', { every: 1000 });
      expect(job?.id).toBe(`repeat:s:${NOON + n * 1000}`);
      await queue.pause();
      if (n > 0) await job?.promote();
      await queue.removeJobScheduler('s');
    }
    await expect(queue.upsertJobScheduler('s', { every: 1000 })).rejects.toMatchObject({ code: -11 });
  });

  it('is removed with its next job', async () => {
    stopClock();
    const queue = openQueue();
    await queue.upsertJobScheduler('s', { pattern: '* * * * *' });
    expect(await queue.removeJobScheduler('s')).toBe(true);
    expect(await queue.removeJobScheduler('s')).toBe(false);
    expect(await queue.getJobCountByTypes()).toBe(0);
    expect(await queue.getJobScheduler('s')).toBeUndefined();
  });

  it('protects its next job from removal, drain and clean', async () => {
    stopClock();
    const queue = openQueue();
    const job = await queue.upsertJobScheduler('s', { pattern: '* * * * *' });
    await queue.add('other', {}, { delay: 1000 });
    await expect(job?.remove()).rejects.toMatchObject({
      code: -8,
      message: `Job ${job?.id} belongs to a job scheduler and cannot be removed directly. removeJob`,
    });
    await queue.drain(true);
    await queue.clean(-1, 10, 'delayed');
    expect((await queue.getDelayed()).map(({ id }) => id)).toEqual([job?.id]);
    await queue.pause();
    await queue.obliterate();
    expect(await queue.getJobSchedulersCount()).toBe(0);
  });

  it('never gives up a job that stalls', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    await queue.upsertJobScheduler('s', { every: 1000 });
    const worker = openManualWorker(file, { maxStalledCount: 0, stalledInterval: 10, lockDuration: 5 });
    await claim(worker);
    for (const pass of [1, 2, 3]) {
      vi.setSystemTime(NOON + pass * 100);
      await backendOf(worker).moveStalledJobsToWait();
    }
    const [job] = await queue.getWaiting();
    expect(job?.deferredFailure).toBeUndefined();
  });

  it('makes no second job when its job is claimed twice', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    await queue.upsertJobScheduler('s', { every: 1000 });
    const worker = openManualWorker(file);
    const job = await claim(worker);
    await backendOf(worker).moveJobFromActiveToWait(String(job?.id), 'token');
    await claim(worker);
    expect(await queue.getDelayedCount()).toBe(1);
  });
});

describe('the schedulers of a queue', () => {
  it('are listed by their next time, in pages, from either end', async () => {
    stopClock();
    const queue = openQueue();
    for (const [id, every] of [
      ['b', 2000],
      ['a', 1000],
      ['c:with:colons', 3000],
    ] as const) {
      await queue.upsertJobScheduler(id, { every, startDate: NOON + every });
    }
    const keys = async (...range: [number?, number?, boolean?]) =>
      (await queue.getJobSchedulers(...range)).map(({ key }) => key);
    expect(await keys(0, -1, true)).toEqual(['a', 'b', 'c:with:colons']);
    expect(await keys(0, -1, false)).toEqual(['c:with:colons', 'b', 'a']);
    expect(await keys(1, 1, true)).toEqual(['b']);
    expect(await queue.getJobSchedulersCount()).toBe(3);
    expect(await backendOf(queue).isJobScheduler('c:with:colons')).toBe(true);
    expect(await backendOf(queue).isJobScheduler('c')).toBe(false);
  });
});

describe('the times of an interval', () => {
  it.each([
    ['now, at first', [undefined, 1000, 10_250, 0], { next: 10_250, offset: 250 }],
    ['the start date, at first', [undefined, 1000, 10_250, 0, 12_000], { next: 12_000, offset: 0 }],
    ['now, when the start date is over', [undefined, 1000, 10_250, 0, 9000], { next: 10_250, offset: 250 }],
    ['the offset, at first', [undefined, 1000, 10_250, 400], { next: 10_400, offset: 400 }],
    ['the next offset, when this one is over', [undefined, 1000, 10_450, 400], { next: 11_400, offset: 400 }],
    ['one interval later', [10_000, 1000, 10_500, 0], { next: 11_000, offset: 0 }],
    ['in step again, after a break', [10_250, 1000, 15_300, 250], { next: 16_250, offset: 250 }],
    [
      'in this interval, when its time is to come',
      [10_250, 1000, 15_100, 250],
      { next: 15_250, offset: 250 },
    ],
  ] as const)('are %s', (_, [before, every, now, offset, startDate], expected) => {
    expect(slotAfter(before, every, now, offset, startDate)).toEqual(expected);
  });
});
