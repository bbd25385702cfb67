import { EventEmitter } from 'node:events';
import { currentSignal } from '@holdfast/context';
import { ManualClock } from '@holdfast/context/testing';
import Opossum from 'opossum';
import { describe, expect, it } from 'vitest';
import { createCircuitBreaker } from '../src/circuit-breaker.ts';
import type { CircuitBreakerSettings } from '../src/circuit-options.ts';
import { createResilientFunction } from '../src/resilient-function.ts';
import { manualFunction, watch } from './deferred.ts';

const down = new Error('down');

function setUp(settings: CircuitBreakerSettings = {}) {
  const clock = new ManualClock();
  const fn = manualFunction();
  const breaker = createCircuitBreaker(fn, {
    clock,
    timeout: false,
    resetTimeout: 1000,
    resetTimeoutJitterRatio: 0,
    ...settings,
  });
  return { clock, fn, breaker };
}

/** What opossum 10.0.0 does wrong, as seen by running it: none of it shows through, on whichever opossum is loaded. */
export function describeDefects(version: string): void {
  describe(`a breaker on ${version}`, () => {
    it('does not count a success that began before the circuit opened towards closing it', async () => {
      const { breaker, fn, clock } = setUp({ failureThreshold: 1, successThreshold: 1 });
      watch(breaker.fire());
      watch(breaker.fire());
      fn.fail(1, down);
      await clock.advance(1000);
      watch(breaker.fire());
      expect(breaker.state).toBe('HALF_OPEN');
      fn.succeed(0);
      await clock.advance(0);
      expect(breaker.state).toBe('HALF_OPEN');
      fn.succeed(2);
      await clock.advance(0);
      expect(breaker.state).toBe('CLOSED');
    });

    it('does not count a failure that began before the circuit closed again', async () => {
      const { breaker, fn, clock } = setUp({ failureThreshold: 1 });
      watch(breaker.fire());
      breaker.open();
      breaker.close();
      fn.fail(0, down);
      await clock.advance(0);
      expect(breaker.state).toBe('CLOSED');
      expect(breaker.getStats().failureCount).toBe(0);
    });

    it('does not open because its own bulkhead is full', async () => {
      const clock = new ManualClock();
      const fn = manualFunction();
      const resilient = createResilientFunction(fn, {
        clock,
        bulkhead: { maxConcurrent: 1 },
        circuitBreaker: { errorThresholdPercentage: 50, volumeThreshold: 1, timeout: false },
      });
      for (let call = 0; call < 10; call += 1) watch(resilient.execute());
      fn.succeed(0);
      await clock.advance(0);
      expect(resilient.getStats()).toMatchObject({
        circuitBreaker: { state: 'CLOSED', successCount: 1, failureCount: 0 },
        bulkhead: { rejections: 9 },
      });
    });

    it('gives a half-open trial its place back when the bulkhead had none', async () => {
      const clock = new ManualClock();
      const fn = manualFunction();
      const breaker = createCircuitBreaker(fn, { clock, resetTimeout: 0, successThreshold: 1 });
      const resilient = createResilientFunction(fn, {
        clock,
        circuitBreaker: breaker,
        bulkhead: { maxConcurrent: 1 },
      });
      watch(resilient.execute());
      breaker.open();
      watch(resilient.execute());
      await clock.advance(0);
      expect(breaker.state).toBe('HALF_OPEN');
      fn.succeed(0);
      await clock.advance(0);
      watch(resilient.execute());
      fn.succeed(1);
      await clock.advance(0);
      expect(breaker.state).toBe('CLOSED');
    });

    it('is not half-open for ever when the trial call hangs and there is no timeout', async () => {
      const { breaker, clock, fn } = setUp();
      breaker.open();
      await clock.advance(1000);
      const probe = watch(breaker.fire());
      await clock.advance(30_000);
      expect(probe.state).toBe('rejected');
      expect(breaker.state).toBe('OPEN');
      await clock.advance(1000);
      watch(breaker.fire());
      expect(fn.calls).toBe(2);
    });

    it('does not free the place of timed-out work that goes on: two places are never ten calls', async () => {
      const clock = new ManualClock();
      const fn = manualFunction();
      let most = 0;
      const resilient = createResilientFunction(fn, {
        clock,
        timeoutMs: 10,
        bulkhead: { maxConcurrent: 2, abortGraceMs: Number.POSITIVE_INFINITY },
      });
      for (let round = 0; round < 5; round += 1) {
        watch(resilient.execute());
        watch(resilient.execute());
        await clock.advance(20);
        most = Math.max(most, fn.calls);
      }
      expect(most).toBe(2);
      expect(resilient.getStats()).toMatchObject({ bulkhead: { active: 2, rejections: 8 } });
    });

    it('does not open at the first failure by default, and opens at exactly the threshold', async () => {
      const { breaker, fn, clock } = setUp();
      watch(breaker.fire());
      fn.fail(0, down);
      await clock.advance(0);
      expect(breaker.state).toBe('CLOSED');
      const half = setUp({ errorThresholdPercentage: 50, volumeThreshold: 2 });
      watch(half.breaker.fire());
      watch(half.breaker.fire());
      half.fn.succeed(0);
      await half.clock.advance(0);
      half.fn.fail(1, down);
      await half.clock.advance(0);
      expect(half.breaker.state).toBe('OPEN');
    });

    it('aborts only the call that timed out, and never hands out an aborted signal', async () => {
      const clock = new ManualClock();
      const signals: (AbortSignal | undefined)[] = [];
      const breaker = createCircuitBreaker(
        () => {
          signals.push(currentSignal());
          return new Promise(() => {});
        },
        { clock, timeout: 100, failureThreshold: false },
      );
      watch(breaker.fire());
      await clock.advance(50);
      watch(breaker.fire());
      await clock.advance(50);
      watch(breaker.fire());
      expect(signals.map((signal) => signal?.aborted)).toEqual([true, false, false]);
    });

    it('counts an excused error as neither, and the caller gets it', async () => {
      const { breaker, fn, clock } = setUp({ errorFilter: () => true, successThreshold: 1 });
      breaker.open();
      await clock.advance(1000);
      const call = watch(breaker.fire());
      fn.fail(0, down);
      await clock.advance(0);
      expect(call.value).toBe(down);
      expect(breaker.state).toBe('HALF_OPEN');
      expect(breaker.getMetrics()).toMatchObject({ successes: 0, failures: 0, ignored: 1 });
    });

    it('keeps no latency, listener or timer for calls that are over', async () => {
      const { breaker, clock } = setUp({ timeout: 1000 });
      const quick = createCircuitBreaker(() => 1, { clock });
      for (let call = 0; call < 5000; call += 1) await quick.fire();
      for (let day = 0; day < 24; day += 1) {
        breaker.open();
        await clock.advance(3_600_000);
        watch(breaker.fire());
        breaker.close();
      }
      await clock.advance(60_000);
      expect(clock.pendingTimers).toBe(0);
    });

    it('lets no listener change an outcome, nor leave the caller waiting', async () => {
      const { breaker, fn, clock } = setUp();
      const explode = () => {
        throw new Error('listener');
      };
      breaker.on('success', explode).on('failure', explode);
      const good = watch(breaker.fire());
      const bad = watch(breaker.fire());
      fn.succeed(0, 'fine');
      fn.fail(1, down);
      await clock.advance(0);
      expect(good).toEqual({ state: 'fulfilled', value: 'fine' });
      expect(bad).toEqual({ state: 'rejected', value: down });
      expect(breaker.getMetrics()).toMatchObject({ successes: 1, failures: 1 });
    });

    it('takes undefined for a result', async () => {
      const breaker = createCircuitBreaker(() => undefined);
      expect(await breaker.fire()).toBe(undefined);
      expect(breaker.getStats().successCount).toBe(1);
    });

    it('starts a fresh window when it has recovered, so that one failure does not open it again', async () => {
      const { breaker, fn, clock } = setUp({
        failureThreshold: 3,
        errorThresholdPercentage: 50,
        volumeThreshold: 3,
        successThreshold: 1,
      });
      for (let call = 0; call < 3; call += 1) {
        watch(breaker.fire());
        fn.fail(call, down);
        await clock.advance(0);
      }
      await clock.advance(1000);
      watch(breaker.fire());
      fn.succeed(3);
      await clock.advance(0);
      watch(breaker.fire());
      fn.fail(4, down);
      await clock.advance(0);
      expect(breaker.getStats()).toMatchObject({ state: 'CLOSED', failureCount: 1, successCount: 0 });
    });

    it('does not let calls under way or refused calls dilute the error rate', async () => {
      const { breaker, fn, clock } = setUp({ errorThresholdPercentage: 100, volumeThreshold: 2 });
      for (let call = 0; call < 50; call += 1) watch(breaker.fire());
      fn.fail(0, down);
      fn.fail(1, down);
      await clock.advance(0);
      expect(breaker.state).toBe('OPEN');
      watch(breaker.fire());
      await clock.advance(0);
      expect(breaker.getStats()).toMatchObject({ errorRate: 1, recentRequests: 2 });
    });

    it('with its percentage off does not open because a call outlived the window', async () => {
      const { breaker, fn, clock } = setUp({
        errorThresholdPercentage: false,
        failureThreshold: false,
        windowSize: 1000,
      });
      watch(breaker.fire());
      await clock.advance(5000);
      fn.fail(0, down);
      await clock.advance(0);
      expect(breaker.state).toBe('CLOSED');
    });

    it('opened as soon as it is made stays open for its whole open time', async () => {
      const clock = new ManualClock();
      await clock.advance(500_000);
      const breaker = createCircuitBreaker(() => 1, {
        clock,
        resetTimeout: 1000,
        resetTimeoutJitterRatio: 0,
      });
      breaker.open();
      await clock.advance(999);
      await expect(breaker.fire()).rejects.toMatchObject({ code: 'ERR_CIRCUIT_OPEN' });
      await clock.advance(1);
      expect(await breaker.fire()).toBe(1);
    });
  });

  describe(`${version} itself, as the engine relies on it`, () => {
    const create = (halfOpen: boolean) =>
      new Opossum<[() => Promise<unknown>], unknown>((work) => work(), {
        name: 'raw',
        timeout: false,
        errorFilter: () => true,
        enableSnapshots: false,
        rollingPercentilesEnabled: false,
        rollingCountBuckets: 1,
        rotateBucketController: new EventEmitter(),
        state: { enabled: true, closed: !halfOpen, halfOpen, warmUp: false, shutdown: false },
      });

    it('is born half-open by its state option, and closed by close()', () => {
      const instance = create(true);
      expect(instance.halfOpen).toBe(true);
      instance.close();
      expect(instance.closed).toBe(true);
    });

    it('settles the calls under way after it was shut down', async () => {
      const instance = create(false);
      const work = manualFunction();
      const calls = [watch(instance.fire(work)), watch(instance.fire(work))];
      instance.open();
      instance.shutdown();
      work.succeed(0, 'fine');
      work.fail(1, down);
      await new ManualClock().advance(0);
      expect(calls.map((call) => call.value)).toEqual(['fine', down]);
    });

    it('hands an excused error to the caller and stays closed', async () => {
      const instance = create(false);
      await expect(instance.fire(() => Promise.reject(down))).rejects.toBe(down);
      expect(instance.closed).toBe(true);
    });
  });
}
