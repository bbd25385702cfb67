import { subscribeSafely } from '@holdfast/context/channels';
import {
  createJobQueue,
  type DeadLettered,
  type DeadLetters,
  JobDeferredError,
  type JobQueue,
  type QueueJob,
  type QueueMetrics,
} from '@holdfast/queue';
import { CircuitBreaker } from '@holdfast/resilience';
import { queuePlace } from '../engines/place.ts';
import { type DeliveredEvent, readEvent } from '../event.ts';
import { type EventLog, feedName, type Join, type OrderedEvent } from '../log/event-log.ts';
import type { ResolvedOptions } from '../options.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { ResolvedSubscribeOptions } from './group-options.ts';
import { type EventJob, type GroupQueues, keptJobs, queueName } from './group-queues.ts';

/** For as long is an event put back whose type only a newer version of the group in another process takes. */
const NOT_OURS_MS = 1000;
/** PostgreSQL, beside those of the worker: adds share one, the other is for dead letters and figures. */
const CONNECTIONS = 2;

export type AnyHandler = (event: DeliveredEvent) => unknown;

/** A group's handler in this process. */
export interface Subscription extends AsyncDisposable {
  readonly group: string;
  /** Events that could not be handled, in the whole group. */
  readonly deadLetters: DeadLetters<EventJob>;
  /** This process takes no further event until `resume()`. */
  pause(): Promise<void>;
  /** Undoes `pause()`, in this process. */
  resume(): Promise<void>;
  /** What waits, runs and has failed in the whole group. */
  getMetrics(): Promise<QueueMetrics>;
  /** Waits for running handlers; the group stays, and its events wait. */
  close(): Promise<void>;
}

/** What a subscription did in this process. */
export interface GroupStats {
  readonly handled: number;
  /** Attempts that failed, also those after which the event is tried again. */
  readonly failed: number;
  readonly circuit: 'closed' | 'open' | 'half-open';
}

export interface SubscriptionParts {
  readonly join: Join;
  readonly handler: AnyHandler;
  readonly subscribe: ResolvedSubscribeOptions;
  readonly options: ResolvedOptions;
  readonly log: EventLog;
  readonly queues: GroupQueues;
  readonly dispatcher: Dispatcher;
  readonly onClosed: () => void;
}

export class GroupWorker implements Subscription {
  readonly group: string;
  readonly #parts: SubscriptionParts;
  /** Epoch ms. */
  readonly #joinedAt: number;
  readonly #queue: JobQueue<EventJob>;
  readonly #breaker: CircuitBreaker | undefined;
  readonly #stopListening: () => void;
  readonly #settling = new Set<Promise<void>>();
  #handled = 0;
  #failed = 0;
  #closing: Promise<void> | undefined;

  constructor(parts: SubscriptionParts) {
    const { options, subscribe } = parts;
    const { group } = parts.join;
    this.group = group;
    this.#parts = parts;
    this.#joinedAt = options.clock.wallTime();
    const name = queueName(options.name, group);
    this.#breaker =
      subscribe.circuit &&
      new CircuitBreaker({
        name: `events.${name}`,
        failureThreshold: subscribe.circuit.failureThreshold,
        errorThresholdPercentage: false,
        resetTimeout: subscribe.circuit.resetTimeoutMs,
        timeout: false,
        clock: options.clock,
      });
    this.#queue = createJobQueue<EventJob>({
      queueName: name,
      ...queuePlace(options.place, CONNECTIONS),
      concurrency: subscribe.concurrency,
      jobTimeoutMs: subscribe.handlerTimeoutMs,
      lockDurationMs: subscribe.lockDurationMs,
      stalledIntervalMs: subscribe.stalledIntervalMs,
      closeTimeoutMs: subscribe.closeTimeoutMs,
      enqueueTimeoutMs: options.timeoutMs,
      keepCompleted: keptJobs(options),
      ...(this.#breaker !== undefined && { circuit: this.#breaker }),
      clock: options.clock,
      onError: options.onError,
    });
    parts.queues.adopt(group, this.#queue);
    this.#stopListening = subscribeSafely<DeadLettered>('holdfast:queue:dead-letter', (fact) => {
      if (fact.queue !== name) return;
      const settling = this.#died(fact).catch(options.onError);
      this.#settling.add(settling);
      void settling.finally(() => this.#settling.delete(settling));
    });
  }

  start(): Promise<void> {
    return this.#queue.startWorker((job) => this.#process(job));
  }

  /** Where an older copy of the log does not know the group, nothing in it from before the group was its own. */
  async joinAgain(log: EventLog): Promise<void> {
    const { join } = this.#parts;
    await log.join({ ...join, from: Math.min(join.from, this.#joinedAt), isLost: true });
  }

  get deadLetters(): DeadLetters<EventJob> {
    return this.#queue.deadLetters;
  }

  pause(): Promise<void> {
    return this.#queue.pause();
  }

  resume(): Promise<void> {
    return this.#queue.resume();
  }

  getMetrics(): Promise<QueueMetrics> {
    return this.#queue.getMetrics();
  }

  stats(): GroupStats {
    const state = this.#breaker?.state ?? 'CLOSED';
    const circuit = state === 'OPEN' ? 'open' : state === 'CLOSED' ? 'closed' : 'half-open';
    return { handled: this.#handled, failed: this.#failed, circuit };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#parts.queues.drop(this.group);
    await this.#queue.close();
    this.#stopListening();
    await Promise.all(this.#settling);
    this.#parts.onClosed();
  }

  async #process(job: QueueJob<EventJob>): Promise<void> {
    const { join, log } = this.#parts;
    const { types } = join;
    if (types !== undefined && !types.includes(job.name)) throw new JobDeferredError(NOT_OURS_MS);
    const ordered = this.#orderedOf(job.data);
    // Handled already, by a worker that died before it could say so: its successors may have run, or wait for this.
    const isHandled = ordered !== undefined && (await log.place(ordered)) === undefined;
    if (!isHandled) await this.#handle(job);
    if (ordered === undefined) return;
    const next = await log.settle(ordered, 'handled');
    if (next !== undefined) await this.#parts.dispatcher.addNext(ordered.feed, next);
  }

  async #handle(job: QueueJob<EventJob>): Promise<void> {
    const { attempt, maxAttempts, signal, data, name: type } = job;
    const { carrier: _carrier, ...event } = readEvent({ ...data, type });
    const delivered = { ...event, attempt, maxAttempts, isReplay: data.replay !== '', signal };
    try {
      const call = async () => void (await this.#parts.handler(delivered));
      await (this.#breaker === undefined ? call() : this.#breaker.execute(call));
      this.#handled += 1;
    } catch (error) {
      this.#failed += 1;
      throw error;
    }
  }

  async #died({ jobId, reason }: DeadLettered): Promise<void> {
    const letter = await this.#queue.deadLetters.get(jobId);
    if (letter === undefined) return;
    const ordered = this.#orderedOf(letter.data);
    if (ordered !== undefined) {
      const next = await this.#parts.log.settle(ordered, 'dead');
      if (next !== undefined) await this.#parts.dispatcher.addNext(ordered.feed, next);
    }
    const { carrier: _carrier, ...event } = readEvent({ ...letter.data, type: letter.jobName });
    await this.#parts.options.onDeadLetter?.(event, new Error(reason), this.group);
  }

  #orderedOf({ key, position, replay, ordered }: EventJob): OrderedEvent | undefined {
    if (key === null || !ordered) return undefined;
    return { feed: feedName({ group: this.group, replay }), key, position };
  }
}
