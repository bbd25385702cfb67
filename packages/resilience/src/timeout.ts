import { type Clock, systemClock } from '@holdfast/context/clock';
import { Attempt } from './attempt.ts';
import { durationOption, nameOption, requiredFunction } from './options.ts';

export interface TimeoutOptions {
  /** Named in the error. Default: the function's name, or `anonymous`. */
  name?: string;
  /** Time and timers. Default the system's. */
  clock?: Clock;
}

/** What a timed function is given. */
export interface TimeoutHandle {
  /** Aborts when the time is over, or when the caller's context ends earlier. Made when it is read. */
  readonly signal: AbortSignal;
}

/**
 * Runs `fn` for at most `timeoutMs`, or for the time left to the current context if that is less, then aborts its
 * signal, which `currentSignal()` gives too. Work that ignores the signal goes on in the background.
 * @param timeoutMs above 0; Infinity for the context's limit alone
 * @throws CallTimeoutError when it took too long; NoTimeLeftError when no time was left to begin
 */
export function withTimeout<R>(
  fn: (handle: TimeoutHandle) => R | PromiseLike<R>,
  timeoutMs: number,
  options: TimeoutOptions = {},
): Promise<R> {
  requiredFunction('fn', fn);
  const limitMs = durationOption('timeoutMs', timeoutMs, Number.POSITIVE_INFINITY);
  const limits = {
    name: nameOption('name', options.name, fn),
    clock: options.clock ?? systemClock,
    bulkhead: undefined,
    deadlines: undefined,
  };
  const args: TimeoutHandle[] = [];
  const attempt = new Attempt<R>(limits, fn, args, limitMs, 1);
  args.push({
    get signal() {
      return attempt.signal;
    },
  });
  return attempt.start();
}
