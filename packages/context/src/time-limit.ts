import type { Clock } from './clock.ts';
import { ContextOptionError } from './errors.ts';
import { Scope } from './scope.ts';
import { contextStorage } from './storage.ts';

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
    throw new ContextOptionError(`withDeadline: ms is ${ms}; it must be 0 or more milliseconds.`);
  const outer = contextStorage.getStore();
  const scope = new Scope(outer);
  scope.shortenDeadline(ms, options.signal, options.clock);
  const result = contextStorage.run(scope, fn);
  if (scope.deadline !== outer?.deadline) releaseWhenSettled(scope, result);
  return result;
}

/** Milliseconds until the deadline of the current context: 0 when it has passed, Infinity when there is none. */
export function remainingMs(): number {
  return contextStorage.getStore()?.deadline?.remainingMs() ?? Number.POSITIVE_INFINITY;
}

/** Aborts at the deadline of the current context, or earlier; undefined where nothing can end the work. */
export function currentSignal(): AbortSignal | undefined {
  return contextStorage.getStore()?.deadline?.signal;
}

function releaseWhenSettled(scope: Scope, result: unknown): void {
  const release = () => scope.deadline?.release();
  if (result instanceof Promise) result.then(release, release);
  else release();
}
