import { type Clock, systemClock } from '@holdfast/context/clock';
import { ResilienceOptionError } from './errors.ts';
import { classifyFailure, type FailureClass } from './failure-class.ts';
import {
  delayOption,
  functionOption,
  integerOption,
  nameOption,
  RESILIENCE_DEFAULTS,
  rangeOption,
} from './options.ts';
import type { RetryBudget } from './retry-budget.ts';

export interface RetryOptions {
  /** Names the calls in facts and metrics. Default: the function's name, or `anonymous`. */
  name?: string;
  /** Calls in all, the first among them: 3 means at most two retries. 1 to 100, default 3. */
  maxAttempts?: number;
  /** Longest delay before the second attempt, ms. Default 100. */
  initialDelayMs?: number;
  /** Longest delay before any attempt, ms. Default 30000. */
  maxDelayMs?: number;
  /** How much longer each delay may be than the one before. 1 to 100, default 2. */
  backoffMultiplier?: number;
  /** Waits a random part of the delay, from none to all of it (full jitter). Default true. */
  jitter?: boolean;
  /** A `Retry-After` longer than this is not waited for: the call fails at once. ms, default 60000. */
  maxRetryAfterMs?: number;
  /** Retries only while this allows. Default none for `retryWithBackoff`. */
  budget?: RetryBudget;
  /** Told before each wait. What it throws is ignored. */
  onRetry?: (error: unknown, attempt: number, delayMs: number) => void;
  /** Replaces `classifyFailure`. Only `transient` and `throttled` are tried again. */
  classifyFailure?: (error: unknown) => FailureClass;
  /** Ends a wait, beside the signal of the current context. */
  signal?: AbortSignal;
  /** Whether a wait alone keeps the process alive, as a script may want. Default false. */
  keepAlive?: boolean;
  /** Time and timers. Default the system's. */
  clock?: Clock;
  /** A number from 0 to below 1, for the jitter. Default Math.random. */
  random?: () => number;
}

export interface ResolvedRetryOptions {
  readonly name: string;
  readonly maxAttempts: number;
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
  readonly backoffMultiplier: number;
  readonly jitter: boolean;
  readonly maxRetryAfterMs: number;
  readonly budget: RetryBudget | undefined;
  readonly onRetry: ((error: unknown, attempt: number, delayMs: number) => void) | undefined;
  readonly classifyFailure: (error: unknown) => FailureClass;
  readonly signal: AbortSignal | undefined;
  readonly keepAlive: boolean;
  readonly clock: Clock;
  readonly random: () => number;
}

/** @throws ResilienceOptionError naming the option, its value and its range */
export function resolveRetryOptions(
  options: RetryOptions,
  fn?: { readonly name: string },
): ResolvedRetryOptions {
  const defaults = RESILIENCE_DEFAULTS.retry;
  for (const option of ['onRetry', 'classifyFailure', 'random'] as const)
    functionOption(option, options[option]);
  const initialDelayMs = delayOption('initialDelayMs', options.initialDelayMs, defaults.initialDelayMs);
  const maxDelayMs = delayOption(
    'maxDelayMs',
    options.maxDelayMs,
    Math.max(defaults.maxDelayMs, initialDelayMs),
  );
  if (maxDelayMs < initialDelayMs) {
    throw new ResilienceOptionError(
      'maxDelayMs',
      maxDelayMs,
      `at least initialDelayMs, which is ${initialDelayMs}`,
    );
  }
  return {
    name: nameOption('name', options.name, fn),
    maxAttempts: integerOption('maxAttempts', options.maxAttempts, defaults.maxAttempts, 1, 100),
    initialDelayMs,
    maxDelayMs,
    backoffMultiplier: rangeOption(
      'backoffMultiplier',
      options.backoffMultiplier,
      defaults.backoffMultiplier,
      1,
      100,
    ),
    jitter: options.jitter ?? defaults.jitter,
    maxRetryAfterMs: delayOption('maxRetryAfterMs', options.maxRetryAfterMs, defaults.maxRetryAfterMs),
    budget: options.budget,
    onRetry: options.onRetry,
    classifyFailure: options.classifyFailure ?? classifyFailure,
    signal: options.signal,
    keepAlive: options.keepAlive ?? false,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}
