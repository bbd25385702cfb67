import type { JobsOptions } from 'bullmq';

/** About 500 bytes, as a payment event is. */
const BODY: string = JSON.stringify({ amount: 4200, currency: 'EUR', note: 'x'.repeat(400) });

export interface Event {
  readonly eventId: string;
  readonly eventType: string;
  readonly payload: string;
  readonly provider: string;
  readonly receivedAt: number;
}

export function eventOf(index: number): Event {
  return {
    eventId: `evt_${index}`,
    eventType: 'payment.succeeded',
    payload: BODY,
    provider: 'standard',
    receivedAt: 1_760_000_000_000 + index,
  };
}

/** The options under which the webhook queue adds a payment event, for the raw queue beside it. */
export function rawOptions(event: Event): JobsOptions {
  return {
    jobId: event.eventId,
    priority: 1,
    attempts: 4,
    backoff: { type: 'exponential', delay: 1_000 },
    removeOnFail: false,
  };
}

/** How many finished jobs the webhook queue keeps. */
export const RAW_REMOVE_ON_COMPLETE = { count: 100_000 } as const;
