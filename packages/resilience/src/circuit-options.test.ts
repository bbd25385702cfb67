import { describe, expect, it } from 'vitest';
import { createCircuitBreaker } from './circuit-breaker.ts';
import { type CircuitBreakerSettings, resolveCircuitSettings } from './circuit-options.ts';
import { RESILIENCE_DEFAULTS } from './options.ts';

describe('the options of a circuit breaker', () => {
  it('have these defaults', () => {
    expect(RESILIENCE_DEFAULTS.circuitBreaker).toEqual({
      timeout: 10_000,
      errorThresholdPercentage: 50,
      failureThreshold: 5,
      slowCallRateThreshold: 50,
      successThreshold: 2,
      halfOpenMaxCalls: 1,
      resetTimeout: 30_000,
      resetTimeoutJitterRatio: 0.1,
      resetTimeoutMultiplier: 1,
      maxResetTimeoutMs: 600_000,
      volumeThreshold: 10,
      windowSize: 60_000,
      probeTimeoutMs: 30_000,
    });
    expect(Object.isFrozen(RESILIENCE_DEFAULTS.circuitBreaker)).toBe(true);
    expect(resolveCircuitSettings({})).toMatchObject({
      name: 'anonymous',
      timeoutMs: 10_000,
      errorThresholdPercentage: 50,
      failureThreshold: 5,
      slowCallDurationThresholdMs: Number.POSITIVE_INFINITY,
      slowCallRateThreshold: 50,
      successThreshold: 2,
      halfOpenMaxCalls: 1,
      resetTimeoutMs: 30_000,
      resetTimeoutMultiplier: 1,
      maxResetTimeoutMs: 600_000,
      volumeThreshold: 10,
      countVolumeThreshold: 0,
      windowMs: 60_000,
      probeTimeoutMs: 10_000,
      mode: 'enforce',
    });
  });

  it('give a trial call the timeout of the circuit, or 30 s where it has none', () => {
    expect(resolveCircuitSettings({ timeout: 250 }).probeTimeoutMs).toBe(250);
    expect(resolveCircuitSettings({ timeout: false }).probeTimeoutMs).toBe(30_000);
  });

  it('leave the count of failures off where only a percentage is given', () => {
    expect(resolveCircuitSettings({ errorThresholdPercentage: 75 }).failureThreshold).toBe(
      Number.POSITIVE_INFINITY,
    );
    expect(
      resolveCircuitSettings({ errorThresholdPercentage: 75, failureThreshold: 4 }).failureThreshold,
    ).toBe(4);
    expect(resolveCircuitSettings({ errorThresholdPercentage: false }).failureThreshold).toBe(5);
  });

  it('take the window under its three names', () => {
    expect(resolveCircuitSettings({ windowSize: 1 }).windowMs).toBe(1);
    expect(resolveCircuitSettings({ rollingCountTimeout: 2 }).windowMs).toBe(2);
    expect(resolveCircuitSettings({ rollingWindow: 3 }).windowMs).toBe(3);
  });

  it('refuse a ratio where a percentage is meant, and say so', () => {
    expect(() => resolveCircuitSettings({ errorThresholdPercentage: 0.5 })).toThrow(
      'errorThresholdPercentage is 0.5; it must be a percentage above 1 and up to 100, not a ratio: write 50 for 50 %.',
    );
  });

  const wrong: [keyof CircuitBreakerSettings, unknown, string][] = [
    ['timeout', 0, 'timeout is 0; it must be a number of milliseconds above 0.'],
    ['timeout', Number.NaN, 'timeout is NaN; it must be a number of milliseconds above 0.'],
    ['timeout', '5', 'timeout is "5"; it must be a number of milliseconds above 0.'],
    ['errorThresholdPercentage', 101, 'errorThresholdPercentage is 101; it must be a number from 1 to 100.'],
    ['errorThresholdPercentage', 0, 'errorThresholdPercentage is 0; it must be a number from 1 to 100.'],
    ['failureThreshold', 0, 'failureThreshold is 0; it must be a whole number from 1 to 1000.'],
    ['successThreshold', 1.5, 'successThreshold is 1.5; it must be a whole number from 1 to 1000000.'],
    ['halfOpenMaxCalls', -1, 'halfOpenMaxCalls is -1; it must be a whole number from 1 to 1000000.'],
    ['resetTimeout', -1, 'resetTimeout is -1; it must be a finite number of milliseconds, 0 or more.'],
    ['resetTimeoutJitterRatio', 2, 'resetTimeoutJitterRatio is 2; it must be a number from 0 to 1.'],
    [
      'slowCallDurationThresholdMs',
      0,
      'slowCallDurationThresholdMs is 0; it must be a number of milliseconds',
    ],
    [
      'slowCallRateThreshold',
      0.8,
      'slowCallRateThreshold is 0.8; it must be a percentage above 1 and up to 100',
    ],
    ['slowCallRateThreshold', 101, 'slowCallRateThreshold is 101; it must be a number from 1 to 100.'],
    [
      'maxResetTimeoutMs',
      Number.POSITIVE_INFINITY,
      'maxResetTimeoutMs is Infinity; it must be a finite number',
    ],
    ['volumeThreshold', 0, 'volumeThreshold is 0; it must be a whole number from 1 to 1000000.'],
    [
      'windowSize',
      Number.POSITIVE_INFINITY,
      'windowSize is Infinity; it must be a finite number of milliseconds above 0.',
    ],
    ['probeTimeoutMs', 0, 'probeTimeoutMs is 0; it must be a number of milliseconds above 0.'],
    ['mode', 'on', `mode is "on"; it must be 'enforce', 'monitor' or 'disabled'.`],
    ['name', '', 'name is ""; it must be a text that is not empty.'],
    ['errorFilter', {}, 'errorFilter is an object; it must be a function.'],
    ['onEvent', null, 'onEvent is null; it must be a function.'],
  ];

  it.each(wrong)('refuse %s: %s', (option, value, message) => {
    expect(() => resolveCircuitSettings({ [option]: value } as CircuitBreakerSettings)).toThrow(message);
    expect(() => resolveCircuitSettings({ [option]: value } as CircuitBreakerSettings)).toThrow(
      expect.objectContaining({ name: 'ResilienceOptionError', code: 'ERR_RESILIENCE_OPTION', option }),
    );
  });

  it('refuse a fallback that is no function', () => {
    expect(() => createCircuitBreaker(() => 1, { fallback: 'x' as unknown as () => number })).toThrow(
      'fallback is "x"; it must be a function.',
    );
  });
});

describe('createCircuitBreaker', () => {
  it('refuses to be made without a function', () => {
    expect(() => createCircuitBreaker(undefined as unknown as () => number)).toThrow(
      'fn is undefined; it must be a function.',
    );
  });
});
