import { ManualClock } from '@holdfast/context/testing';
import { describe, expect, it } from 'vitest';
import { manualFunction, watch } from '../test/deferred.ts';
import { CircuitBreaker, createCircuitBreaker, type FunctionCircuitBreaker } from './circuit-breaker.ts';
import type { CircuitBreakerSettings } from './circuit-options.ts';
import { CallTimeoutError, CircuitOpenError } from './errors.ts';

const down = new Error('down');

/** A breaker around a function that fails or succeeds as told, on a clock that stands still. */
function setUp(settings: CircuitBreakerSettings = {}) {
  const clock = new ManualClock();
  const health = { up: true, calls: 0 };
  const breaker = createCircuitBreaker(
    async () => {
      health.calls += 1;
      if (!health.up) throw down;
      return 'fine';
    },
    { name: 'dependency', clock, resetTimeoutJitterRatio: 0, ...settings },
  );
  return { clock, health, breaker };
}

async function fail(breaker: FunctionCircuitBreaker<[], unknown>, times: number): Promise<void> {
  for (let call = 0; call < times; call += 1) await breaker.fire().catch(() => undefined);
}

describe('a closed circuit', () => {
  it('hands arguments and result through', async () => {
    const breaker = createCircuitBreaker(async (a: number, b: string) => `${a}${b}`);
    expect(await breaker.fire(4, 'x')).toBe('4x');
    expect(await breaker.execute(5, 'y')).toBe('5y');
  });

  it('hands the error of the function through as it is', async () => {
    const { breaker, health } = setUp();
    health.up = false;
    await expect(breaker.fire()).rejects.toBe(down);
  });

  it('takes a function that throws, returns a value or undefined, or a foreign thenable', async () => {
    const thrower = createCircuitBreaker((): string => {
      throw down;
    });
    await expect(thrower.fire()).rejects.toBe(down);
    expect(await createCircuitBreaker(() => 7).fire()).toBe(7);
    expect(await createCircuitBreaker(() => undefined).fire()).toBe(undefined);
    // oxlint-disable-next-line unicorn/no-thenable -- a thenable that is no promise is what is tested
    const thenable = Object.fromEntries([['then', (settle: (value: number) => void) => settle(8)]]);
    expect(await createCircuitBreaker(() => thenable as unknown as PromiseLike<number>).fire()).toBe(8);
  });

  it('opens after five failures in a row by default', async () => {
    const { breaker, health } = setUp();
    health.up = false;
    await fail(breaker, 4);
    expect(breaker.state).toBe('CLOSED');
    await fail(breaker, 1);
    expect(breaker.state).toBe('OPEN');
  });

  it('starts the count of failures in a row over at a success', async () => {
    const { breaker, health } = setUp({ failureThreshold: 3, errorThresholdPercentage: false });
    health.up = false;
    await fail(breaker, 2);
    health.up = true;
    await breaker.fire();
    health.up = false;
    await fail(breaker, 2);
    expect(breaker.state).toBe('CLOSED');
    await fail(breaker, 1);
    expect(breaker.state).toBe('OPEN');
  });

  it('does not count failures in a row that are further apart than the window', async () => {
    const { breaker, health, clock } = setUp({ failureThreshold: 3, windowSize: 1000 });
    health.up = false;
    await fail(breaker, 2);
    await clock.advance(1000);
    await fail(breaker, 1);
    expect(breaker.state).toBe('CLOSED');
  });

  it('lets volumeThreshold gate the count of failures where it is given', async () => {
    const { breaker, health } = setUp({ failureThreshold: 2, volumeThreshold: 4 });
    health.up = false;
    await fail(breaker, 3);
    expect(breaker.state).toBe('CLOSED');
    await fail(breaker, 1);
    expect(breaker.state).toBe('OPEN');
  });

  it('opens when exactly errorThresholdPercentage of the calls of the window failed', async () => {
    // The worked example of the README: 50 %, volume 10, five successes, then five failures.
    const { breaker, health } = setUp({ errorThresholdPercentage: 50, volumeThreshold: 10 });
    for (let call = 0; call < 5; call += 1) await breaker.fire();
    health.up = false;
    await fail(breaker, 4);
    expect(breaker.state).toBe('CLOSED');
    await fail(breaker, 1);
    expect(breaker.state).toBe('OPEN');
  });

  it('does not open by percentage below volumeThreshold', async () => {
    const { breaker, health } = setUp({ errorThresholdPercentage: 50 });
    health.up = false;
    await fail(breaker, 9);
    expect(breaker.state).toBe('CLOSED');
    await fail(breaker, 1);
    expect(breaker.state).toBe('OPEN');
  });

  it('forgets calls that are older than the window', async () => {
    const { breaker, health, clock } = setUp({
      errorThresholdPercentage: 50,
      volumeThreshold: 4,
      rollingCountTimeout: 1000,
    });
    health.up = false;
    await fail(breaker, 3);
    await clock.advance(1000);
    await fail(breaker, 3);
    expect(breaker.state).toBe('CLOSED');
    expect(breaker.getStats().recentRequests).toBe(3);
  });

  it('counts only failures of the dependency: not 4xx, 429, the abort of the caller, nor a refusal', async () => {
    const failures = [
      { status: 404 },
      { status: 429 },
      new DOMException('stop', 'AbortError'),
      new CircuitOpenError('b', 1),
    ];
    for (const failure of failures) {
      const breaker = createCircuitBreaker(() => Promise.reject(failure as Error), { failureThreshold: 1 });
      await expect(breaker.fire()).rejects.toBe(failure);
      expect(breaker.state).toBe('CLOSED');
      expect(breaker.getMetrics()).toMatchObject({ ignored: 1, failures: 0, recentRequests: 0 });
    }
  });

  it('counts an error that errorFilter excuses as neither success nor failure', async () => {
    const { breaker, health } = setUp({ failureThreshold: 1, errorFilter: (error) => error === down });
    health.up = false;
    await expect(breaker.fire()).rejects.toBe(down);
    expect(breaker.getMetrics()).toMatchObject({ state: 'CLOSED', ignored: 1, successes: 0, failures: 0 });
  });

  it('counts by classifyFailure where one is given', async () => {
    const { breaker, health } = setUp({ failureThreshold: 1, classifyFailure: () => 'permanent' });
    health.up = false;
    await fail(breaker, 3);
    expect(breaker.state).toBe('CLOSED');
  });

  it('counts as a failure what a filter or classifier that throws was asked about', async () => {
    const broken = () => {
      throw new Error('broken');
    };
    for (const settings of [{ errorFilter: broken }, { classifyFailure: broken }]) {
      const { breaker, health } = setUp({ failureThreshold: 1, ...settings });
      health.up = false;
      await expect(breaker.fire()).rejects.toBe(down);
      expect(breaker.getMetrics()).toMatchObject({ state: 'OPEN', listenerFailures: 1 });
    }
  });

  it('ends a call at its timeout and counts a failure', async () => {
    const clock = new ManualClock();
    const fn = manualFunction();
    const breaker = createCircuitBreaker(fn, { name: 'slow', timeout: 1000, failureThreshold: 1, clock });
    const call = watch(breaker.fire());
    await clock.advance(999);
    expect(call.state).toBe('pending');
    await clock.advance(1);
    expect(call.value).toBeInstanceOf(CallTimeoutError);
    expect(call.value).toMatchObject({ code: 'ERR_CALL_TIMEOUT', operation: 'slow', timeoutMs: 1000 });
    expect(breaker.getMetrics()).toMatchObject({ state: 'OPEN', failures: 1, timeouts: 1 });
    fn.succeed(0);
    await clock.advance(0);
    expect(breaker.getMetrics()).toMatchObject({ state: 'OPEN', successes: 0 });
  });
});

