import { channel } from 'node:diagnostics_channel';

/** How a request or call with a key was answered. */
export type IdempotencyRequestOutcome =
  | 'fresh'
  | 'replayed'
  | 'in-flight'
  | 'conflict'
  | 'unknown'
  | 'invalid'
  | 'unavailable'
  | 'unprotected';

/** The fact on `holdfast:idempotency:request`. */
export interface IdempotencyRequest {
  readonly source: 'http' | 'function';
  readonly outcome: IdempotencyRequestOutcome;
}

const requests = channel('holdfast:idempotency:request');

export function publishRequest(
  source: IdempotencyRequest['source'],
  outcome: IdempotencyRequestOutcome,
): void {
  if (requests.hasSubscribers) requests.publish({ source, outcome } satisfies IdempotencyRequest);
}
