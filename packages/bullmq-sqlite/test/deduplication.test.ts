import { describe, expect, it, vi } from 'vitest';
import {
  backendOf,
  claim,
  NOON,
  newFile,
  openManualWorker,
  openQueue,
  stopClock,
  type TestQueue,
} from './support/queues.ts';

/** The fields of all events so far, by their names. */
async function events(queue: TestQueue): Promise<Record<string, string>[]> {
  const [[, entries] = ['', []]] = (await backendOf(queue).readEvents('0', 1)) ?? [];
  return entries.map(([, fields]: [string, string[]]) => {
    const named: Record<string, string> = {};
    for (let at = 0; at < fields.length; at += 2) named[fields[at] ?? ''] = fields[at + 1] ?? '';
    return named;
  });
}

describe('deduplication without a time', () => {
  it('gives the job that is there, until it has ended', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const deduplication = { id: 'd' };
    expect((await queue.add('a', { n: 1 }, { deduplication })).id).toBe('1');
    expect((await queue.add('a', { n: 2 }, { deduplication })).id).toBe('1');
    expect(await queue.getDeduplicationJobId('d')).toBe('1');
    expect(await events(queue)).toContainEqual({
      event: 'deduplicated',
      jobId: '1',
      deduplicationId: 'd',
      deduplicatedJobId: '2',
    });
    expect(await queue.getJobCountByTypes()).toBe(1);
    const worker = openManualWorker(file);
    await (await claim(worker))?.moveToCompleted('ok', 'token', false);
    expect(await queue.getDeduplicationJobId('d')).toBeNull();
    expect((await queue.add('a', { n: 3 }, { deduplication })).id).toBe('3');
  });

  it('ends with a failure that is final, not with one that is retried', async () => {
    const file = newFile();
    const queue = openQueue(file);
    await queue.add('a', {}, { deduplication: { id: 'd' }, attempts: 2 });
    const worker = openManualWorker(file);
    await (await claim(worker))?.moveToFailed(new Error('no'), 'token', false);
    expect(await queue.getDeduplicationJobId('d')).toBe('1');
    await (await claim(worker))?.moveToFailed(new Error('no'), 'token', false);
    expect(await queue.getDeduplicationJobId('d')).toBeNull();
  });

  it.each(['remove', 'drain', 'clean', 'obliterate'] as const)('ends with %s', async (how) => {
    const queue = openQueue();
    const job = await queue.add('a', {}, { deduplication: { id: 'd' } });
    if (how === 'remove') await job.remove();
    else if (how === 'drain') await queue.drain();
    else if (how === 'clean') await queue.clean(-1, 10, 'wait');
    else await queue.obliterate();
    expect(await queue.getDeduplicationJobId('d')).toBeNull();
  });

  it('is taken back by hand, by anyone or by the job that holds it', async () => {
    const queue = openQueue();
    const job = await queue.add('a', {}, { deduplication: { id: 'd' } });
    expect(await queue.removeDeduplicationKey('d')).toBe(1);
    expect(await queue.removeDeduplicationKey('d')).toBe(0);
    expect(await job.removeDeduplicationKey()).toBe(false);
    const other = await queue.add('a', {}, { deduplication: { id: 'd' } });
    expect(await job.removeDeduplicationKey()).toBe(false);
    expect(await other.removeDeduplicationKey()).toBe(true);
  });

  it('keeps the ids of two queues apart', async () => {
    const file = newFile();
    const deduplication = { id: 'd' };
    await openQueue(file, 'one').add('a', {}, { deduplication });
    expect((await openQueue(file, 'two').add('a', {}, { deduplication, jobId: 'x' })).id).toBe('x');
  });
});

describe('deduplication with a ttl', () => {
  it('lasts as long as that, whatever becomes of the job', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    const deduplication = { id: 'd', ttl: 1000 };
    await queue.add('a', {}, { deduplication, removeOnComplete: true });
    await (await claim(openManualWorker(file)))?.moveToCompleted('ok', 'token', false);
    vi.setSystemTime(NOON + 999);
    expect((await queue.add('a', {}, { deduplication })).id).toBe('1');
    expect(await queue.getWaitingCount()).toBe(0);
    vi.setSystemTime(NOON + 1000);
    expect((await queue.add('a', {}, { deduplication })).id).toBe('3');
  });

  it('is counted from the last of them with extend', async () => {
    stopClock();
    const queue = openQueue();
    const deduplication = { id: 'd', ttl: 1000, extend: true };
    await queue.add('a', {}, { deduplication });
    vi.setSystemTime(NOON + 900);
    await queue.add('a', {}, { deduplication });
    vi.setSystemTime(NOON + 1899);
    expect((await queue.add('a', {}, { deduplication })).id).toBe('1');
    vi.setSystemTime(NOON + 2899);
    expect((await queue.add('a', {}, { deduplication })).id).toBe('4');
  });

  it('leaves no keys behind whose time is over', async () => {
    stopClock();
    const queue = openQueue();
    for (let n = 0; n < 5; n += 1) {
      vi.setSystemTime(NOON + n * 1000);
      await queue.add('a', {}, { deduplication: { id: `d${n}`, ttl: 10 } });
    }
    const { database } = backendOf(queue) as unknown as {
      database: { sql: { get(text: string): { keys: number } } };
    };
    expect(database.sql.get('SELECT count(*) AS keys FROM bullmq_dedup').keys).toBe(1);
  });
});