describe('an open circuit', () => {
  it('refuses without calling, says when to try again, and names itself', async () => {
    const { breaker, health, clock } = setUp({ failureThreshold: 1, resetTimeout: 30_000 });
    health.up = false;
    await fail(breaker, 1);
    await clock.advance(12_000);
    const error: unknown = await breaker.fire().catch((refusal: unknown) => refusal);
    expect(error).toBeInstanceOf(CircuitOpenError);
    expect(error).toMatchObject({
      name: 'CircuitOpenError',
      code: 'ERR_CIRCUIT_OPEN',
      circuit: 'dependency',
      retryAfterMs: 18_000,
      message:
        'The circuit "dependency" is open and the call was not made. Try again in 18000 ms, or answer from a fallback.',
    });
    expect(health.calls).toBe(1);
    expect(breaker.getMetrics().rejections).toBe(1);
  });

  it('becomes half-open with the first call after resetTimeout', async () => {
    const { breaker, health, clock } = setUp({ failureThreshold: 1, resetTimeout: 30_000 });
    health.up = false;
    await fail(breaker, 1);
    await clock.advance(29_999);
    await expect(breaker.fire()).rejects.toBeInstanceOf(CircuitOpenError);
    health.up = true;
    await clock.advance(1);
    expect(breaker.state).toBe('OPEN');
    expect(await breaker.fire()).toBe('fine');
    expect(breaker.state).toBe('HALF_OPEN');
  });

  it('shortens its open time at random, so that processes do not try together', async () => {
    const { breaker, clock, health } = setUp({
      failureThreshold: 1,
      resetTimeout: 30_000,
      resetTimeoutJitterRatio: 0.5,
      random: () => 0.4,
    });
    health.up = false;
    await fail(breaker, 1);
    await clock.advance(23_999);
    await expect(breaker.fire()).rejects.toMatchObject({ retryAfterMs: 1 });
    await clock.advance(1);
    await expect(breaker.fire()).rejects.toBe(down);
  });
});

