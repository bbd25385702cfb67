import { type Carrier, fromCarrier, runWithTrace } from '@holdfast/context';
import { createJobQueue, type JobQueue, type KeepCompleted } from '@holdfast/queue';
import { queuePlace } from '../engines/place.ts';
import { readEvent } from '../event.ts';
import type { Feed, LoggedEvent } from '../log/event-log.ts';
import type { ResolvedOptions } from '../options.ts';

/** What a job of a group's queue holds. The body stays text, so that no engine has to keep more than text. */
export interface EventJob {
  readonly id: string;
  readonly key: string | null;
  readonly position: number;
  /** Empty unless it is a replay. */
  readonly replay: string;
  readonly body: string;
  /** Whether its place in line has to be looked at. */
  readonly ordered: boolean;
}

const KEPT_AGE_MS = 3_600_000;
const KEPT_LEAST = 1000;
/** PostgreSQL: of a queue that only adds. */
const CONNECTIONS = 2;

/** The queue of each group: the one of its subscription in this process, else one that only adds. */
export class GroupQueues {
  readonly #options: ResolvedOptions;
  readonly #own = new Map<string, JobQueue<EventJob>>();
  readonly #opened = new Map<string, JobQueue<EventJob>>();
  readonly #carriers = new WeakMap<LoggedEvent, Carrier>();

  constructor(options: ResolvedOptions) {
    this.#options = options;
  }

  get(group: string): JobQueue<EventJob> {
    const known = this.#own.get(group) ?? this.#opened.get(group);
    if (known !== undefined) return known;
    const { place, timeoutMs, clock, onError } = this.#options;
    const queue = createJobQueue<EventJob>({
      queueName: queueName(this.#options.name, group),
      ...queuePlace(place, CONNECTIONS),
      enqueueTimeoutMs: timeoutMs,
      clock,
      onError,
    });
    this.#opened.set(group, queue);
    return queue;
  }

  /** Says that this process has a worker for the group. */
  adopt(group: string, queue: JobQueue<EventJob>): void {
    this.#own.set(group, queue);
  }

  drop(group: string): void {
    this.#own.delete(group);
  }

  /** Removes every job of a group, and lets go of its queue. */
  async remove(group: string): Promise<void> {
    const queue = this.get(group);
    await queue.obliterate();
    if (this.#opened.get(group) !== queue) return;
    this.#opened.delete(group);
    await queue.close();
  }

  /** Adds the job of an event, once for each group and replay: its id is that of the event. */
  async add(
    feed: Pick<Feed, 'group' | 'replay' | 'settings'>,
    event: LoggedEvent,
    ordered: boolean,
  ): Promise<string> {
    const { id, type, key, position, body } = event;
    const { maxRetries, backoff } = feed.settings;
    const job: EventJob = { id, key, position, replay: feed.replay, body, ordered };
    const carrier = this.#carrierOf(event);
    const add = () => this.get(feed.group).add(type, job, { id: jobIdOf(feed, id), maxRetries, backoff });
    // The job continues the trace of whoever published, not that of the dispatcher.
    const added =
      carrier.traceparent === undefined ? await add() : await runWithTrace(fromCarrier(carrier), add);
    return added.jobId;
  }

  /** Read once for all groups that an event goes to. */
  #carrierOf(event: LoggedEvent): Carrier {
    let carrier = this.#carriers.get(event);
    if (carrier === undefined) {
      ({ carrier } = readEvent(event));
      this.#carriers.set(event, carrier);
    }
    return carrier;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#opened.values()].map((queue) => queue.close()));
  }
}

/**
 * The log knows which events were there. A job that is done has to be known only for as long as a dispatcher may add
 * it again, having died before it moved the cursor.
 */
export function keptJobs({ batchSize }: Pick<ResolvedOptions, 'batchSize'>): KeepCompleted {
  return { ageMs: KEPT_AGE_MS, count: Math.max(KEPT_LEAST, 4 * batchSize) };
}

export function queueName(bus: string, group: string): string {
  return `${bus}-${group}`;
}

function jobIdOf(feed: Pick<Feed, 'group' | 'replay'>, id: string): string {
  return feed.replay === '' ? id : `${id}~${feed.replay}`;
}
