/** What the sender tells on `node:diagnostics_channel`; the payload types are part of the API. */
import { type Channel, channel } from 'node:diagnostics_channel';

/**
 * `delivered`; `retried`, to be tried again; `failed`, the schedule is used up; `gone`, answered 410; `probe-failed`, a
 * probe of a disabled endpoint.
 */
export type AttemptOutcome = 'delivered' | 'retried' | 'failed' | 'gone' | 'probe-failed';

/**
 * Why an attempt failed: `status` an answer that is no success, `redirect` 3xx, `throttled` asked to wait, `timeout`,
 * `dns` the name has no address, `refused-address` the guard, `tls`, `connection` everything else on the wire,
 * `secret` the secrets cannot be read.
 */
export type DeliveryErrorClass =
  | 'status'
  | 'redirect'
  | 'throttled'
  | 'gone'
  | 'timeout'
  | 'dns'
  | 'refused-address'
  | 'tls'
  | 'connection'
  | 'secret';

/** Fact `holdfast:events:webhook-attempt`: an attempt ended and is recorded. */
export interface WebhookAttempt {
  readonly endpointId: string;
  readonly deliveryId: string;
  readonly eventId: string;
  readonly eventType: string;
  /** 1-based, over all rounds of the delivery. */
  readonly attempt: number;
  readonly outcome: AttemptOutcome;
  /** Missing where no answer came. */
  readonly statusCode?: number;
  readonly errorClass?: DeliveryErrorClass;
  readonly durationMs: number;
  /** From the acceptance of the event to the end of the attempt. */
  readonly ageMs: number;
}

/** Why an endpoint is disabled: by hand, since it answered 410, or since every attempt failed for `disableAfterMs`. */
export type DisabledReason = 'manual' | 'gone' | 'failing';

/** Fact `holdfast:events:webhook-endpoint`: an endpoint was disabled or enabled. */
export interface WebhookEndpointChange {
  readonly endpointId: string;
  readonly change: 'disabled' | 'enabled';
  /** Why it was disabled; for `enabled`: by hand or by a probe that was answered. */
  readonly reason: DisabledReason | 'probe';
  /** Epoch ms. */
  readonly at: number;
}

export const attemptChannel: Channel = channel('holdfast:events:webhook-attempt');
export const endpointChannel: Channel = channel('holdfast:events:webhook-endpoint');

/** Publishes `fact()` where somebody listens. */
export function publish<T>(on: Channel, fact: () => T): void {
  if (on.hasSubscribers) on.publish(fact());
}
