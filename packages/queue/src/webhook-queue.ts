import type { EnqueueStatus, QueueSnapshot } from './channels.ts';
import type { DeadLetters } from './dead-letters/dead-letters.ts';
import { DirectProcessingError, type QueueUnavailableError, WorkerStartError } from './errors.ts';
import { jobIdOf } from './job-id.ts';
import { resolveOptions, resolveWhenUnavailable, type WebhookQueueOptions } from './options.ts';
import type { ProcessingStats } from './processing-totals.ts';
import { openQueue } from './queue-runtime.ts';
import {
  checkedEvent,
  PRIORITIES,
  priorityOf,
  toWebhookJob,
  type WebhookEvent,
  type WebhookJob,
  type WebhookProcessor,
} from './webhook-event.ts';

export interface EnqueueResult {
  status: EnqueueStatus;
  jobId: string;
  /** Present where the queue was unavailable and the processor has run instead. */
  processedDirectly?: true;
}

export interface QueueMetrics extends QueueSnapshot {
  /** Of this process alone. */
  readonly processing: ProcessingStats;
}

export interface WebhookQueue extends AsyncDisposable {
  readonly name: string;
  /**
   * Stores an event, within `enqueueTimeoutMs`. When it resolves with `queued` or `duplicate`, the event is in the store.
   * @throws InvalidEventError, QueueUnavailableError, DirectProcessingError, QueueClosedError
   */
  enqueue(event: WebhookEvent): Promise<EnqueueResult>;
  /** Says what processes an event, without starting a worker: for `whenUnavailable: 'direct'`, or before `startWorker()`. */
  setProcessor(processor: WebhookProcessor): void;
  /** Starts this process's worker. @throws WorkerStartError without a processor, or when one runs */
  startWorker(processor?: WebhookProcessor): Promise<void>;
  /** This process's worker takes no further job until `resume()`; running ones go on. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  getMetrics(): Promise<QueueMetrics>;
  readonly deadLetters: DeadLetters<WebhookEvent>;
  /** Resolves when the engine has answered. @throws QueueUnavailableError within `enqueueTimeoutMs` */
  ready(): Promise<void>;
  /** Waits for running jobs up to `closeTimeoutMs`, puts the rest back, and lets go of every connection. */
  close(): Promise<void>;
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
  const whenUnavailable = resolveWhenUnavailable(options);
  const resolved = resolveOptions(options);
  const runtime = openQueue<WebhookEvent>(resolved, PRIORITIES);
  let processor: WebhookProcessor | undefined;

  async function processDirectly(
    id: string,
    data: WebhookEvent,
    error: QueueUnavailableError,
  ): Promise<EnqueueStatus> {
    if (processor === undefined) throw error;
    const { signal } = new AbortController();
    try {
      await processor(toWebhookJob({ id, data, attempt: 1, maxAttempts: 1, signal }));
      return 'processedDirectly';
    } catch (cause) {
      throw new DirectProcessingError(resolved.queueName, { cause });
    }
  }

  return {
    name: resolved.queueName,
    enqueue: async (event) => {
      const data = checkedEvent(event);
      const jobId = jobIdOf(data.provider, data.eventId);
      const status = await runtime
        .producer()
        .add(
          { jobId, jobName: data.eventType, data, priority: priorityOf(data.eventType) },
          whenUnavailable === 'direct' ? (error) => processDirectly(jobId, data, error) : undefined,
        );
      return status === 'processedDirectly' ? { status, jobId, processedDirectly: true } : { status, jobId };
    },
    setProcessor: (next) => {
      processor = next;
    },
    startWorker: async (next) => {
      processor = next ?? processor;
      if (processor === undefined) {
        throw new WorkerStartError(
          'startWorker() has no processor. Pass one, or call setProcessor() before.',
        );
      }
      // Read at each job, so that setProcessor() also reaches a worker that runs.
      await runtime.startWorker((input) => processor?.(toWebhookJob(input) satisfies WebhookJob));
    },
    pause: () => runtime.pause(),
    resume: () => runtime.resume(),
    getMetrics: async () => ({ ...(await runtime.snapshot()), processing: runtime.processing() }),
    deadLetters: runtime.deadLetters,
    ready: () => runtime.ready(),
    close: () => runtime.close(),
    [Symbol.asyncDispose]: () => runtime.close(),
  };
}
