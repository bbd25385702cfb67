import { ResilienceOptionError } from './errors.ts';

/** Every default of this package. Durations in milliseconds, ratios from 0 to 1, percentages from 0 to 100. */
export const RESILIENCE_DEFAULTS: {
  readonly circuitBreaker: {
    readonly timeout: 10_000;
    readonly errorThresholdPercentage: 50;
    readonly failureThreshold: 5;
    readonly slowCallRateThreshold: 50;
    readonly successThreshold: 2;
    readonly halfOpenMaxCalls: 1;
    readonly resetTimeout: 30_000;
    readonly resetTimeoutJitterRatio: 0.1;
    readonly resetTimeoutMultiplier: 1;
    readonly maxResetTimeoutMs: 600_000;
    readonly volumeThreshold: 10;
    readonly windowSize: 60_000;
    readonly probeTimeoutMs: 30_000;
  };
  readonly retry: {
    readonly maxAttempts: 3;
    readonly initialDelayMs: 100;
    readonly maxDelayMs: 30_000;
    readonly backoffMultiplier: 2;
    readonly jitter: true;
    readonly maxRetryAfterMs: 60_000;
  };
  readonly retryBudget: { readonly ratio: 0.2; readonly floor: 10; readonly windowMs: 10_000 };
  readonly bulkhead: {
    readonly maxConcurrent: 10;
    readonly maxQueue: 0;
    readonly queueTimeoutMs: 10_000;
    readonly abortGraceMs: 10_000;
  };
} = Object.freeze({
  circuitBreaker: Object.freeze({
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
  }),
  retry: Object.freeze({
    maxAttempts: 3,
    initialDelayMs: 100,
    maxDelayMs: 30_000,
    backoffMultiplier: 2,
    jitter: true,
    maxRetryAfterMs: 60_000,
  }),
  retryBudget: Object.freeze({ ratio: 0.2, floor: 10, windowMs: 10_000 }),
  bulkhead: Object.freeze({ maxConcurrent: 10, maxQueue: 0, queueTimeoutMs: 10_000, abortGraceMs: 10_000 }),
});

/** A whole number of `lowest` to `highest`, or the fallback where the option is absent. */
export function integerOption(
  option: string,
  value: number | undefined,
  fallback: number,
  lowest: number,
  highest: number,
): number {
  if (value === undefined) return fallback;
  if (Number.isInteger(value) && value >= lowest && value <= highest) return value;
  throw new ResilienceOptionError(option, value, `a whole number from ${lowest} to ${highest}`);
}

/** A duration above 0, or the fallback where the option is absent. Infinity stands for no limit. */
export function durationOption(option: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value === 'number' && value > 0) return value;
  throw new ResilienceOptionError(option, value, 'a number of milliseconds above 0');
}

/** A duration of 0 or more that ends. */
export function delayOption(option: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  if (Number.isFinite(value) && value >= 0) return value;
  throw new ResilienceOptionError(option, value, 'a finite number of milliseconds, 0 or more');
}

export function rangeOption(
  option: string,
  value: number | undefined,
  fallback: number,
  lowest: number,
  highest: number,
): number {
  if (value === undefined) return fallback;
  if (typeof value === 'number' && value >= lowest && value <= highest) return value;
  throw new ResilienceOptionError(option, value, `a number from ${lowest} to ${highest}`);
}

export function functionOption(option: string, value: unknown): void {
  if (value !== undefined) requiredFunction(option, value);
}

export function requiredFunction(option: string, value: unknown): void {
  if (typeof value !== 'function') throw new ResilienceOptionError(option, value, 'a function');
}

/** The name of a thing: the one given, that of the function it stands for, or `anonymous`. */
export function nameOption(
  option: string,
  value: string | undefined,
  fn?: { readonly name: string },
): string {
  if (value === undefined) return fn === undefined || fn.name === '' ? 'anonymous' : fn.name;
  if (typeof value === 'string' && value !== '') return value;
  throw new ResilienceOptionError(option, value, 'a text that is not empty');
}
