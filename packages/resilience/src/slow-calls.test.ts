import { ManualClock } from '@holdfast/context/testing';
import { describe, expect, it } from 'vitest';
import { manualFunction, watch } from '../test/deferred.ts';
import type { CircuitTransition } from './channels.ts';
import { transitionChannel } from './channels.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
import type { CircuitBreakerSettings } from './circuit-options.ts';

const SLOW_MS = 100;

function setUp(settings: CircuitBreakerSettings = {}) {
  const clock = new ManualClock();
  const fn = manualFunction();
  let calls = 0;
  const breaker = createCircuitBreaker(fn, {
    name: 'slow',
    clock,
    timeout: 1000,
    failureThreshold: false,
    errorThresholdPercentage: false,
    slowCallDurationThresholdMs: SLOW_MS,
    volumeThreshold: 4,
    resetTimeout: 1000,
    resetTimeoutJitterRatio: 0,
    successThreshold: 1,
    ...settings,
  });
  const call = async (durationMs: number, error?: Error) => {
    watch(breaker.fire());
    await clock.advance(durationMs);
    if (error === undefined) fn.succeed(calls);
    else fn.fail(calls, error);
    calls += 1;
    await clock.advance(0);
  };
  return { clock, fn, breaker, call };
}

describe('a circuit with slowCallDurationThresholdMs', () => {
  it('opens when slowCallRateThreshold percent of the calls of the window were slow', async () => {
    const { breaker, call } = setUp();
    await call(1);
    await call(1);
    await call(SLOW_MS);
    expect(breaker.state).toBe('CLOSED');
    await call(SLOW_MS);
    expect(breaker.state).toBe('OPEN');
    expect(breaker.getMetrics()).toMatchObject({ slowCalls: 2, successes: 4, failures: 0 });
  });

  it('takes a call of exactly the threshold for slow, and one below it not', async () => {
    const { breaker, call } = setUp({ slowCallRateThreshold: 100, volumeThreshold: 1 });
    await call(SLOW_MS - 1);
    expect(breaker.state).toBe('CLOSED');
    breaker.reset();
    await call(SLOW_MS);
    expect(breaker.state).toBe('OPEN');
  });

  it('says why it opened', async () => {
    const seen: CircuitTransition[] = [];
    const record = (message: unknown) => void seen.push(message as CircuitTransition);
    transitionChannel.subscribe(record);
    const { call } = setUp({ volumeThreshold: 1 });
    await call(SLOW_MS);
    transitionChannel.unsubscribe(record);
    expect(seen.map(({ to, reason }) => [to, reason])).toEqual([['OPEN', 'slow-calls']]);
  });

  it('counts slow failures and timeouts as slow too', async () => {
    const { breaker, call, clock, fn } = setUp();
    await call(1);
    await call(SLOW_MS, new Error('down'));
    await call(1);
    watch(breaker.fire());
    await clock.advance(1000);
    expect(fn.calls).toBe(4);
    expect(breaker.getMetrics()).toMatchObject({ slowCalls: 2, failures: 2, timeouts: 1 });
    expect(breaker.state).toBe('OPEN');
  });

  it('does not count a slow answer that says nothing about the dependency', async () => {
    const { breaker, call } = setUp({ volumeThreshold: 1 });
    await call(SLOW_MS, Object.assign(new Error('not found'), { status: 404 }));
    expect(breaker.state).toBe('CLOSED');
  });

  it('does not open below volumeThreshold, and forgets what is older than the window', async () => {
    const { breaker, call, clock } = setUp({ windowSize: 1000 });
    await call(SLOW_MS);
    await call(SLOW_MS);
    await call(SLOW_MS);
    expect(breaker.state).toBe('CLOSED');
    await clock.advance(1000);
    for (const durationMs of [1, 1, 1, 1, SLOW_MS]) await call(durationMs);
    expect(breaker.state).toBe('CLOSED');
  });

  it('opens again when a trial call is slow, and starts a fresh window when one is not', async () => {
    const { breaker, call, clock } = setUp({ volumeThreshold: 2 });
    await call(SLOW_MS);
    await call(SLOW_MS);
    await clock.advance(1000);
    await call(SLOW_MS);
    expect(breaker.state).toBe('OPEN');
    await clock.advance(1000);
    await call(1);
    expect(breaker.state).toBe('CLOSED');
    await call(SLOW_MS);
    expect(breaker.state).toBe('CLOSED');
  });

  it('in monitor mode records that it would have opened and slows nobody down', async () => {
    const { breaker, call, fn } = setUp({ mode: 'monitor', volumeThreshold: 1 });
    await call(SLOW_MS);
    expect(breaker.state).toBe('OPEN');
    await call(1);
    expect(fn.calls).toBe(2);
  });

  it('forgets slow calls when it is reset', async () => {
    const { breaker, call } = setUp();
    await call(SLOW_MS);
    breaker.reset();
    expect(breaker.getMetrics().slowCalls).toBe(0);
  });
});