describe('a half-open circuit', () => {
  async function halfOpen(settings: CircuitBreakerSettings) {
    const clock = new ManualClock();
    const fn = manualFunction();
    const breaker = createCircuitBreaker(fn, {
      clock,
      timeout: false,
      resetTimeout: 1000,
      resetTimeoutJitterRatio: 0,
      ...settings,
    });
    breaker.open();
    await clock.advance(1000);
    return { clock, fn, breaker };
  }

  it('lets one call through at a time by default and refuses the rest at once', async () => {
    const { breaker, fn, clock } = await halfOpen({});
    const first = watch(breaker.fire());
    await expect(breaker.fire()).rejects.toMatchObject({ code: 'ERR_CIRCUIT_OPEN', retryAfterMs: 0 });
    fn.succeed(0, 'back');
    await clock.advance(0);
    expect(first.value).toBe('back');
    expect(fn.calls).toBe(1);
  });

  it('closes after successThreshold successes', async () => {
    const { breaker, fn, clock } = await halfOpen({ successThreshold: 2 });
    watch(breaker.fire());
    fn.succeed(0);
    await clock.advance(0);
    expect(breaker.state).toBe('HALF_OPEN');
    watch(breaker.fire());
    fn.succeed(1);
    await clock.advance(0);
    expect(breaker.state).toBe('CLOSED');
  });

  it('lets halfOpenMaxCalls calls through at once', async () => {
    const { breaker, fn } = await halfOpen({ halfOpenMaxCalls: 3, successThreshold: 3 });
    for (let call = 0; call < 5; call += 1) watch(breaker.fire());
    expect(fn.calls).toBe(3);
  });

  it('opens again at the first failure, for a whole open time', async () => {
    const { breaker, fn, clock } = await halfOpen({ halfOpenMaxCalls: 2 });
    watch(breaker.fire());
    watch(breaker.fire());
    fn.fail(0, down);
    await clock.advance(0);
    expect(breaker.state).toBe('OPEN');
    fn.succeed(1);
    await clock.advance(0);
    expect(breaker.state).toBe('OPEN');
    await expect(breaker.fire()).rejects.toMatchObject({ retryAfterMs: 1000 });
  });

  it('lets the caller of the closing trial call again at once', async () => {
    const { breaker, fn } = await halfOpen({ successThreshold: 1 });
    const calls: unknown[] = [];
    const first = breaker.fire().then(async () => {
      const second = breaker.fire();
      fn.succeed(1, 'second');
      calls.push(await second);
    });
    fn.succeed(0, 'first');
    await first;
    expect(calls).toEqual(['second']);
  });

  it('limits a trial call although the circuit has no timeout', async () => {
    const { breaker, clock } = await halfOpen({ probeTimeoutMs: 5000 });
    const probe = watch(breaker.fire());
    await clock.advance(5000);
    expect(probe.value).toBeInstanceOf(CallTimeoutError);
    expect(breaker.state).toBe('OPEN');
  });

  it('gives the place of a trial call back when it says nothing about the dependency', async () => {
    const { breaker, fn, clock } = await halfOpen({});
    watch(breaker.fire());
    fn.fail(0, { status: 400 });
    await clock.advance(0);
    expect(breaker.state).toBe('HALF_OPEN');
    watch(breaker.fire());
    expect(fn.calls).toBe(2);
  });

  it('gets over a trial call that began without a limit, in monitor mode', async () => {
    const { breaker, clock } = await halfOpen({ mode: 'monitor', probeTimeoutMs: 5000 });
    watch(breaker.fire());
    breaker.setMode('enforce');
    await clock.advance(5001);
    await expect(breaker.fire()).rejects.toBeInstanceOf(CircuitOpenError);
    expect(breaker.state).toBe('OPEN');
  });
});

