import { describe, expect, it, vi } from 'vitest';
import {
  claim,
  NOON,
  newFile,
  openManualWorker,
  openQueue,
  stopClock,
  type TestQueue,
  type TestWorker,
} from './support/queues.ts';

const MINUTE_MS = 60_000;

async function complete(queue: TestQueue, worker: TestWorker, atMs: number, how: 'ok' | 'fails' = 'ok') {
  vi.setSystemTime(NOON + atMs);
  await queue.add('job', {});
  const job = await claim(worker);
  if (how === 'ok') await job?.moveToCompleted('ok', 'token', false);
  else await job?.moveToFailed(new Error('no'), 'token', false);
}

describe('the metrics of a queue', () => {
  it('are the numbers of jobs by the minute, newest first, with the minutes in which nothing ended', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    const worker = openManualWorker(file, { metrics: { maxDataPoints: 100 } });
    for (const atMs of [0, 1, 2, MINUTE_MS, MINUTE_MS + 1, 5 * MINUTE_MS, 6 * MINUTE_MS]) {
      await complete(queue, worker, atMs);
    }
    expect(await queue.getMetrics('completed')).toEqual({
      meta: { count: 7, prevTS: NOON + 6 * MINUTE_MS, prevCount: 6 },
      data: [1, 0, 0, 0, 2, 3],
      count: 6,
    });
    expect(await queue.getMetrics('completed', 1, 4)).toMatchObject({ data: [0, 0, 0, 2], count: 6 });
  });

  it('keep completed and failed jobs apart', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    const worker = openManualWorker(file, { metrics: { maxDataPoints: 10 } });
    await complete(queue, worker, 0);
    await complete(queue, worker, 1, 'fails');
    await complete(queue, worker, 2, 'fails');
    expect((await queue.getMetrics('completed')).meta.count).toBe(1);
    expect((await queue.getMetrics('failed')).meta.count).toBe(2);
  });

  it('are kept for as many minutes as asked for, however long the gap', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    const worker = openManualWorker(file, { metrics: { maxDataPoints: 3 } });
    await complete(queue, worker, 0);
    await complete(queue, worker, 1000 * MINUTE_MS);
    for (const minute of [1001, 1002]) await complete(queue, worker, minute * MINUTE_MS);
    expect((await queue.getMetrics('completed')).data).toEqual([1, 1, 0]);
  });

  it('are not kept without the worker’s option, and go with obliterate', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    await complete(queue, openManualWorker(file), 0);
    const nothing = { meta: { count: 0, prevTS: 0, prevCount: 0 }, data: [], count: 0 };
    expect(await queue.getMetrics('completed')).toEqual(nothing);
    const worker = openManualWorker(file, { metrics: { maxDataPoints: 3 } });
    await complete(queue, worker, 1);
    await complete(queue, worker, MINUTE_MS);
    await queue.obliterate();
    expect(await queue.getMetrics('completed')).toEqual(nothing);
  });

  it('survive the end of the process', async () => {
    stopClock();
    const file = newFile();
    const worker = openManualWorker(file, { metrics: { maxDataPoints: 3 } });
    const queue = openQueue(file);
    await complete(queue, worker, 0);
    await worker.close();
    await queue.close();
    const later = openQueue(file);
    await complete(later, openManualWorker(file, { metrics: { maxDataPoints: 3 } }), MINUTE_MS);
    expect(await later.getMetrics('completed')).toMatchObject({ meta: { count: 2 }, data: [1] });
  });
});
