import { describe, expect, it } from 'vitest';
import { backendOf, newFile, openQueue, sqlite, track } from './support/queues.ts';
import { next, until } from './support/wait-for.ts';

function openWorker(
  file: string,
  processor: (job: { id?: string | undefined; name: string }) => Promise<unknown>,
  options: object = {},
) {
  return track(new sqlite.Worker('jobs', processor, { connection: { file }, ...options }));
}

describe('a running worker', () => {
  it('takes up a job that is added while it waits', async () => {
    const file = newFile();
    const worker = openWorker(file, async ({ name }) => `did ${name}`);
    const drained = next(worker, 'drained');
    const queue = openQueue(file);
    await drained;
    const completed = next<[{ returnvalue: unknown }]>(worker, 'completed');
    await queue.add('this', {});
    expect((await completed)[0].returnvalue).toBe('did this');
  });

  it('works on as many jobs at once as its concurrency allows', async () => {
    const file = newFile();
    const queue = openQueue(file);
    await queue.addBulk(Array.from({ length: 20 }, () => ({ name: 'job', data: {} })));
    let running = 0;
    let most = 0;
    const worker = openWorker(
      file,
      async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
        running -= 1;
      },
      { concurrency: 4 },
    );
    await next(worker, 'drained');
    expect(await queue.getCompletedCount()).toBe(20);
    expect(most).toBe(4);
  });

  it('retries a job after its backoff until it succeeds', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const attempts: number[] = [];
    const worker = openWorker(file, async (job) => {
      attempts.push((job as unknown as { attemptsMade: number }).attemptsMade);
      if (attempts.length < 3) throw new Error(`no ${attempts.length}`);
      return 'yes';
    });
    const completed = next<[{ returnvalue: string }]>(worker, 'completed');
    await queue.add('job', {}, { attempts: 3, backoff: { type: 'fixed', delay: 5 } });
    expect((await completed)[0].returnvalue).toBe('yes');
    expect(attempts).toEqual([0, 1, 2]);
  });

  it('takes up a delayed job when it is due, without anything else happening', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const worker = openWorker(file, async () => 'ok', { drainDelay: 3600 });
    await next(worker, 'drained');
    const completed = next(worker, 'completed');
    await queue.add('soon', {}, { delay: 30 });
    await completed;
    expect(await queue.getCompletedCount()).toBe(1);
  });

  it('starts again when the queue is resumed', async () => {
    const file = newFile();
    const queue = openQueue(file);
    await queue.pause();
    const worker = openWorker(file, async () => 'ok');
    await next(worker, 'drained');
    await queue.add('job', {});
    const completed = next(worker, 'completed');
    await queue.resume();
    await completed;
  });

  it('lets the job in hand end and takes no other when it is closed', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const started = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const worker = openWorker(file, () => {
      started.resolve();
      return held.promise;
    });
    await queue.addBulk([
      { name: 'first', data: {} },
      { name: 'second', data: {} },
    ]);
    await started.promise;
    const closed = worker.close();
    held.resolve();
    await closed;
    expect(await queue.getJobCounts('completed', 'active', 'waiting')).toEqual({
      completed: 1,
      active: 0,
      waiting: 1,
    });
  });

  it('is closed at once while it waits for work', async () => {
    const worker = openWorker(newFile(), async () => {}, { drainDelay: 3600 });
    await next(worker, 'drained');
    await worker.close();
    expect(worker.isRunning()).toBe(false);
  });

  it('can be paused and resumed while it waits for work', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const worker = openWorker(file, async () => 'ok', { drainDelay: 3600 });
    await next(worker, 'drained');
    await worker.pause();
    await queue.add('job', {});
    expect(await queue.getWaitingCount()).toBe(1);
    const completed = next(worker, 'completed');
    await worker.resume();
    await completed;
  });

  it('fails a job that has stalled too often', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const backend = backendOf(queue);
    await queue.add('job', {});
    await backend.moveToActive('0');
    const worker = openWorker(file, async () => 'never', { stalledInterval: 20, maxStalledCount: 0 });
    const [, error] = await next<[unknown, Error]>(worker, 'failed');
    expect(error.message).toBe('job stalled more than allowable limit');
    expect(await queue.getJobState('1')).toBe('failed');
  });

  it('extends the locks of long jobs', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const held = Promise.withResolvers<void>();
    const worker = openWorker(file, () => held.promise, {
      lockDuration: 3000,
      lockRenewTime: 200,
      stalledInterval: 100,
    });
    const renewals: unknown[] = [];
    worker.on('locksRenewed' as 'active', (renewed: unknown) => renewals.push(renewed));
    const completed = next(worker, 'completed');
    await queue.add('long', {});
    // Longer than the first lock lasts.
    await until(() => renewals.length >= 32);
    held.resolve();
    await completed;
    expect((await queue.getJob('1'))?.stalledCounter).toBe(0);
  });
});