describe('the mode of a circuit', () => {
  it('monitor records what would have happened and changes nothing for the caller', async () => {
    const { breaker, health } = setUp({ mode: 'monitor', failureThreshold: 2 });
    const rejected: unknown[] = [];
    breaker.on('reject', (error) => rejected.push(error));
    health.up = false;
    await fail(breaker, 2);
    expect(breaker.state).toBe('OPEN');
    await expect(breaker.fire()).rejects.toBe(down);
    health.up = true;
    expect(await breaker.fire()).toBe('fine');
    expect(health.calls).toBe(4);
    expect(breaker.getMetrics()).toMatchObject({ rejections: 2, failures: 2, successes: 0 });
    expect(rejected).toHaveLength(2);
  });

  it('monitor does not cut a slow call short, but counts it as a timeout', async () => {
    const clock = new ManualClock();
    const fn = manualFunction();
    const breaker = createCircuitBreaker(fn, { mode: 'monitor', timeout: 1000, clock });
    const call = watch(breaker.fire());
    await clock.advance(5000);
    expect(call.state).toBe('pending');
    fn.succeed(0, 'late');
    await clock.advance(0);
    expect(call.value).toBe('late');
    expect(breaker.getMetrics()).toMatchObject({ timeouts: 1, failures: 1, successes: 0 });
  });

  it('monitor recovers as the enforced circuit would', async () => {
    const { breaker, health, clock } = setUp({ mode: 'monitor', failureThreshold: 1, resetTimeout: 1000 });
    health.up = false;
    await fail(breaker, 1);
    health.up = true;
    await clock.advance(1000);
    await breaker.fire();
    await breaker.fire();
    expect(breaker.state).toBe('CLOSED');
  });

  it('monitor leaves the fallback of the options out', async () => {
    const { clock } = setUp();
    const breaker = createCircuitBreaker(() => Promise.reject(down), {
      mode: 'monitor',
      clock,
      fallback: () => 'other',
    });
    await expect(breaker.fire()).rejects.toBe(down);
  });

  it('disabled only calls: nothing is counted, limited or refused', async () => {
    const { breaker, health } = setUp({ failureThreshold: 1 });
    health.up = false;
    await fail(breaker, 1);
    breaker.setMode('disabled');
    health.up = true;
    expect(await breaker.fire()).toBe('fine');
    expect(breaker.mode).toBe('disabled');
    expect(breaker.getMetrics()).toMatchObject({ state: 'OPEN', totalRequests: 1, successes: 0 });
  });

  it('refuses a mode that does not exist', () => {
    const { breaker } = setUp();
    expect(() => breaker.setMode('off' as 'disabled')).toThrow(
      `mode is "off"; it must be 'enforce', 'monitor' or 'disabled'.`,
    );
  });
});

