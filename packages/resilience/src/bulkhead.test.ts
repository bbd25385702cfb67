import { getEventListeners } from 'node:events';
import { withDeadline } from '@holdfast/context';
import { ManualClock } from '@holdfast/context/testing';
import { describe, expect, it } from 'vitest';
import { manualFunction, watch } from '../test/deferred.ts';
import { createBulkhead } from './bulkhead.ts';
import type { BulkheadOptions } from './bulkhead-options.ts';
import { RESILIENCE_DEFAULTS } from './options.ts';

function setUp(options: BulkheadOptions) {
  const clock = new ManualClock();
  const fn = manualFunction();
  const bulkhead = createBulkhead({ name: 'db', clock, ...options });
  return { clock, fn, bulkhead };
}

describe('createBulkhead', () => {
  it('has these defaults', () => {
    expect(RESILIENCE_DEFAULTS.bulkhead).toEqual({
      maxConcurrent: 10,
      maxQueue: 0,
      queueTimeoutMs: 10_000,
      abortGraceMs: 10_000,
    });
  });

  it('rejects at once what it has no place for', async () => {
    const { bulkhead, fn } = setUp({ maxConcurrent: 2 });
    watch(bulkhead.execute(fn));
    watch(bulkhead.execute(fn));
    await expect(bulkhead.execute(fn)).rejects.toMatchObject({
      name: 'BulkheadRejectedError',
      code: 'ERR_BULKHEAD_REJECTED',
      bulkhead: 'db',
      reason: 'full',
      message:
        'The bulkhead "db" is full and the call was not made. Try later, or raise maxConcurrent or maxQueue.',
    });
    expect(fn.calls).toBe(2);
    expect(bulkhead.getStats()).toEqual({
      name: 'db',
      active: 2,
      queued: 0,
      maxConcurrent: 2,
      rejections: 1,
      keys: 0,
    });
  });

  it('frees a place when the work settles, however it does', async () => {
    const { bulkhead, fn, clock } = setUp({ maxConcurrent: 1 });
    const first = watch(bulkhead.execute(fn));
    fn.succeed(0, 'one');
    await clock.advance(0);
    const second = watch(bulkhead.execute(fn));
    fn.fail(1, new Error('two'));
    await clock.advance(0);
    const third = watch(
      bulkhead.execute(() => {
        throw new Error('three');
      }),
    );
    await clock.advance(0);
    expect([first.value, second.value, third.value]).toEqual(['one', new Error('two'), new Error('three')]);
    expect(bulkhead.getStats().active).toBe(0);
  });

  it('lets up to maxQueue calls wait, first come first served', async () => {
    const { bulkhead, clock } = setUp({ maxConcurrent: 1, maxQueue: 2 });
    const order: string[] = [];
    const release = Promise.withResolvers<void>();
    const calls = ['a', 'b', 'c', 'd'].map((name) =>
      watch(
        bulkhead.execute(async () => {
          order.push(name);
          await release.promise;
        }),
      ),
    );
    await clock.advance(0);
    expect(bulkhead.getStats()).toMatchObject({ active: 1, queued: 2 });
    expect(calls[3]?.value).toMatchObject({ reason: 'full' });
    release.resolve();
    await clock.advance(0);
    expect(order).toEqual(['a', 'b', 'c']);
    expect(bulkhead.getStats()).toMatchObject({ active: 0, queued: 0 });
  });

  it('ends a wait after queueTimeoutMs', async () => {
    const { bulkhead, fn, clock } = setUp({ maxConcurrent: 1, maxQueue: 1, queueTimeoutMs: 500 });
    watch(bulkhead.execute(fn));
    const waiting = watch(bulkhead.execute(fn));
    await clock.advance(500);
    expect(waiting.value).toMatchObject({ reason: 'timeout' });
    expect(bulkhead.getStats().queued).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('ends a wait at the deadline of the context, and does not begin one when nothing is left', async () => {
    const { bulkhead, fn, clock } = setUp({ maxConcurrent: 1, maxQueue: 5, queueTimeoutMs: 10_000 });
    watch(bulkhead.execute(fn));
    const waiting = withDeadline(300, () => watch(bulkhead.execute(fn)), { clock });
    await clock.advance(300);
    expect(waiting.value).toMatchObject({ reason: 'timeout', failureClass: 'overload' });
    const late = withDeadline(0, () => watch(bulkhead.execute(fn)), { clock });
    await clock.advance(0);
    expect(late.value).toMatchObject({ reason: 'full' });
    expect(fn.calls).toBe(1);
    expect(bulkhead.getStats().queued).toBe(0);
  });

  it('ends a wait when the signal of the context aborts, with its reason', async () => {
    const { bulkhead, fn, clock } = setUp({
      maxConcurrent: 1,
      maxQueue: 5,
      queueTimeoutMs: Number.POSITIVE_INFINITY,
    });
    watch(bulkhead.execute(fn));
    const controller = new AbortController();
    const inContext = <T>(run: () => T): T =>
      withDeadline(Number.POSITIVE_INFINITY, run, { signal: controller.signal, clock });
    const waiting = inContext(() => watch(bulkhead.execute(fn)));
    controller.abort(new Error('gone'));
    await clock.advance(0);
    expect(waiting.value).toEqual(new Error('gone'));
    const late = inContext(() => watch(bulkhead.execute(fn)));
    await clock.advance(0);
    expect(late.value).toEqual(new Error('gone'));
    expect(bulkhead.getStats().queued).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('keeps the place of work whose caller has gone on, until it settles or its grace is over', async () => {
    const { bulkhead, fn, clock } = setUp({ maxConcurrent: 1, abortGraceMs: 1000 });
    withDeadline(100, () => watch(bulkhead.execute(fn)), { clock });
    await clock.advance(100);
    expect(bulkhead.getStats().active).toBe(1);
    await clock.advance(1000);
    expect(bulkhead.getStats().active).toBe(0);
    withDeadline(100, () => watch(bulkhead.execute(fn)), { clock });
    await clock.advance(100);
    fn.succeed(0);
    await clock.advance(0);
    expect(bulkhead.getStats().active).toBe(1);
    fn.succeed(1);
    await clock.advance(0);
    expect(bulkhead.getStats().active).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('refuses wrong options', () => {
    expect(() => createBulkhead({ maxConcurrent: 0 })).toThrow(
      'maxConcurrent is 0; it must be a whole number from 1 to 1000000.',
    );
    expect(() => createBulkhead({ queueTimeoutMs: -1 })).toThrow(
      'queueTimeoutMs is -1; it must be a number of milliseconds above 0.',
    );
  });
});
