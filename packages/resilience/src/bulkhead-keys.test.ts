import { withDeadline } from '@holdfast/context';
import { ManualClock } from '@holdfast/context/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { watch } from '../test/deferred.ts';
import { createBulkhead } from './bulkhead.ts';
import type { BulkheadOptions } from './bulkhead-options.ts';
import { createResilientFunction } from './resilient-function.ts';

/** A bulkhead, and calls named `tenant + number` that end one at a time as told. */
function setUp(options: BulkheadOptions) {
  const clock = new ManualClock();
  const bulkhead = createBulkhead({ name: 'db', clock, ...options });
  const order: string[] = [];
  const running: { name: string; end: () => void }[] = [];
  const call = (name: string, key: string | undefined = name[0]) =>
    watch(
      bulkhead.execute(
        () => {
          order.push(name);
          return new Promise<void>((end) => running.push({ name, end }));
        },
        key === undefined ? {} : { key },
      ),
    );
  const endNext = async (count = 1) => {
    for (let ended = 0; ended < count; ended += 1) {
      running.shift()?.end();
      await clock.advance(0);
    }
  };
  return { clock, bulkhead, order, running, call, endNext };
}

describe('a bulkhead with keys', () => {
  it('lets keys that wait take turns, so that a tenant with a thousand calls delays another by one', async () => {
    const { call, order, endNext } = setUp({ maxConcurrent: 1, maxQueue: 2000 });
    for (let index = 0; index < 1000; index += 1) call(`a${index}`);
    call('b0');
    call('b1');
    call('c0');
    await endNext(7);
    expect(order).toEqual(['a0', 'b0', 'c0', 'a1', 'b1', 'a2', 'a3', 'a4']);
  });

  it('serves the calls of one key first come first served', async () => {
    const { call, order, endNext } = setUp({ maxConcurrent: 1, maxQueue: 10 });
    for (const name of ['a0', 'a1', 'a2', 'a3']) call(name);
    await endNext(4);
    expect(order).toEqual(['a0', 'a1', 'a2', 'a3']);
  });

  it('limits how many calls of one key run, and lets others past those that wait for that', async () => {
    const { call, order, bulkhead, endNext } = setUp({
      maxConcurrent: 3,
      maxConcurrentPerKey: 2,
      maxQueue: 10,
    });
    for (const name of ['a0', 'a1', 'a2', 'a3', 'b0']) call(name);
    expect(order).toEqual(['a0', 'a1', 'b0']);
    expect(bulkhead.getStats()).toMatchObject({ active: 3, queued: 2, keys: 2 });
    await endNext();
    expect(order).toEqual(['a0', 'a1', 'b0', 'a2']);
  });

  it('gives a place of a full queue to the key that has fewer there: the last of the longest gives way', async () => {
    const { call, bulkhead, endNext, order } = setUp({ maxConcurrent: 1, maxQueue: 3 });
    call('a0');
    const waiting = ['a1', 'a2', 'a3'].map((name) => call(name));
    const other = call('b0');
    const third = call('c0');
    await endNext(0);
    const refused = call('a4');
    await endNext();
    expect(waiting.map(({ state }) => state)).toEqual(['pending', 'rejected', 'rejected']);
    expect(waiting[2]?.value).toMatchObject({ code: 'ERR_BULKHEAD_REJECTED', reason: 'full' });
    expect([other.state, third.state, refused.state]).toEqual(['pending', 'pending', 'rejected']);
    expect(bulkhead.getStats()).toMatchObject({ rejections: 3, queued: 2 });
    await endNext(3);
    expect(order).toEqual(['a0', 'b0', 'c0', 'a1']);
  });

  it('takes the key from the arguments of a resilient function; without one, or one that throws, calls share', async () => {
    const clock = new ManualClock();
    const started: string[] = [];
    const ends: (() => void)[] = [];
    const resilient = createResilientFunction(
      (tenant: string) => {
        started.push(tenant);
        return new Promise<void>((end) => ends.push(end));
      },
      {
        clock,
        bulkhead: {
          maxConcurrent: 10,
          maxConcurrentPerKey: 1,
          maxQueue: 10,
          key: (tenant: string) => {
            if (tenant === 'thrower') throw new Error('no key');
            return tenant === 'nobody' ? undefined : tenant;
          },
        },
      },
    );
    for (const tenant of ['a', 'a', 'b', 'nobody', 'thrower']) watch(resilient.execute(tenant));
    expect(started).toEqual(['a', 'b', 'nobody']);
    for (let ended = 0; ended < 3; ended += 1) ends[ended]?.();
    await clock.advance(0);
    expect(started).toEqual(['a', 'b', 'nobody', 'a', 'thrower']);
  });

  it('forgets a key whose calls have all ended, timed out or been refused', async () => {
    const { call, bulkhead, clock, endNext } = setUp({ maxConcurrent: 1, maxQueue: 1, queueTimeoutMs: 50 });
    for (const name of ['a0', 'b0', 'c0']) call(name);
    await clock.advance(50);
    expect(bulkhead.getStats()).toMatchObject({ keys: 1, queued: 0, rejections: 2 });
    await endNext();
    expect(bulkhead.getStats()).toMatchObject({ keys: 0, active: 0 });
  });

  it('leaves the queue when the caller gives up, whatever the key', async () => {
    const { call, bulkhead, clock, endNext, order } = setUp({ maxConcurrent: 1, maxQueue: 5 });
    const controller = new AbortController();
    call('a0');
    withDeadline(10_000, () => call('b0'), { clock, signal: controller.signal });
    call('c0');
    controller.abort();
    await endNext(2);
    expect(order).toEqual(['a0', 'c0']);
    expect(bulkhead.getStats()).toMatchObject({ keys: 0, queued: 0, active: 0 });
  });

  it('refuses wrong options', () => {
    expect(() => createBulkhead({ maxConcurrent: 2, maxConcurrentPerKey: 3 })).toThrow(
      'maxConcurrentPerKey is 3; it must be a whole number from 1 to 2.',
    );
    expect(() => createBulkhead({ key: 'tenant' as unknown as () => string })).toThrow(
      'key is "tenant"; it must be a function.',
    );
  });

  it('never exceeds a limit, never leaves a place free that someone could take, and forgets everyone', async () => {
    const options = fc
      .record({ maxConcurrent: fc.integer({ min: 1, max: 4 }), maxQueue: fc.integer({ min: 0, max: 6 }) })
      .chain((base) =>
        fc.record({
          maxConcurrent: fc.constant(base.maxConcurrent),
          maxQueue: fc.constant(base.maxQueue),
          maxConcurrentPerKey: fc.integer({ min: 1, max: base.maxConcurrent }),
        }),
      );
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('a', 'b', 'c', undefined) },
      { weight: 2, arbitrary: fc.nat(9) },
    );
    await fc.assert(
      fc.asyncProperty(options, fc.array(step, { maxLength: 60 }), async (limits, steps) => {
        const { call, bulkhead, running, clock } = setUp(limits);
        let calls = 0;
        for (const action of steps) {
          if (typeof action === 'number') running.splice(action % Math.max(1, running.length), 1)[0]?.end();
          else call(`${action ?? '-'}${calls++}`, action);
          await clock.advance(0);
          const { active, queued } = bulkhead.getStats();
          const activeOf = (key: string) => running.filter(({ name }) => name[0] === key).length;
          expect(active).toBe(running.length);
          expect(active).toBeLessThanOrEqual(limits.maxConcurrent);
          expect(queued).toBeLessThanOrEqual(limits.maxQueue);
          for (const key of ['a', 'b', 'c', '-'])
            expect(activeOf(key)).toBeLessThanOrEqual(limits.maxConcurrentPerKey);
          if (queued > 0 && active < limits.maxConcurrent) {
            expect(['a', 'b', 'c', '-'].some((key) => activeOf(key) === limits.maxConcurrentPerKey)).toBe(
              true,
            );
          }
        }
        while (running.length > 0) {
          running.shift()?.end();
          await clock.advance(0);
        }
        expect(bulkhead.getStats()).toMatchObject({ active: 0, queued: 0, keys: 0 });
      }),
      { numRuns: 300 },
    );
  });
});