describe('changing the state by hand', () => {
  it('open refuses for one open time, close lets through with a fresh window', async () => {
    const { breaker, health } = setUp({ failureThreshold: 2 });
    health.up = false;
    await fail(breaker, 1);
    breaker.open();
    await expect(breaker.fire()).rejects.toBeInstanceOf(CircuitOpenError);
    breaker.close();
    expect(breaker.getStats()).toMatchObject({ state: 'CLOSED', failureCount: 0, totalRequests: 2 });
    await fail(breaker, 1);
    expect(breaker.state).toBe('CLOSED');
  });

  it('reset closes and forgets every count', async () => {
    const { breaker, health } = setUp({ failureThreshold: 1 });
    health.up = false;
    await fail(breaker, 2);
    breaker.reset();
    expect(breaker.getStats()).toEqual({
      state: 'CLOSED',
      failureCount: 0,
      successCount: 0,
      recentRequests: 0,
      errorRate: 0,
      totalRequests: 0,
      lastFailureTime: undefined,
      lastSuccessTime: undefined,
    });
  });
});

describe('statistics', () => {
  it('count the window, and all requests', async () => {
    const { breaker, health, clock } = setUp({ failureThreshold: false, errorThresholdPercentage: false });
    for (let call = 0; call < 3; call += 1) await breaker.fire();
    await clock.advance(5000);
    health.up = false;
    await fail(breaker, 1);
    expect(breaker.getStats()).toEqual({
      state: 'CLOSED',
      failureCount: 1,
      successCount: 3,
      recentRequests: 4,
      errorRate: 0.25,
      totalRequests: 4,
      lastFailureTime: new Date('2026-01-01T00:00:05.000Z'),
      lastSuccessTime: new Date('2026-01-01T00:00:00.000Z'),
    });
  });

  it('give percentiles of the durations', async () => {
    const clock = new ManualClock();
    const fn = manualFunction();
    const breaker = createCircuitBreaker(fn, { clock, name: 'timed' });
    for (let call = 0; call < 4; call += 1) {
      watch(breaker.fire());
      await clock.advance(call === 3 ? 800 : 100);
      fn.succeed(call);
      await clock.advance(0);
    }
    const { latency, name } = breaker.getMetrics();
    expect(name).toBe('timed');
    expect(latency.p50Ms).toBeGreaterThan(87);
    expect(latency.p50Ms).toBeLessThan(113);
    expect(latency.p99Ms).toBeGreaterThan(700);
    expect(latency.p99Ms).toBeLessThan(900);
  });

  it('give the state as a gauge: 0 closed, 0.5 half-open, 1 open', async () => {
    const { breaker, clock } = setUp({ resetTimeout: 10 });
    expect(breaker.getPrometheusState()).toBe(0);
    breaker.open();
    expect(breaker.getPrometheusState()).toBe(1);
    await clock.advance(10);
    await breaker.fire();
    expect(breaker.getPrometheusState()).toBe(0.5);
  });
});

describe('events', () => {
  it('tell onEvent, onStateChange and listeners of a circuit that fails and recovers', async () => {
    const events: string[] = [];
    const changes: string[] = [];
    const { breaker, health, clock } = setUp({
      failureThreshold: 1,
      successThreshold: 1,
      resetTimeout: 1000,
      onEvent: (event) => events.push(event),
      onStateChange: (from, to) => changes.push(`${from} -> ${to}`),
    });
    const heard: unknown[] = [];
    breaker.on('stateChange', (to, from) => heard.push([to, from]));
    await breaker.fire();
    health.up = false;
    await fail(breaker, 2);
    health.up = true;
    await clock.advance(1000);
    await breaker.fire();
    expect(events).toEqual(['success', 'open', 'failure', 'reject', 'halfOpen', 'close', 'success']);
    expect(changes).toEqual(['CLOSED -> OPEN', 'OPEN -> HALF_OPEN', 'HALF_OPEN -> CLOSED']);
    expect(heard).toEqual([
      ['OPEN', 'CLOSED'],
      ['HALF_OPEN', 'OPEN'],
      ['CLOSED', 'HALF_OPEN'],
    ]);
  });

  it('tell of a timeout and then of the failure that it is', async () => {
    const clock = new ManualClock();
    const events: string[] = [];
    const breaker = createCircuitBreaker(manualFunction(), {
      clock,
      timeout: 10,
      onEvent: (event, { durationMs }) => events.push(`${event} ${durationMs}`),
    });
    breaker.on('timeout', (_error, durationMs) => events.push(`heard ${durationMs}`));
    breaker.on('failure', () => events.push('heard failure'));
    watch(breaker.fire());
    await clock.advance(10);
    expect(events).toEqual(['heard 10', 'timeout 10', 'heard failure', 'failure 10']);
  });

  it('stop reaching a listener that was taken off', async () => {
    const { breaker } = setUp();
    const heard: number[] = [];
    const listener = () => heard.push(1);
    breaker.on('success', listener).on('success', listener);
    breaker.off('success', listener);
    await breaker.fire();
    breaker.off('success', listener).off('success', listener);
    await breaker.fire();
    expect(heard).toEqual([1]);
  });

  it('never change an outcome: a listener that throws or rejects is counted', async () => {
    const { breaker, health } = setUp({
      onEvent: () => {
        throw new Error('listener');
      },
    });
    breaker.on('success', () => Promise.reject(new Error('listener')));
    expect(await breaker.fire()).toBe('fine');
    health.up = false;
    await expect(breaker.fire()).rejects.toBe(down);
    expect(breaker.getMetrics().listenerFailures).toBe(3);
  });
});

