import { InvalidWebhookEventError } from '../errors.ts';
import type { QueueJob } from '../worker/attempt.ts';

/** What a provider sent. The payload stays the text that was signed. */
export interface WebhookEvent {
  /** The provider's id of the event; a second event with the same provider and id is a duplicate. */
  eventId: string;
  /** For example `payment.succeeded`. */
  eventType: string;
  payload: string;
  provider: string;
  /** Epoch ms. */
  receivedAt: number;
}

/** One attempt at an event. It is the event too, so that what takes an event takes a job. */
export interface WebhookJob extends Omit<QueueJob<WebhookEvent>, 'name' | 'enqueuedAt'>, WebhookEvent {}

/** Runs one attempt at an event. What it throws decides what happens next. */
export type WebhookProcessor = (job: WebhookJob) => unknown;

const PAYMENT_PRIORITY = 1;
const SUBSCRIPTION_PRIORITY = 2;
const OTHER_PRIORITY = 5;

/** 1 for `payment.*` and `transaction.*`, 2 for `subscription.*`, 5 for the rest; lower goes first. */
export function priorityOf(eventType: string): number {
  if (eventType.startsWith('payment.') || eventType.startsWith('transaction.')) return PAYMENT_PRIORITY;
  return eventType.startsWith('subscription.') ? SUBSCRIPTION_PRIORITY : OTHER_PRIORITY;
}

const TEXT_FIELDS = ['eventId', 'eventType', 'provider'] as const;

/**
 * The event as it is stored: the five fields and nothing else.
 * @throws InvalidWebhookEventError naming the field
 */
export function checkedEvent(event: WebhookEvent): WebhookEvent {
  if (typeof event !== 'object' || event === null)
    throw new InvalidWebhookEventError('event', 'must be an object');
  for (const field of TEXT_FIELDS) {
    const value: unknown = event[field];
    if (typeof value !== 'string' || value === '')
      throw new InvalidWebhookEventError(field, 'must be a string that is not empty');
  }
  const { eventId, eventType, payload, provider, receivedAt } = event;
  if (typeof payload !== 'string') throw new InvalidWebhookEventError('payload', 'must be a string');
  if (!Number.isFinite(receivedAt))
    throw new InvalidWebhookEventError('receivedAt', 'must be epoch milliseconds');
  return { eventId, eventType, payload, provider, receivedAt };
}

export function toWebhookJob(attempt: QueueJob<WebhookEvent>): WebhookJob {
  return { ...attempt.data, ...attempt };
}
