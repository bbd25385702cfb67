import type { Clock } from '../clock.ts';
import { ContextOptionError } from '../errors.ts';
import { Scope } from '../scope/scope.ts';
import { contextStorage } from '../storage.ts';

export interface DeadlineOptions {
  /** Ends the work earlier: a server's shutdown, a job's cancellation. */
  signal?: AbortSignal;
  /** Time and timers. Default the system's. */
  clock?: Clock;
}

/**
 * Runs `fn` with a deadline `ms` from now, or the earlier one that is already set.
 * @param ms 0 or more; Infinity sets no time and only takes `options.signal`
 * @throws ContextOptionError when `ms` is negative or not a number
 */
export function withDeadline<T>(ms: number, fn: () => T, options: DeadlineOptions = {}): T {
  if (!(ms >= 0))
    throw new ContextOptionError('ms', `withDeadline: ms is ${ms}; it must be 0 or more milliseconds.`);
  const outer = contextStorage.getStore();
  const scope = new Scope(outer);
  scope.shortenDeadline(ms, options.signal, options.clock);
  if (scope.deadline === outer?.deadline) return contextStorage.run(scope, fn);
  return releaseWhenSettled(scope, () => contextStorage.run(scope, fn));
}

/** Milliseconds until the deadline of the current context: 0 when it has passed, Infinity when there is none. */
export function remainingMs(): number {
  return contextStorage.getStore()?.deadline?.remainingMs() ?? Number.POSITIVE_INFINITY;
}

/** Aborts at the deadline of the current context, or earlier; undefined where nothing can end the work. */
export function currentSignal(): AbortSignal | undefined {
  return contextStorage.getStore()?.deadline?.signal;
}

/** Ends the timer of the deadline when the work is over, thrown errors included. */
function releaseWhenSettled<T>(scope: Scope, run: () => T): T {
  const release = () => scope.deadline?.release();
  let isRunning = false;
  try {
    const result = run();
    isRunning = isThenable(result);
    // Other thenables may begin their work with each then(): their timer is left, it keeps nothing alive.
    if (result instanceof Promise) result.then(release, release);
    return result;
  } finally {
    if (!isRunning) release();
  }
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