describe('a fallback', () => {
  it('answers for a failure, a timeout and a refusal, with the arguments and the error', async () => {
    const clock = new ManualClock();
    const breaker = createCircuitBreaker((id: number) => Promise.reject(new Error(`no ${id}`)), {
      clock,
      failureThreshold: 1,
      fallback: (id, error) => `${id}: ${(error as Error).name}`,
    });
    expect(await breaker.fire(1)).toBe('1: Error');
    expect(await breaker.fire(2)).toBe('2: CircuitOpenError');
    expect(breaker.getMetrics()).toMatchObject({ fallbacks: 2, failures: 1, rejections: 1 });
  });

  it('leaves what is not a failure of the dependency to the caller', async () => {
    const notFound = Object.assign(new Error('not found'), { status: 404 });
    const breaker = createCircuitBreaker(() => Promise.reject(notFound), { fallback: () => 'other' });
    await expect(breaker.fire()).rejects.toBe(notFound);
    const excusing = createCircuitBreaker(() => Promise.reject(down), {
      fallback: () => 'other',
      errorFilter: () => true,
    });
    await expect(excusing.fire()).rejects.toBe(down);
  });

  it('can be given with a call, and then answers in every mode', async () => {
    const { breaker, health } = setUp();
    health.up = false;
    expect(await breaker.executeWithFallback(() => 'other')).toBe('other');
    breaker.setMode('disabled');
    expect(await breaker.executeWithFallback((error) => error)).toBe(down);
  });

  it('that fails makes the call fail with its error', async () => {
    const worse = new Error('worse');
    const breaker = createCircuitBreaker(() => Promise.reject(down), {
      fallback: () => Promise.reject(worse),
    });
    await expect(breaker.fire()).rejects.toBe(worse);
    expect(breaker.getMetrics().fallbacks).toBe(0);
  });

  it('answers when the classifier that is asked whether it may throws', async () => {
    const breaker = createCircuitBreaker(() => Promise.reject(down), {
      fallback: () => 'other',
      classifyFailure: () => {
        throw new Error('broken');
      },
    });
    expect(await breaker.fire()).toBe('other');
  });
});

describe('new CircuitBreaker(options)', () => {
  it('runs whatever operation it is given', async () => {
    const breaker = new CircuitBreaker({ name: 'any', failureThreshold: 1 });
    const answer: number = await breaker.execute(async () => 5);
    expect(answer).toBe(5);
    expect(
      await breaker.executeWithFallback(
        () => 'other',
        () => Promise.reject(down),
      ),
    ).toBe('other');
    await expect(breaker.execute(() => 6)).rejects.toMatchObject({ circuit: 'any' });
    expect(breaker).toBeInstanceOf(CircuitBreaker);
  });

  it('says so when it is given no operation', () => {
    const breaker = new CircuitBreaker({});
    expect(() => breaker.execute(undefined as unknown as () => number)).toThrow(
      'operation is undefined; it must be a function.',
    );
  });

  it('is named anonymous without a name, and a function gives its own', () => {
    expect(new CircuitBreaker({}).name).toBe('anonymous');
    expect(new CircuitBreaker(async function chargeCard() {}).name).toBe('chargeCard');
  });
});