describe('QueueEvents', () => {
  it('tell the life of a job, in order and with what belongs to each step', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const events = track(new sqlite.QueueEvents('jobs', { connection: { file } }));
    const seen: [string, unknown][] = [];
    for (const name of [
      'added',
      'waiting',
      'active',
      'progress',
      'delayed',
      'completed',
      'failed',
    ] as const) {
      events.on(name as 'waiting', (args) => seen.push([name, args]));
    }
    const drained = next(events, 'drained');
    let attempt = 0;
    openWorker(file, async (job) => {
      attempt += 1;
      if (attempt === 1) throw new Error('again');
      await (job as unknown as { updateProgress(n: number): Promise<void> }).updateProgress(50);
      return { ok: true };
    });
    await queue.add('pay', {}, { attempts: 2 });
    await drained;
    expect(seen).toEqual([
      ['added', { jobId: '1', name: 'pay' }],
      ['waiting', { jobId: '1' }],
      ['active', { jobId: '1', prev: 'waiting' }],
      ['waiting', { jobId: '1', prev: 'active' }],
      ['active', { jobId: '1', prev: 'waiting' }],
      ['progress', { jobId: '1', data: 50 }],
      ['completed', { jobId: '1', returnvalue: { ok: true }, prev: 'active' }],
    ]);
  });

  it('tell of a final failure and that the retries are exhausted', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const events = track(new sqlite.QueueEvents('jobs', { connection: { file } }));
    const failed = next(events, 'failed');
    const exhausted = next(events, 'retries-exhausted');
    openWorker(file, async () => {
      throw new Error('broken');
    });
    await queue.add('job', {});
    expect((await failed)[0]).toEqual({ jobId: '1', failedReason: 'broken', prev: 'active' });
    expect((await exhausted)[0]).toEqual({ jobId: '1', attemptsMade: '1' });
  });

  it('let waitUntilFinished give the result or throw the reason', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const events = track(new sqlite.QueueEvents('jobs', { connection: { file } }));
    openWorker(file, async ({ name }) => {
      if (name === 'bad') throw new Error('not today');
      return 42;
    });
    const good = await queue.add('good', {});
    const bad = await queue.add('bad', {});
    expect(await good.waitUntilFinished(events)).toBe(42);
    await expect(bad.waitUntilFinished(events)).rejects.toThrow('not today');
  });

  it('begin with the past when told where', async () => {
    const file = newFile();
    const queue = openQueue(file);
    await queue.add('before', {}, { jobId: 'b' });
    const events = track(new sqlite.QueueEvents('jobs', { connection: { file }, lastEventId: '0' }));
    const [args, id] = await next<[{ jobId: string }, string]>(events, 'waiting');
    expect(args.jobId).toBe('b');
    expect(id).toMatch(/^\d+-\d+$/);
    const [, index = ''] = id.split('-');
    const later = await backendOf(queue).readEvents(id, 1);
    expect(Number(index)).toBe(1);
    expect(later ?? null).toBeNull();
  });

  it('carry events of the application', async () => {
    const file = newFile();
    const events = track(new sqlite.QueueEvents('jobs', { connection: { file } }));
    const producer = track(new sqlite.QueueEventsProducer('jobs', { connection: { file } }));
    const custom = next(events, 'shipped');
    await producer.publishEvent({ eventName: 'shipped', parcel: 'p1', items: 3 });
    expect((await custom)[0]).toEqual({ parcel: 'p1', items: '3' });
  });

  it('are kept up to a limit, the newest', async () => {
    const file = newFile();
    const queue = openQueue(file, 'jobs', { streams: { events: { maxLen: 20 } } });
    await queue.waitUntilReady();
    for (let n = 0; n < 60; n += 1) await queue.add('job', {});
    const backend = backendOf(queue);
    const kept = (await backend.readEvents('0', 1))?.[0]?.[1] ?? [];
    expect(kept.length).toBeGreaterThanOrEqual(20);
    expect(kept.length).toBeLessThanOrEqual(22);
    expect(kept.at(-1)?.[1]).toEqual(['event', 'waiting', 'jobId', '60']);
    await queue.trimEvents(4);
    expect((await backend.readEvents('0', 1))?.[0]?.[1]).toHaveLength(4);
    await queue.trimEvents(0);
    expect(await backend.readEvents('0', 1)).toBeNull();
  });
});

describe('closing', () => {
  it('lets what was asked for before be committed', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const added = queue.add('job', {});
    await queue.close();
    expect((await added).id).toBe('1');
    expect(await openQueue(file).getWaitingCount()).toBe(1);
  });

  it('answers calls that come later with a closed connection', async () => {
    const queue = openQueue();
    await queue.close();
    await expect(queue.add('job', {})).rejects.toThrow('Connection is closed.');
    await expect(queue.getJobCounts()).rejects.toThrow('Connection is closed.');
  });

  it('of one queue leaves the others on the file open', async () => {
    const file = newFile();
    const first = openQueue(file, 'first');
    const second = openQueue(file, 'second');
    await first.close();
    await first.close();
    await second.add('job', {});
    expect(await second.getWaitingCount()).toBe(1);
  });

  it('of a QueueEvents that waits is immediate', async () => {
    const events = track(
      new sqlite.QueueEvents('jobs', { connection: { file: newFile() }, blockingTimeout: 0 }),
    );
    await events.waitUntilReady();
    const listening = backendOf(events);
    await events.close();
    expect(listening.closing).toBeInstanceOf(Promise);
  });
});
