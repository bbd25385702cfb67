import { getEventListeners } from 'node:events';
import { createTraceContext, runWithTrace, withDeadline } from '@holdfast/context';
import { ManualClock } from '@holdfast/context/testing';
import { describe, expect, it } from 'vitest';
import { watch } from '../test/deferred.ts';
import { BulkheadRejectedError, CircuitOpenError } from './errors.ts';
import { RESILIENCE_DEFAULTS } from './options.ts';
import { retryWithBackoff } from './retry.ts';
import { createRetryBudget } from './retry-budget.ts';
import type { RetryOptions } from './retry-options.ts';

const down = new Error('down');

/** A function that fails as often as told, and the times at which it was called. */
function failing(times: number, clock: ManualClock, error: unknown = down) {
  const calledAt: number[] = [];
  const fn = async () => {
    calledAt.push(clock.now());
    if (calledAt.length <= times) throw error;
    return 'fine';
  };
  return { fn, calledAt };
}

async function run(times: number, options: RetryOptions, error?: unknown) {
  const clock = new ManualClock();
  const { fn, calledAt } = failing(times, clock, error);
  const call = watch(retryWithBackoff(fn, { clock, jitter: false, ...options }));
  await clock.advance(1_000_000);
  return { call, calledAt, clock };
}

describe('retryWithBackoff', () => {
  it('has these defaults', () => {
    expect(RESILIENCE_DEFAULTS.retry).toEqual({
      maxAttempts: 3,
      initialDelayMs: 100,
      maxDelayMs: 30_000,
      backoffMultiplier: 2,
      jitter: true,
      maxRetryAfterMs: 60_000,
    });
  });

  it('with maxAttempts 3 makes three calls in all', async () => {
    const { call, calledAt } = await run(9, { maxAttempts: 3 });
    expect(calledAt).toHaveLength(3);
    expect(call.value).toBe(down);
  });

  it('returns the first success', async () => {
    const { call, calledAt } = await run(1, {});
    expect(call.value).toBe('fine');
    expect(calledAt).toEqual([0, 100]);
  });

  it('waits longer each time, up to maxDelayMs', async () => {
    const { calledAt } = await run(9, {
      maxAttempts: 6,
      initialDelayMs: 100,
      backoffMultiplier: 3,
      maxDelayMs: 1000,
    });
    expect(calledAt).toEqual([0, 100, 400, 1300, 2300, 3300]);
  });

  it('waits a random part of the delay, from none to all of it', async () => {
    const parts = [0, 0.5, 0.999];
    const { calledAt } = await run(9, {
      maxAttempts: 4,
      initialDelayMs: 1000,
      jitter: true,
      random: () => parts.shift() ?? 0,
    });
    expect(calledAt).toEqual([0, 0, 1000, 4996]);
  });

  it('waits as long as Retry-After asks, and gives up where it asks too much', async () => {
    const asked = (seconds: number) => ({ status: 429, headers: { 'retry-after': String(seconds) } });
    expect((await run(1, {}, asked(7))).calledAt).toEqual([0, 7000]);
    expect((await run(1, {}, asked(61))).calledAt).toEqual([0]);
  });

  it.each<[string, unknown]>([
    ['a permanent failure', { status: 400 }],
    ['a cancelled call', new DOMException('stop', 'AbortError')],
    ['a CircuitOpenError', new CircuitOpenError('x', 1)],
    ['a full bulkhead', new BulkheadRejectedError('x', 'full')],
  ])('does not try %s again', async (_what, error) => {
    const { call, calledAt } = await run(1, {}, error);
    expect(calledAt).toEqual([0]);
    expect(call.value).toBe(error);
  });

  it('tries again by classifyFailure where one is given; one that throws counts as transient', async () => {
    expect((await run(1, { classifyFailure: () => 'permanent' })).calledAt).toEqual([0]);
    const broken = () => {
      throw new Error('broken');
    };
    expect((await run(1, { classifyFailure: broken })).calledAt).toEqual([0, 100]);
  });

  it('tells onRetry the error, the attempt that failed and the delay, and ignores what it throws', async () => {
    const told: unknown[] = [];
    const { call } = await run(2, {
      onRetry: (error, attempt, delayMs) => {
        told.push([error, attempt, delayMs]);
        throw new Error('listener');
      },
    });
    expect(told).toEqual([
      [down, 1, 100],
      [down, 2, 200],
    ]);
    expect(call.value).toBe('fine');
  });

  it('hands the attempt and a signal to the function', async () => {
    const clock = new ManualClock();
    const attempts: [number, boolean][] = [];
    const call = watch(
      retryWithBackoff(
        ({ attempt, signal }) => {
          attempts.push([attempt, signal.aborted]);
          throw down;
        },
        { clock, maxAttempts: 2 },
      ),
    );
    await clock.advance(1000);
    expect(call.state).toBe('rejected');
    expect(attempts).toEqual([
      [1, false],
      [2, false],
    ]);
  });

  it('ends a wait when the signal aborts, with its reason, and leaves no timer and no listener', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const { fn, calledAt } = failing(9, clock);
    const call = watch(retryWithBackoff(fn, { clock, signal: controller.signal, jitter: false }));
    await clock.advance(50);
    controller.abort(new Error('gone'));
    await clock.advance(1000);
    expect(call.value).toEqual(new Error('gone'));
    expect(calledAt).toEqual([0]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('ends a wait when the signal of the context aborts', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const { fn } = failing(9, clock);
    const call = watch(
      withDeadline(Number.POSITIVE_INFINITY, () => retryWithBackoff(fn, { clock, jitter: false }), {
        signal: controller.signal,
        clock,
      }),
    );
    await clock.advance(50);
    controller.abort(new Error('gone'));
    await clock.advance(0);
    expect(call.value).toEqual(new Error('gone'));
  });

  it('leaves no abort listener behind when a wait is over', async () => {
    const controller = new AbortController();
    const { call } = await run(2, { signal: controller.signal });
    expect(call.value).toBe('fine');
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('does not begin when the signal has aborted', async () => {
    const clock = new ManualClock();
    const { fn, calledAt } = failing(0, clock);
    await expect(retryWithBackoff(fn, { signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow(
      'gone',
    );
    expect(calledAt).toEqual([]);
  });

  it('gives up at once when the next attempt would begin after the deadline of the context', async () => {
    const clock = new ManualClock();
    const { fn, calledAt } = failing(9, clock);
    const call = watch(
      withDeadline(250, () => retryWithBackoff(fn, { clock, jitter: false, maxAttempts: 9 }), { clock }),
    );
    await clock.advance(100);
    expect(call.value).toBe(down);
    expect(calledAt).toEqual([0, 100]);
  });

  it('keeps the context of its caller in every attempt', async () => {
    const clock = new ManualClock();
    const seen: (string | undefined)[] = [];
    const { getCurrentTenantId } = await import('@holdfast/context');
    const call = watch(
      runWithTrace(createTraceContext({ tenantId: 'acme' }), () =>
        retryWithBackoff(
          () => {
            seen.push(getCurrentTenantId());
            throw down;
          },
          { clock, maxAttempts: 2 },
        ),
      ),
    );
    await clock.advance(1000);
    expect(call.value).toBe(down);
    expect(seen).toEqual(['acme', 'acme']);
  });

  it('joins its own signal and that of the context for the function', async () => {
    const clock = new ManualClock();
    const own = new AbortController();
    const signals: AbortSignal[] = [];
    await withDeadline(
      1000,
      () => retryWithBackoff(({ signal }) => signals.push(signal), { clock, signal: own.signal }),
      { clock },
    );
    own.abort();
    expect(signals[0]?.aborted).toBe(true);
    await retryWithBackoff(({ signal }) => signals.push(signal), { signal: own.signal }).catch(
      () => undefined,
    );
    await withDeadline(1000, () => retryWithBackoff(({ signal }) => signals.push(signal), { clock }), {
      clock,
    });
    expect(signals[1]?.aborted).toBe(false);
  });

  it('refuses wrong options', async () => {
    const refused = (options: RetryOptions) => retryWithBackoff(() => 1, options);
    await expect(refused({ maxAttempts: 0 })).rejects.toThrow(
      'maxAttempts is 0; it must be a whole number from 1 to 100.',
    );
    await expect(refused({ initialDelayMs: 10, maxDelayMs: 5 })).rejects.toThrow(
      'maxDelayMs is 5; it must be at least initialDelayMs, which is 10.',
    );
    await expect(refused({ backoffMultiplier: 0.5 })).rejects.toThrow(
      'backoffMultiplier is 0.5; it must be a number from 1 to 100.',
    );
    await expect(retryWithBackoff(1 as unknown as () => number)).rejects.toThrow(
      'fn is 1; it must be a function.',
    );
  });
});

describe('a retry budget', () => {
  it('has these defaults', () => {
    expect(RESILIENCE_DEFAULTS.retryBudget).toEqual({ ratio: 0.2, floor: 10, windowMs: 10_000 });
  });

  it('allows a share of the calls of the window and a small floor', () => {
    const clock = new ManualClock();
    const budget = createRetryBudget({ ratio: 0.2, floor: 2, clock });
    for (let call = 0; call < 20; call += 1) budget.recordCall();
    const allowed = Array.from({ length: 10 }, () => budget.tryRetry());
    expect(allowed.filter(Boolean)).toHaveLength(6);
    expect(budget.getStats()).toEqual({ calls: 20, retries: 6, refused: 4 });
  });

  it('is there again when the window has passed', async () => {
    const clock = new ManualClock();
    const budget = createRetryBudget({ floor: 1, windowMs: 1000, clock });
    expect([budget.tryRetry(), budget.tryRetry()]).toEqual([true, false]);
    await clock.advance(1000);
    expect(budget.tryRetry()).toBe(true);
  });

  it('keeps three layers of three attempts from becoming 27 calls', async () => {
    const clock = new ManualClock();
    const budget = createRetryBudget({ floor: 2, ratio: 0.2, clock });
    const { fn, calledAt } = failing(99, clock);
    const layer = (inner: () => Promise<unknown>) => () => retryWithBackoff(inner, { clock, budget });
    const call = watch(layer(layer(layer(fn)))());
    await clock.advance(100_000);
    expect(call.value).toBe(down);
    expect(calledAt.length).toBeLessThanOrEqual(4);
  });

  it('refuses wrong options', () => {
    expect(() => createRetryBudget({ ratio: 2 })).toThrow('ratio is 2; it must be a number from 0 to 1.');
    expect(() => createRetryBudget({ floor: -1 })).toThrow(
      'floor is -1; it must be a number from 0 to 1000000.',
    );
  });
});
