import { InvalidEventError } from '../errors.ts';

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
export interface WebhookJob extends WebhookEvent {
  readonly id: string;
  readonly data: WebhookEvent;
  /** 1-based. */
  readonly attempt: number;
  /** Counts the first attempt. */
  readonly maxAttempts: number;
  /** Aborts when the worker shuts down and cannot wait any longer, or when another worker has taken the job. */
  readonly signal: AbortSignal;
}

export type WebhookProcessor = (job: WebhookJob) => unknown;

const PAYMENT_PRIORITY = 1;
const SUBSCRIPTION_PRIORITY = 2;
const OTHER_PRIORITY = 5;

/** Every priority that `priorityOf` gives, the most urgent first. */
export const PRIORITIES: readonly number[] = [PAYMENT_PRIORITY, SUBSCRIPTION_PRIORITY, OTHER_PRIORITY];

/** 1 for `payment.*` and `transaction.*`, 2 for `subscription.*`, 5 for the rest; lower goes first. */
export function priorityOf(eventType: string): number {
  if (eventType.startsWith('payment.') || eventType.startsWith('transaction.')) return PAYMENT_PRIORITY;
  return eventType.startsWith('subscription.') ? SUBSCRIPTION_PRIORITY : OTHER_PRIORITY;
}

const TEXT_FIELDS = ['eventId', 'eventType', 'provider'] as const;

/**
 * The event as it is stored: the five fields and nothing else.
 * @throws InvalidEventError naming the field
 */
export function checkedEvent(event: WebhookEvent): WebhookEvent {
  for (const field of TEXT_FIELDS) {
    const value: unknown = event[field];
    if (typeof value !== 'string' || value === '')
      throw new InvalidEventError(field, 'must be a string that is not empty');
  }
  const { eventId, eventType, payload, provider, receivedAt } = event;
  if (typeof payload !== 'string') throw new InvalidEventError('payload', 'must be a string');
  if (!Number.isFinite(receivedAt)) throw new InvalidEventError('receivedAt', 'must be epoch milliseconds');
  return { eventId, eventType, payload, provider, receivedAt };
}

export function toWebhookJob(attempt: Omit<WebhookJob, keyof WebhookEvent>): WebhookJob {
  return { ...attempt.data, ...attempt };
}
