import { currentSignal } from '@holdfast/context';
import { attemptChannel } from './channels.ts';
import { requiredFunction } from './options.ts';
import { type ResolvedRetryOptions, type RetryOptions, resolveRetryOptions } from './retry-options.ts';
import { RetryPolicy } from './retry-policy.ts';

/** What the function of a retry is given. */
export interface RetryHandle {
  /** From 1. */
  readonly attempt: number;
  /** Aborts when the caller gives up. Made when it is read. */
  readonly signal: AbortSignal;
}

/**
 * Calls `fn`, and again after a growing, random delay while it fails for a reason that passes (`transient`, or
 * `throttled` after `Retry-After`). Not tried again: permanent failures, cancelled calls, what a circuit or bulkhead
 * refused, and whatever would begin after the context's deadline. Fails with the last error.
 * @throws ResilienceOptionError for an option that cannot be used
 * @see https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 */
export async function retryWithBackoff<R>(
  fn: (handle: RetryHandle) => R | PromiseLike<R>,
  options: RetryOptions = {},
): Promise<R> {
  requiredFunction('fn', fn);
  const resolved = resolveRetryOptions(options, fn);
  resolved.signal?.throwIfAborted();
  const target = {
    runAttempt: async (_: undefined, attempt: number): Promise<R> => {
      const handle = handleOf(resolved, attempt);
      if (!attemptChannel.hasSubscribers) return fn(handle);
      return attemptChannel.tracePromise(async () => fn(handle), { name: resolved.name, attempt });
    },
  };
  return new RetryPolicy(resolved).run(target, undefined);
}

function handleOf({ signal: own }: ResolvedRetryOptions, attempt: number): RetryHandle {
  return {
    attempt,
    get signal(): AbortSignal {
      const context = currentSignal();
      if (own === undefined) return context ?? new AbortController().signal;
      return context === undefined ? own : AbortSignal.any([own, context]);
    },
  };
}
