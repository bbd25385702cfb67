import { classifyFailure, retryAfterMs } from '@holdfast/resilience';
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
  /** Again after `delayMs`; no attempt is spent. */
  | { readonly kind: 'park'; readonly failureClass: FailureClass; readonly delayMs: number }
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
  const failureClass = classifyFailure(error);
  if (stoppedAsAsked(error, failureClass, state.signal)) return { kind: 'return', failureClass: 'cancelled' };
  if (failureClass === 'permanent') return { kind: 'dead', failureClass };
  if (failureClass === 'open' || failureClass === 'overload') {
    const delayMs = parkDelayMs(error, random());
    if (state.parkedMs + delayMs <= options.maxParkMs) return { kind: 'park', failureClass, delayMs };
  }
  if (state.attempt >= state.maxAttempts) return { kind: 'dead', failureClass };
  const backoffMs = backoffDelayMs(state.attempt, options.backoff, random());
  const askedMs = failureClass === 'throttled' ? (retryAfterMs(error) ?? 0) : 0;
  return { kind: 'retry', failureClass, delayMs: Math.max(backoffMs, Math.min(askedMs, options.maxParkMs)) };
}

function parkDelayMs(error: unknown, random: number): number {
  const asked = Math.max(SHORTEST_PARK_MS, retryAfterMs(error) ?? DEFAULT_PARK_MS);
  return Math.round(asked * (1 + PARK_SPREAD_RATIO * random));
}

/** A processor that cancels itself has failed; only one that we told to stop goes back without an attempt spent. */
function stoppedAsAsked(
  error: unknown,
  failureClass: FailureClass,
  { aborted, reason }: AbortSignal,
): boolean {
  if (!aborted) return false;
  return error === reason || failureClass === 'cancelled' || describeError(error).name === 'AbortError';
}
