import { classifyFailure, retryAfterMs } from '@holdfast/resilience';
import { JobAbortedError } from '../errors.ts';
import type { ResolvedOptions } from '../options.ts';
import { describeError } from './attempt-history.ts';
import { backoffDelayMs } from './backoff.ts';
import type { FailureClass } from './failure-class.ts';

/** What happens to a job whose attempt failed. */
export type Verdict =
  /** Again after `delayMs`; an attempt is spent. */
  | { readonly kind: 'retry'; readonly failureClass: FailureClass; readonly delayMs: number }
  /** Into the dead letters. */
  | { readonly kind: 'dead'; readonly failureClass: FailureClass }
  /** Again after `delayMs`; no attempt is spent. `counted` where it is part of `maxParkMs`. */
  | {
      readonly kind: 'park';
      readonly failureClass: FailureClass;
      readonly delayMs: number;
      readonly counted: boolean;
    }
  /** Back to waiting at once; no attempt is spent. */
  | { readonly kind: 'return'; readonly failureClass: FailureClass };

export interface AttemptState {
  /** Aborted where the attempt was told to stop. */
  readonly signal: AbortSignal;
  /** 1-based. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** How long the job has been parked so far. */
  readonly parkedMs: number;
}

/** Where whoever refused the call does not say when to come back. */
const DEFAULT_PARK_MS = 1000;
const SHORTEST_PARK_MS = 50;
/** Parked jobs come back spread over this part of their delay, not all at once. */
const PARK_SPREAD_RATIO = 0.2;

/**
 * What to do after a failure, by its class:
 * transient retries with backoff; throttled after its Retry-After; open and overload park the job, at most `maxParkMs`
 * in all, after which they cost attempts like a transient failure; cancelled by our own shutdown puts it back;
 * permanent is dead at once.
 */
export function judge(
  error: unknown,
  state: AttemptState,
  options: Pick<ResolvedOptions, 'backoff' | 'maxParkMs'>,
  random: () => number = Math.random,
): Verdict {
  const failureClass = classOf(error);
  const deferredMs = deferral(error);
  if (deferredMs !== undefined) return { kind: 'park', failureClass, delayMs: deferredMs, counted: false };
  if (stoppedAsAsked(error, failureClass, state.signal)) return { kind: 'return', failureClass: 'cancelled' };
  if (failureClass === 'permanent') return { kind: 'dead', failureClass };
  if (failureClass === 'open' || failureClass === 'overload') {
    const delayMs = parkDelayMs(error, random());
    if (state.parkedMs + delayMs <= options.maxParkMs)
      return { kind: 'park', failureClass, delayMs, counted: true };
  }
  if (state.attempt >= state.maxAttempts) return { kind: 'dead', failureClass };
  const backoffMs = backoffDelayMs(state.attempt, options.backoff, random());
  const askedMs = failureClass === 'throttled' ? (waitAskedMs(error) ?? 0) : 0;
  return { kind: 'retry', failureClass, delayMs: Math.max(backoffMs, Math.min(askedMs, options.maxParkMs)) };
}

/** A thrown value may be anything, a proxy that throws when it is looked at among them. */
function classOf(error: unknown): FailureClass {
  try {
    return classifyFailure(error);
  } catch {
    return 'transient';
  }
}

function waitAskedMs(error: unknown): number | undefined {
  try {
    return retryAfterMs(error);
  } catch {
    return undefined;
  }
}

function deferral(error: unknown): number | undefined {
  try {
    const { code } = error as { code?: unknown };
    return code === 'ERR_QUEUE_JOB_DEFERRED' ? (retryAfterMs(error) ?? DEFAULT_PARK_MS) : undefined;
  } catch {
    return undefined;
  }
}

function parkDelayMs(error: unknown, random: number): number {
  const asked = Math.max(SHORTEST_PARK_MS, waitAskedMs(error) ?? DEFAULT_PARK_MS);
  return Math.round(asked * (1 + PARK_SPREAD_RATIO * random));
}

/** A processor that cancels itself has failed; only one that we told to stop goes back without an attempt spent. */
function stoppedAsAsked(
  error: unknown,
  failureClass: FailureClass,
  { aborted, reason }: AbortSignal,
): boolean {
  if (!aborted || !(reason instanceof JobAbortedError)) return false;
  return error === reason || failureClass === 'cancelled' || describeError(error).name === 'AbortError';
}
