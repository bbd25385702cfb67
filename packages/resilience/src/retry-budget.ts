import { type Clock, systemClock } from '@holdfast/context/clock';
import { durationOption, RESILIENCE_DEFAULTS, rangeOption } from './options.ts';
import { RollingCounter } from './rolling-counter.ts';

export interface RetryBudgetOptions {
  /** Retries allowed per call of the window, 0 to 1. Default 0.2. */
  ratio?: number;
  /** Retries allowed in the window however few calls there were. 0 or more, default 10. */
  floor?: number;
  /** How far back calls and retries are counted, ms. Default 10000. */
  windowMs?: number;
  /** Time. Default the system's. */
  clock?: Clock;
}

/** Bounds the retries of everyone who shares it: make one for each dependency. */
export interface RetryBudget {
  /** Notes a first attempt. */
  recordCall(): void;
  /** Takes one retry out of the budget; false when it is spent. */
  tryRetry(): boolean;
  getStats(): RetryBudgetStats;
}

/** How much of a budget is spent. */
export interface RetryBudgetStats {
  /** Calls in the window. */
  readonly calls: number;
  /** Retries in the window. */
  readonly retries: number;
  /** Retries refused since the budget was made. */
  readonly refused: number;
}

/**
 * A retry budget: in a window, at most `ratio` retries per call plus `floor`, so that retries cannot multiply the load
 * on a dependency that is failing, however many layers retry.
 * @throws ResilienceOptionError for an option that cannot be used
 * @see https://sre.google/sre-book/handling-overload/
 */
export function createRetryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  const defaults = RESILIENCE_DEFAULTS.retryBudget;
  const clock = options.clock ?? systemClock;
  const ratio = rangeOption('ratio', options.ratio, defaults.ratio, 0, 1);
  const floor = rangeOption('floor', options.floor, defaults.floor, 0, 1_000_000);
  const windowMs = durationOption('windowMs', options.windowMs, defaults.windowMs);
  const calls = new RollingCounter(windowMs);
  const retries = new RollingCounter(windowMs);
  let refused = 0;
  return {
    recordCall: () => calls.add(clock.now()),
    tryRetry() {
      const now = clock.now();
      const allowed = retries.total(now) + 1 <= floor + ratio * calls.total(now);
      if (allowed) retries.add(now);
      else refused += 1;
      return allowed;
    },
    getStats() {
      const now = clock.now();
      return { calls: calls.total(now), retries: retries.total(now), refused };
    },
  };
}
