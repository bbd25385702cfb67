import {
  createTraceContext,
  currentSignal,
  getCurrentTrace,
  remainingMs,
  runWithTrace,
  withDeadline,
} from '@holdfast/context';
import { ManualClock } from '@holdfast/context/testing';
import { freePort } from '@holdfast/test-servers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createJobQueue, type JobQueue, type JobQueueOptions } from '../src/index.ts';
import { passTime } from './pass-time.ts';

type Data = { n: number };

describe("what whenUnavailable: 'direct' runs in the process of the producer", () => {
  const queues: JobQueue<Data>[] = [];
  afterEach(async () => {
    for (const queue of queues.splice(0)) await queue.close();
  });

  async function create(options: Partial<JobQueueOptions<Data>> = {}): Promise<JobQueue<Data>> {
    const connection = { host: '127.0.0.1', port: await freePort() };
    const queue = createJobQueue<Data>({
      queueName: 'direct',
      connection,
      whenUnavailable: 'direct',
      closeTimeoutMs: 100,
      onError: () => {},
      ...options,
    });
    queues.push(queue);
    return queue;
  }

  /** Waits until the connection is known to be away: then an enqueue has all its time for the processor. */
  async function createAway(
    options: Partial<JobQueueOptions<Data>> = {},
  ): Promise<{ queue: JobQueue<Data>; clock: ManualClock }> {
    const clock = new ManualClock();
    const queue = await create({ clock, enqueueTimeoutMs: 2000, ...options });
    const first = expect(queue.ready()).rejects.toMatchObject({ code: 'ERR_QUEUE_UNAVAILABLE' });
    await clock.advance(2000);
    await first;
    return { queue, clock };
  }

  it('has the trace of its producer, but neither its deadline nor its signal', async () => {
    const queue = await create({ enqueueTimeoutMs: 1000 });
    const context = createTraceContext({ requestId: 'req-1', userId: 'ann' });
    const seen: unknown[] = [];
    queue.setProcessor((job) => {
      const trace = getCurrentTrace();
      seen.push(remainingMs(), currentSignal() === job.signal, trace?.requestId, trace?.userId);
      seen.push(trace?.traceId === context.traceId);
    });
    const added = runWithTrace(context, () => withDeadline(60_000, () => queue.add('count', { n: 1 })));
    expect((await added).status).toBe('processedDirectly');
    expect(seen).toEqual([Number.POSITIVE_INFINITY, true, 'req-1', 'ann', true]);
  });

  it('goes on when the time of the enqueue is up, which says so', async () => {
    const { queue, clock } = await createAway();
    const { promise, resolve } = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const done = vi.fn();
    queue.setProcessor(async ({ signal }) => {
      begun.resolve();
      await promise;
      done(signal.aborted);
    });
    const added = expect(queue.add('slow', { n: 1 }, { id: 'one' })).rejects.toMatchObject({
      name: 'DirectProcessingUnfinishedError',
      code: 'ERR_QUEUE_DIRECT_UNFINISHED',
      message:
        'The queue "direct" is unavailable and the event, processed directly, was not done in the 2000 ms that were left of the enqueue; the processor goes on. Let the sender deliver the event again.',
    });
    await begun.promise;
    await clock.advance(2000);
    await added;
    expect(done).not.toHaveBeenCalled();
    resolve();
    await expect.poll(() => done.mock.calls).toEqual([[false]]);
  });

  it('tells onError of a failure that comes after the answer', async () => {
    const late = Promise.withResolvers<Error>();
    const { queue, clock } = await createAway({
      onError: (error) => {
        if ('code' in error && error.code === 'ERR_QUEUE_DIRECT_PROCESSING') late.resolve(error);
      },
    });
    const work = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    queue.setProcessor(() => {
      begun.resolve();
      return work.promise;
    });
    const added = expect(queue.add('slow', { n: 1 })).rejects.toMatchObject({
      code: 'ERR_QUEUE_DIRECT_UNFINISHED',
    });
    await begun.promise;
    await clock.advance(2000);
    await added;
    work.reject(new Error('the effect failed'));
    expect((await late.promise).cause).toMatchObject({ message: 'the effect failed' });
  });

  it('runs once for two enqueues of one id at the same time, and both wait for it', async () => {
    const { queue } = await createAway();
    const work = Promise.withResolvers<void>();
    const processor = vi.fn(() => work.promise);
    queue.setProcessor(processor);
    const answers = [queue.add('x', { n: 1 }, { id: 'same' }), queue.add('x', { n: 1 }, { id: 'same' })];
    await expect.poll(() => processor.mock.calls.length).toBe(1);
    work.resolve();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([
      'processedDirectly',
      'processedDirectly',
    ]);
    expect(processor).toHaveBeenCalledTimes(1);
  });

  it('is stopped by jobTimeoutMs like every attempt', async () => {
    const { queue, clock } = await createAway({ jobTimeoutMs: 100 });
    const begun = Promise.withResolvers<void>();
    queue.setProcessor(({ signal }) => {
      begun.resolve();
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    const added = expect(queue.add('slow', { n: 1 })).rejects.toMatchObject({
      code: 'ERR_QUEUE_DIRECT_PROCESSING',
      cause: { code: 'ERR_QUEUE_JOB_TIMEOUT' },
    });
    await begun.promise;
    await clock.advance(100);
    await added;
  });

  it('is asked to stop when close has waited long enough', async () => {
    const { queue, clock } = await createAway();
    const reason = Promise.withResolvers<unknown>();
    const begun = Promise.withResolvers<void>();
    queue.setProcessor(({ signal }) => {
      begun.resolve();
      return new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => {
          reason.resolve(signal.reason);
          resolve();
        });
      });
    });
    const added = queue.add('slow', { n: 1 });
    await begun.promise;
    // When close begins to count depends on the server that is away.
    await passTime(clock, Promise.all([queue.close(), added]));
    expect(await reason.promise).toMatchObject({ code: 'ERR_QUEUE_JOB_ABORTED' });
  });
});
