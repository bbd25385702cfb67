import { currentSignal, withDeadline } from '@holdfast/context';
import { ManualClock } from '@holdfast/context/testing';
import { describe, expect, it } from 'vitest';
import { manualFunction, watch } from '../test/deferred.ts';
import { createBulkhead } from './bulkhead.ts';
import { CircuitBreaker, createCircuitBreaker } from './circuit-breaker.ts';
import { createResilientFunction } from './resilient-function.ts';
import { createRetryBudget } from './retry-budget.ts';

const down = new Error('down');

describe('createResilientFunction', () => {
  it('without options only calls', async () => {
    const resilient = createResilientFunction(async function add(a: number, b: number) {
      return a + b;
    });
    expect(await resilient.execute(2, 3)).toBe(5);
    expect(resilient.getStats()).toEqual({ name: 'add' });
  });

  it('tries again, each attempt through the circuit, until the circuit refuses', async () => {
    const clock = new ManualClock();
    let calls = 0;
    const resilient = createResilientFunction(
      async () => {
        calls += 1;
        throw down;
      },
      {
        clock,
        circuitBreaker: { name: 'api', failureThreshold: 2 },
        retry: { maxAttempts: 5, jitter: false },
      },
    );
    const call = watch(resilient.execute());
    await clock.advance(10_000);
    expect(calls).toBe(2);
    expect(call.value).toMatchObject({ code: 'ERR_CIRCUIT_OPEN', circuit: 'api' });
    expect(resilient.getStats()).toMatchObject({
      name: 'api',
      circuitBreaker: { state: 'OPEN', failureCount: 2 },
      retry: { calls: 1, retries: 2, gaveUp: 1 },
    });
  });

  it('limits each attempt by timeoutMs, which the default timeout of the circuit does not shorten', async () => {
    const clock = new ManualClock();
    const fn = manualFunction();
    const resilient = createResilientFunction(fn, {
      clock,
      circuitBreaker: {},
      timeoutMs: 20_000,
      retry: { jitter: false },
    });
    const call = watch(resilient.execute());
    await clock.advance(19_999);
    expect(fn.calls).toBe(1);
    await clock.advance(101);
    expect(fn.calls).toBe(2);
    fn.succeed(1, 'fine');
    await clock.advance(0);
    expect(call.value).toBe('fine');
  });

  it('takes the shorter where both timeoutMs and the timeout of the circuit are given', async () => {
    const clock = new ManualClock();
    const resilient = createResilientFunction(manualFunction(), {
      clock,
      timeoutMs: 5000,
      circuitBreaker: { timeout: 300 },
    });
    const call = watch(resilient.execute());
    await clock.advance(300);
    expect(call.value).toMatchObject({ timeoutMs: 300 });
  });

  it('never retries or counts a full bulkhead', async () => {
    const clock = new ManualClock();
    const fn = manualFunction();
    const resilient = createResilientFunction(fn, {
      clock,
      bulkhead: { name: 'api', maxConcurrent: 1 },
      circuitBreaker: { failureThreshold: 1, volumeThreshold: 1, timeout: false },
      retry: {},
    });
    watch(resilient.execute());
    const refused = [watch(resilient.execute()), watch(resilient.execute())];
    await clock.advance(1000);
    for (const call of refused) expect(call.value).toMatchObject({ code: 'ERR_BULKHEAD_REJECTED' });
    expect(resilient.getStats()).toMatchObject({
      circuitBreaker: { state: 'CLOSED', recentRequests: 0 },
      bulkhead: { active: 1, rejections: 2 },
      retry: { retries: 0 },
    });
  });

  it('aborts the attempt that timed out, and only that one', async () => {
    const clock = new ManualClock();
    const signals: (AbortSignal | undefined)[] = [];
    const resilient = createResilientFunction(
      () => {
        signals.push(currentSignal());
        return new Promise(() => {});
      },
      { clock, timeoutMs: 100, retry: { maxAttempts: 2, jitter: false, initialDelayMs: 10 } },
    );
    watch(resilient.execute());
    await clock.advance(110);
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, false]);
  });

  it('ends as a whole at deadlineMs', async () => {
    const clock = new ManualClock();
    const fn = manualFunction();
    const resilient = createResilientFunction(fn, {
      clock,
      deadlineMs: 250,
      timeoutMs: 200,
      retry: { jitter: false, initialDelayMs: 10 },
    });
    const call = watch(resilient.execute());
    await clock.advance(250);
    expect(fn.calls).toBe(2);
    expect(call.value).toMatchObject({ code: 'ERR_CALL_TIMEOUT', timeoutMs: 40 });
  });

  it('does not count against the circuit, nor call, when no time is left', async () => {
    const clock = new ManualClock();
    const fn = manualFunction();
    const resilient = createResilientFunction(fn, {
      clock,
      circuitBreaker: { failureThreshold: 1 },
      bulkhead: {},
    });
    const call = withDeadline(0, () => watch(resilient.execute()), { clock });
    await clock.advance(0);
    expect(call.value).toMatchObject({ code: 'ERR_NO_TIME_LEFT', failureClass: 'overload' });
    expect(fn.calls).toBe(0);
    expect(resilient.getStats()).toMatchObject({
      circuitBreaker: { state: 'CLOSED' },
      bulkhead: { active: 0 },
    });
  });

  it('does not count against the circuit what the caller cancelled', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const resilient = createResilientFunction(manualFunction(), {
      clock,
      circuitBreaker: { failureThreshold: 1 },
    });
    const call = withDeadline(Number.POSITIVE_INFINITY, () => watch(resilient.execute()), {
      signal: controller.signal,
      clock,
    });
    controller.abort(new Error('client left'));
    await clock.advance(0);
    expect(call.value).toEqual(new Error('client left'));
    expect(resilient.getStats()).toMatchObject({ circuitBreaker: { state: 'CLOSED', recentRequests: 0 } });
  });

  it('does not count against the circuit what the caller cancelled while it waited for a place', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const fn = manualFunction();
    const resilient = createResilientFunction(fn, {
      clock,
      circuitBreaker: { failureThreshold: 1 },
      bulkhead: { maxConcurrent: 1, maxQueue: 1 },
    });
    watch(resilient.execute());
    const waiting = withDeadline(Number.POSITIVE_INFINITY, () => watch(resilient.execute()), {
      signal: controller.signal,
      clock,
    });
    controller.abort(new Error('client left'));
    await clock.advance(0);
    expect(waiting.value).toEqual(new Error('client left'));
    expect(resilient.getStats()).toMatchObject({ circuitBreaker: { state: 'CLOSED', recentRequests: 0 } });
    expect(fn.calls).toBe(1);
  });

  it('answers with the fallback when every attempt failed, or the circuit refused', async () => {
    const clock = new ManualClock();
    const breaker = createCircuitBreaker(async () => 1, { name: 'shared', failureThreshold: 2, clock });
    const resilient = createResilientFunction((id: number) => Promise.reject(new Error(`no ${id}`)), {
      clock,
      circuitBreaker: breaker,
      retry: { maxAttempts: 2, initialDelayMs: 0 },
      fallback: (id, error) => `${id}: ${(error as Error).name}`,
    });
    const first = watch(resilient.execute(7));
    await clock.advance(100);
    expect(first.value).toBe('7: Error');
    expect(await resilient.execute(8)).toBe('8: CircuitOpenError');
    expect(breaker.getMetrics().fallbacks).toBe(2);
  });

  it('leaves a permanent failure to the caller although there is a fallback', async () => {
    const wrong = Object.assign(new Error('wrong'), { status: 422 });
    const resilient = createResilientFunction(() => Promise.reject(wrong), { fallback: () => 'other' });
    await expect(resilient.execute()).rejects.toBe(wrong);
  });

  it('shares a breaker, a bulkhead and a budget between functions of one dependency', async () => {
    const clock = new ManualClock();
    const circuitBreaker = new CircuitBreaker({ name: 'db', failureThreshold: 2, clock });
    const bulkhead = createBulkhead({ name: 'db', maxConcurrent: 1, clock });
    const budget = createRetryBudget({ floor: 1, ratio: 0, clock });
    const shared = { clock, circuitBreaker, bulkhead, retry: { maxAttempts: 2, initialDelayMs: 0, budget } };
    const read = createResilientFunction(() => Promise.reject(down), shared);
    const write = createResilientFunction(async () => 'written', shared);
    const first = watch(read.execute());
    await clock.advance(0);
    expect(first.value).toBe(down);
    expect(budget.getStats()).toMatchObject({ calls: 1, retries: 1 });
    await expect(write.execute()).rejects.toMatchObject({ circuit: 'db' });
  });

  it('has a retry budget of its own unless it is switched off', async () => {
    const clock = new ManualClock();
    const retried = async (budget?: false) => {
      let calls = 0;
      const resilient = createResilientFunction(
        () => {
          calls += 1;
          throw down;
        },
        { clock, retry: { maxAttempts: 2, initialDelayMs: 0, ...(budget === false && { budget }) } },
      );
      for (let call = 0; call < 100; call += 1) watch(resilient.execute());
      await clock.advance(1);
      return calls;
    };
    expect(await retried()).toBe(130);
    expect(await retried(false)).toBe(200);
  });

  it('refuses wrong options', () => {
    expect(() => createResilientFunction(() => 1, { timeoutMs: 0 })).toThrow(
      'timeoutMs is 0; it must be a number of milliseconds above 0.',
    );
    expect(() => createResilientFunction(undefined as unknown as () => number)).toThrow(
      'fn is undefined; it must be a function.',
    );
  });
});