describe('deduplication with replace', () => {
  it('puts the newest in the place of a delayed one, and starts its delay anew', async () => {
    stopClock();
    const queue = openQueue();
    const options = { delay: 1000, deduplication: { id: 'd', ttl: 5000, extend: true, replace: true } };
    await queue.add('a', { n: 1 }, options);
    vi.setSystemTime(NOON + 500);
    await queue.add('a', { n: 2 }, options);
    const [only] = await queue.getDelayed();
    expect(await queue.getJobCountByTypes()).toBe(1);
    expect(only).toMatchObject({ id: '2', data: { n: 2 }, timestamp: NOON + 500 });
    expect(await queue.getDeduplicationJobId('d')).toBe('2');
    expect(await events(queue)).toContainEqual({ event: 'removed', jobId: '1', prev: 'delayed' });
    expect(await events(queue)).toContainEqual({
      event: 'deduplicated',
      jobId: '2',
      deduplicationId: 'd',
      deduplicatedJobId: '1',
    });
  });

  it('keeps the time of the first one without extend', async () => {
    stopClock();
    const queue = openQueue();
    const options = { delay: 9000, deduplication: { id: 'd', ttl: 1000, replace: true } };
    await queue.add('a', {}, options);
    vi.setSystemTime(NOON + 900);
    await queue.add('a', {}, options);
    vi.setSystemTime(NOON + 1000);
    expect(await queue.getDeduplicationJobId('d')).toBeNull();
  });

  it('leaves alone what is not delayed any more', async () => {
    const queue = openQueue();
    const options = { deduplication: { id: 'd', replace: true } };
    await queue.add('a', { n: 1 }, options);
    expect((await queue.add('a', { n: 2 }, { ...options, delay: 1000 })).id).toBe('1');
    expect((await queue.getWaiting()).map(({ data }) => data)).toEqual([{ n: 1 }]);
  });
});

describe('deduplication with reschedule', () => {
  it('moves the job that is there to the newest delay, and keeps its data', async () => {
    stopClock();
    const queue = openQueue();
    const deduplication = { id: 'd', reschedule: true };
    await queue.add('a', { n: 1 }, { delay: 1000, deduplication });
    vi.setSystemTime(NOON + 500);
    await queue.add('a', { n: 2 }, { delay: 4000, deduplication });
    const [only] = await queue.getDelayed();
    expect(only).toMatchObject({ id: '1', data: { n: 1 }, delay: 4000 });
    expect(await events(queue)).toContainEqual({ event: 'delayed', jobId: '1', delay: String(NOON + 4500) });
  });
});

describe('deduplication with keepLastIfActive', () => {
  const options = { deduplication: { id: 'd', keepLastIfActive: true } };

  it('runs the last of those that came while one was active, when that has ended', async () => {
    const file = newFile();
    const queue = openQueue(file);
    await queue.add('a', { n: 1 }, options);
    const worker = openManualWorker(file);
    const active = await claim(worker);
    for (const n of [2, 3, 4]) expect((await queue.add('a', { n }, options)).id).toBe('1');
    expect(await queue.getWaitingCount()).toBe(0);
    const [next] = (await active?.moveToCompleted('ok', 'token', true)) ?? [];
    expect(next).toMatchObject({ id: '4', data: '{"n":4}', deduplicationId: 'd' });
    expect(await queue.getDeduplicationJobId('d')).toBe('4');
  });

  it('does so after a failure too, with the delay of its own', async () => {
    const file = newFile();
    const queue = openQueue(file);
    await queue.add('a', { n: 1 }, options);
    const active = await claim(openManualWorker(file));
    await queue.add('a', { n: 2 }, { ...options, delay: 1000 });
    await active?.moveToFailed(new Error('no'), 'token', false);
    expect((await queue.getDelayed()).map(({ data }) => data)).toEqual([{ n: 2 }]);
  });

  it('drops what comes while one waits', async () => {
    const file = newFile();
    const queue = openQueue(file);
    await queue.add('a', { n: 1 }, options);
    expect((await queue.add('a', { n: 2 }, options)).id).toBe('1');
    await (await claim(openManualWorker(file)))?.moveToCompleted('ok', 'token', false);
    expect(await queue.getJobCountByTypes('waiting', 'delayed')).toBe(0);
  });

  it('drops the last one when its id has been taken in the meantime', async () => {
    const file = newFile();
    const queue = openQueue(file);
    await queue.add('a', { n: 1 }, options);
    const active = await claim(openManualWorker(file));
    await queue.add('a', { n: 2 }, { ...options, jobId: 'mine' });
    await queue.add('b', { n: 3 }, { jobId: 'mine' });
    await active?.moveToCompleted('ok', 'token', false);
    expect((await queue.getWaiting()).map(({ data }) => data)).toEqual([{ n: 3 }]);
  });
});

describe('a deduplication key whose job is gone', () => {
  it('holds nobody back', async () => {
    const file = newFile();
    const queue = openQueue(file);
    await queue.add('a', {}, { deduplication: { id: 'd' } });
    const { database } = backendOf(queue) as unknown as { database: { sql: { run(text: string): void } } };
    database.sql.run("DELETE FROM bullmq_job WHERE id = '1'");
    database.sql.run('DELETE FROM bullmq_payload');
    expect((await queue.add('a', {}, { deduplication: { id: 'd' } })).id).toBe('2');
  });
});
