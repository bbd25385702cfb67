import { randomUUID } from 'node:crypto';
import {
  createWebhookQueue,
  type DeadLettered,
  type WebhookEvent,
  type WebhookQueue,
  type WebhookQueueOptions,
} from '../../src/index.ts';
import type { Where } from '../engines.ts';
import { collectFacts } from '../facts.ts';

export function event(eventId: string, eventType = 'order.created'): WebhookEvent {
  return {
    eventId,
    eventType,
    payload: `{"id":"${eventId}"}`,
    provider: 'stripe',
    receivedAt: 1_700_000_000_000,
  };
}

/** A failure that is buried at the first attempt. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly failureClass = 'permanent';
}

export function openQueue(
  where: Where,
  queueName: string = `q-${randomUUID()}`,
  options: Partial<WebhookQueueOptions> = {},
): WebhookQueue {
  return createWebhookQueue({
    queueName,
    ...where,
    maxRetries: 0,
    backoff: { initialDelayMs: 1 },
    enqueueTimeoutMs: 20_000,
    ...options,
  });
}

/** Enqueues events and lets them die, each of the error that `fail` throws. The queue's worker goes on. */
export async function bury(
  queue: WebhookQueue,
  events: readonly WebhookEvent[],
  fail: (event: WebhookEvent) => void = ({ eventId }) => {
    throw new Refused(`no ${eventId}`);
  },
): Promise<void> {
  using dead = collectFacts<DeadLettered>('holdfast:queue:dead-letter', queue.name);
  await Promise.all(events.map((one) => queue.enqueue(one)));
  await queue.startWorker((job) => fail(job.data));
  await dead.count(events.length);
}
