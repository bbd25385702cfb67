import { ManualClock } from '@holdfast/context/testing';
import { describe, expect, it } from 'vitest';
import { createCircuitBreaker } from './circuit-breaker.ts';
import type { CircuitBreakerSettings } from './circuit-options.ts';
import { CircuitOpenError } from './errors.ts';

function setUp(settings: CircuitBreakerSettings = {}) {
  const clock = new ManualClock();
  const health = { up: false };
  const breaker = createCircuitBreaker(
    async () => {
      if (!health.up) throw new Error('down');
      return 'fine';
    },
    {
      name: 'grows',
      clock,
      failureThreshold: 1,
      successThreshold: 1,
      resetTimeout: 1000,
      resetTimeoutJitterRatio: 0,
      ...settings,
    },
  );
  const fire = () => breaker.fire().catch((error: unknown) => error);
  const retryAfterMs = async () => ((await fire()) as CircuitOpenError).retryAfterMs;
  /** Opens it, then lets one trial fail after another; the open times that follow. */
  const openTimes = async (count: number): Promise<number[]> => {
    const times: number[] = [];
    while (times.length < count) {
      await fire();
      times.push(await retryAfterMs());
      await clock.advance(times.at(-1) ?? 0);
    }
    return times;
  };
  return { clock, health, breaker, fire, retryAfterMs, openTimes };
}

describe('the open time', () => {
  it('is the same each time by default', async () => {
    expect(await setUp().openTimes(3)).toEqual([1000, 1000, 1000]);
  });

  it('grows with each trial that fails, up to maxResetTimeoutMs', async () => {
    const { openTimes } = setUp({ resetTimeoutMultiplier: 2, maxResetTimeoutMs: 5000 });
    expect(await openTimes(5)).toEqual([1000, 2000, 4000, 5000, 5000]);
  });

  it('is the first again when the circuit has recovered, or was closed by hand', async () => {
    const { openTimes, health, fire, breaker } = setUp({ resetTimeoutMultiplier: 3 });
    expect(await openTimes(2)).toEqual([1000, 3000]);
    health.up = true;
    await fire();
    expect(breaker.state).toBe('CLOSED');
    health.up = false;
    expect(await openTimes(2)).toEqual([1000, 3000]);
    breaker.close();
    expect(await openTimes(1)).toEqual([1000]);
  });

  it('is shortened by the jitter after it has grown', async () => {
    const { openTimes } = setUp({
      resetTimeoutMultiplier: 2,
      resetTimeoutJitterRatio: 0.5,
      random: () => 0.5,
    });
    expect(await openTimes(3)).toEqual([750, 1500, 3000]);
  });

  it('stays a finite number after any number of failed trials', async () => {
    const { openTimes } = setUp({ resetTimeout: 1, resetTimeoutMultiplier: 100, maxResetTimeoutMs: 10 });
    expect((await openTimes(300)).at(-1)).toBe(10);
  });

  it('refuses a longest time below the first', () => {
    expect(() => setUp({ maxResetTimeoutMs: 999 })).toThrow(
      'maxResetTimeoutMs is 999; it must be at least resetTimeout, which is 1000.',
    );
    expect(() => setUp({ resetTimeoutMultiplier: 0.5 })).toThrow(
      'resetTimeoutMultiplier is 0.5; it must be a number from 1 to 100.',
    );
  });
});

describe('an isolated circuit', () => {
  it('refuses however long it is left alone, and says that it is isolated', async () => {
    const { breaker, health, clock, fire } = setUp();
    health.up = true;
    breaker.isolate();
    expect([breaker.state, breaker.isolated, breaker.getPrometheusState()]).toEqual(['OPEN', true, 1]);
    await clock.advance(100_000_000);
    const error = await fire();
    expect(error).toBeInstanceOf(CircuitOpenError);
    expect(error).toMatchObject({ code: 'ERR_CIRCUIT_OPEN', isolated: true, retryAfterMs: 1000 });
    expect((error as Error).message).toBe(
      'The circuit "grows" was isolated by hand and the call was not made. It stays open until close() or reset() is called; answer from a fallback.',
    );
  });

  it('is let go by close() and by reset(), not by open()', async () => {
    const { breaker, health, clock, fire } = setUp();
    health.up = true;
    for (const letGo of ['close', 'reset'] as const) {
      breaker.isolate();
      breaker.open();
      await clock.advance(60_000);
      expect(await fire()).toBeInstanceOf(CircuitOpenError);
      breaker[letGo]();
      expect([breaker.state, breaker.isolated]).toEqual(['CLOSED', false]);
      expect(await fire()).toBe('fine');
    }
  });

  it('can be isolated while it is open or half-open; the trial under way does not count', async () => {
    const clock = new ManualClock();
    const trial = Promise.withResolvers<string>();
    const breaker = createCircuitBreaker(() => trial.promise, {
      clock,
      resetTimeout: 0,
      successThreshold: 1,
    });
    breaker.open();
    const call = breaker.fire();
    expect(breaker.state).toBe('HALF_OPEN');
    breaker.isolate();
    trial.resolve('fine');
    expect(await call).toBe('fine');
    expect([breaker.state, breaker.isolated]).toEqual(['OPEN', true]);
  });

  it('calls nevertheless in monitor mode, and is not isolated after an ordinary opening', async () => {
    const { breaker, health, fire } = setUp({ mode: 'monitor' });
    health.up = true;
    breaker.isolate();
    expect(await fire()).toBe('fine');
    breaker.close();
    breaker.open();
    expect(breaker.isolated).toBe(false);
  });
});
