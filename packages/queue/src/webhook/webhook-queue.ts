import { InvalidJobError, InvalidWebhookEventError, QueueOptionError } from '../errors.ts';
import { jobIdOf } from '../job/job-id.ts';
import { type QueueOptions, resolveOptions, type WhenUnavailable } from '../options.ts';
import {
  checkedPriority,
  createQueueCore,
  type EnqueueResult,
  type QueueControl,
} from '../queue/job-queue.ts';
import {
  checkedEvent,
  priorityOf,
  toWebhookJob,
  type WebhookEvent,
  type WebhookJob,
} from './webhook-event.ts';

export interface WebhookQueueOptions extends QueueOptions {
  /** The same as `whenUnavailable: 'direct'`, which wins where both are given. Default false. */
  enableDirectFallback?: boolean;
  /** The priority of an event, 1 to 2097151, lower first. Default `priorityOf`. */
  priorityOf?: (event: WebhookEvent) => number;
}

/** A durable queue of webhooks. */
export interface WebhookQueue extends QueueControl<WebhookEvent, WebhookJob> {
  /**
   * Stores an event, within `enqueueTimeoutMs`. When it resolves with `queued` or `duplicate`, the event is in the
   * store; with `spooled`, it is on the disk of this machine.
   * @throws InvalidWebhookEventError, QueueUnavailableError, DirectProcessingError, SpoolFullError, SpoolWriteError, QueueClosedError
   */
  enqueue(event: WebhookEvent): Promise<EnqueueResult>;
}

/**
 * A durable queue of webhooks: on SQLite where nothing else is said, on Redis with `connection`.
 * @example
 * const queue = createWebhookQueue({ queueName: 'webhooks', backend: { file: './queue.db' } });
 * await queue.startWorker(async (job) => handle(job.data));
 * await queue.enqueue({ eventId, eventType, payload, provider, receivedAt: Date.now() });
 * @throws QueueOptionError
 */
export function createWebhookQueue(options: WebhookQueueOptions): WebhookQueue {
  const core = createQueueCore<WebhookEvent, WebhookJob>(
    resolveOptions({ ...options, whenUnavailable: whenUnavailableOf(options) }),
    toWebhookJob,
  );
  const priority = resolvePriorityOf(options.priorityOf);
  return {
    ...core.control,
    enqueue: async (event) => {
      const data = checkedEvent(event);
      const job = {
        jobId: jobIdOf(data.provider, data.eventId),
        jobName: data.eventType,
        json: JSON.stringify(data),
        priority: priority(data),
      };
      try {
        return await core.add(job, data);
      } catch (error) {
        if (!(error instanceof InvalidJobError)) throw error;
        const field = error.field === 'name' ? 'eventType' : 'payload';
        throw new InvalidWebhookEventError(
          field,
          'or another field holds U+0000 or half of a character, which PostgreSQL cannot keep',
        );
      }
    },
  };
}

/** `enableDirectFallback` is the name that the requirement documents have. */
export function whenUnavailableOf({
  whenUnavailable,
  enableDirectFallback,
}: WebhookQueueOptions): WhenUnavailable {
  return whenUnavailable ?? (enableDirectFallback === true ? 'direct' : 'throw');
}

function resolvePriorityOf(own: WebhookQueueOptions['priorityOf']): (event: WebhookEvent) => number {
  if (own === undefined) return (event) => priorityOf(event.eventType);
  if (typeof own !== 'function') {
    throw new QueueOptionError('priorityOf', 'must be a function from an event to its priority.');
  }
  return (event) => checkedPriority(own(event), 1);
}
