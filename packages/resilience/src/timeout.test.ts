import { AsyncLocalStorage } from 'node:async_hooks';
import { getEventListeners } from 'node:events';
import { currentSignal, remainingMs, withDeadline } from '@holdfast/context';
import { ManualClock } from '@holdfast/context/testing';
import { describe, expect, it } from 'vitest';
import { manualFunction, watch } from '../test/deferred.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
import { CallTimeoutError, NoTimeLeftError } from './errors.ts';
import { withTimeout } from './timeout.ts';

describe('withTimeout', () => {
  it('hands the result and the error of the function through', async () => {
    const clock = new ManualClock();
    expect(await withTimeout(async () => 1, 1000, { clock })).toBe(1);
    await expect(withTimeout(() => Promise.reject(new Error('down')), 1000, { clock })).rejects.toThrow(
      'down',
    );
    expect(clock.pendingTimers).toBe(0);
  });

  it('aborts the work at the limit, with the error that the caller gets', async () => {
    const clock = new ManualClock();
    const seen: AbortSignal[] = [];
    const call = watch(
      withTimeout(
        ({ signal }) => {
          seen.push(signal);
          return new Promise(() => {});
        },
        1000,
        { name: 'report', clock },
      ),
    );
    await clock.advance(999);
    expect(seen[0]?.aborted).toBe(false);
    await clock.advance(1);
    expect(call.value).toMatchObject({
      name: 'CallTimeoutError',
      code: 'ERR_CALL_TIMEOUT',
      message:
        'The call "report" did not settle within 1000 ms and was aborted. Raise its timeout, or the request\'s deadline, if it needs longer.',
    });
    expect(seen[0]?.reason).toBe(call.value);
  });

  it('gives the function the same signal and the time left through the context', async () => {
    const clock = new ManualClock();
    await withTimeout(
      ({ signal }) => {
        expect(currentSignal()).toBe(signal);
        expect(remainingMs()).toBe(1000);
      },
      1000,
      { clock },
    );
  });

  it('is limited by the deadline of the context, and does not begin without time', async () => {
    const clock = new ManualClock();
    const fn = manualFunction();
    const call = withDeadline(200, () => watch(withTimeout(fn, 1000, { clock })), { clock });
    await clock.advance(200);
    expect(call.value).toBeInstanceOf(CallTimeoutError);
    expect(call.value).toMatchObject({ timeoutMs: 200 });
    const late = withDeadline(0, () => watch(withTimeout(fn, 1000, { clock })), { clock });
    await clock.advance(0);
    expect(late.value).toBeInstanceOf(NoTimeLeftError);
    expect(fn.calls).toBe(1);
  });

  it('ends when the signal of the context aborts, and does not begin after that', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const fn = manualFunction();
    const signals: AbortSignal[] = [];
    const inContext = () =>
      withDeadline(
        Number.POSITIVE_INFINITY,
        () =>
          watch(
            withTimeout(
              ({ signal }) => {
                signals.push(signal);
                return fn();
              },
              1000,
              { clock },
            ),
          ),
        { signal: controller.signal, clock },
      );
    const call = inContext();
    controller.abort(new Error('gone'));
    const late = inContext();
    await clock.advance(0);
    expect(call.value).toEqual(new Error('gone'));
    expect(late.value).toEqual(new Error('gone'));
    expect(fn.calls).toBe(1);
    expect(signals[0]?.aborted).toBe(true);
    fn.fail(0, new Error('late'));
    await clock.advance(0);
  });

  it('leaves no abort listener behind', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const inContext = (fn: () => Promise<unknown>) =>
      withDeadline(Number.POSITIVE_INFINITY, () => watch(withTimeout(fn, 1000, { clock })), {
        signal: controller.signal,
        clock,
      });
    inContext(async () => 1);
    inContext(() => new Promise(() => {}));
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(2);
    await clock.advance(1000);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('gives a signal that is aborted already to work that asks for it too late', async () => {
    const clock = new ManualClock();
    const seen: AbortSignal[] = [];
    const later = manualFunction();
    const call = watch(
      withTimeout(
        async (handle) => {
          await later();
          seen.push(handle.signal);
        },
        1000,
        { clock },
      ),
    );
    await clock.advance(1000);
    later.succeed(0);
    await clock.advance(0);
    expect(seen[0]?.reason).toBe(call.value);
  });

  it('without a limit gives a signal that nothing aborts', async () => {
    const signals: AbortSignal[] = [];
    await withTimeout(({ signal }) => void signals.push(signal), Number.POSITIVE_INFINITY);
    expect(signals[0]?.aborted).toBe(false);
  });

  it('refuses wrong arguments', () => {
    expect(() => withTimeout(() => 1, 0)).toThrow(
      'timeoutMs is 0; it must be a number of milliseconds above 0.',
    );
    expect(() => withTimeout(5 as unknown as () => number, 10)).toThrow('fn is 5; it must be a function.');
  });
});

describe('calls that share a timer', () => {
  it('each end at their own time', async () => {
    const clock = new ManualClock();
    const breaker = createCircuitBreaker(manualFunction(), { clock, timeout: 1000, failureThreshold: false });
    const first = watch(breaker.fire());
    await clock.advance(400);
    const second = watch(breaker.fire());
    await clock.advance(600);
    expect([first.state, second.state]).toEqual(['rejected', 'pending']);
    await clock.advance(399);
    expect(second.state).toBe('pending');
    await clock.advance(1);
    expect(second.state).toBe('rejected');
  });

  it('hold one timer however many they are, and none when they are over', async () => {
    const clock = new ManualClock();
    const fn = manualFunction();
    const breaker = createCircuitBreaker(fn, { clock, timeout: 1000 });
    for (let call = 0; call < 100; call += 1) watch(breaker.fire());
    expect(clock.pendingTimers).toBe(1);
    for (let call = 99; call >= 0; call -= 1) fn.succeed(call);
    await clock.advance(1000);
    expect(clock.pendingTimers).toBe(0);
    expect(breaker.getMetrics()).toMatchObject({ successes: 100, timeouts: 0 });
  });

  it('abort each signal in the context of the call that read it, and tell its listeners there', async () => {
    const clock = new ManualClock();
    const storage = new AsyncLocalStorage<string>();
    const seen: string[] = [];
    const breaker = createCircuitBreaker(
      () => {
        currentSignal()?.addEventListener('abort', () => seen.push(`abort in ${storage.getStore()}`));
        return new Promise(() => {});
      },
      {
        clock,
        timeout: 1000,
        onEvent: (event) => event === 'timeout' && seen.push(`event in ${storage.getStore()}`),
      },
    );
    storage.run('first', () => watch(breaker.fire()));
    storage.run('second', () => watch(breaker.fire()));
    await clock.advance(1000);
    expect(seen.toSorted()).toEqual([
      'abort in first',
      'abort in second',
      'event in first',
      'event in second',
    ]);
  });
});
