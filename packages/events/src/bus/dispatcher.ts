import { randomUUID } from 'node:crypto';
import { type EventLog, type Feed, feedName, type LoggedEvent, type OrderedEvent } from '../log/event-log.ts';
import type { ResolvedOptions } from '../options.ts';
import type { GroupQueues } from './group-queues.ts';
import { Lease } from './lease.ts';
import { WorkLoop } from './work-loop.ts';

/** How often what should not happen is looked for: a line whose first event is not under way. */
const SWEEP_INTERVAL_MS = 10_000;
const SWEEP_LIMIT = 2000;
const TRIM_INTERVAL_MS = 60_000;
const TRIM_LIMIT = 5000;

export interface Dispatcher {
  readonly isActive: boolean;
  /** Says that there is something to do, whoever is the dispatcher. */
  wake(): void;
  /** Adds the next of a line, whoever is the dispatcher. */
  addNext(feed: string, position: number): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Hands events from the log to the queue of each group, one process at a time. A job's id is that of its event, and a
 * cursor moves after the jobs are stored: whoever takes over adds some again and changes nothing.
 */
export function startDispatcher(log: EventLog, queues: GroupQueues, options: ResolvedOptions): Dispatcher {
  return new LogDispatcher(log, queues, options);
}

class LogDispatcher implements Dispatcher {
  readonly #log: EventLog;
  readonly #queues: GroupQueues;
  readonly #options: ResolvedOptions;
  readonly #owner = randomUUID();
  readonly #lease: Lease;
  readonly #loop: WorkLoop;
  readonly #unwatch: () => void;
  #sweepAt = 0;
  /** Where the last look at the lines ended, and what it found. */
  #sweptTo: number | undefined;
  #firsts: ReadonlySet<string> = new Set();
  #trimAt = 0;

  constructor(log: EventLog, queues: GroupQueues, options: ResolvedOptions) {
    const { leaseMs, clock, onError } = options;
    this.#log = log;
    this.#queues = queues;
    this.#options = options;
    this.#lease = new Lease((stale) => log.lease('dispatcher', this.#owner, leaseMs, stale), leaseMs, clock);
    this.#loop = new WorkLoop(() => this.#step(), leaseMs / 3, clock, onError);
    this.#unwatch = log.watch(() => this.#loop.wake());
    this.#loop.wake();
  }

  get isActive(): boolean {
    return this.#lease.held;
  }

  wake(): void {
    if (!this.#lease.held) this.#log.announce();
    this.#loop.wake();
  }

  async stop(): Promise<void> {
    this.#unwatch();
    await this.#loop.stop();
    await this.#log.release('dispatcher', this.#owner).catch(this.#options.onError);
  }

  async addNext(feed: string, position: number): Promise<void> {
    await this.#addFirst(await this.#log.feeds(), feed, position);
  }

  async #step(): Promise<boolean> {
    if (!(await this.#lease.hold())) return false;
    const feeds = await this.#log.feeds();
    let more = false;
    for (const [cursor, together] of byCursor(feeds)) more = (await this.#hand(cursor, together)) || more;
    await this.#upkeep();
    return more;
  }

  /** Feeds that are at one place are served from one reading. */
  async #hand(cursor: number, feeds: readonly Feed[]): Promise<boolean> {
    const { batchSize } = this.#options;
    const events = await this.#log.read(cursor, batchSize);
    const last = events.at(-1);
    // A replay of what has been trimmed meanwhile is at its end.
    const to = last?.position;
    if (to === undefined) {
      const ended = feeds.filter(({ until }) => until !== undefined);
      await this.#log.advance(ended.map((feed) => ({ feed, to: feed.until ?? cursor })));
      return false;
    }
    await Promise.all(feeds.map((feed) => this.#handToGroup(feed, events, to)));
    await this.#log.advance(feeds.map((feed) => ({ feed, to })));
    return events.length === batchSize;
  }

  async #handToGroup(feed: Feed, events: readonly LoggedEvent[], to: number): Promise<void> {
    const wanted = events.filter(
      ({ type, position }) =>
        (feed.types === undefined || feed.types.includes(type)) &&
        (feed.until === undefined || position <= feed.until),
    );
    const ready = feed.settings.ordered ? await this.#firstOfTheirKeys(feed, wanted, to) : wanted;
    await Promise.all(
      ready.map((event) => this.#queues.add(feed, event, feed.settings.ordered && event.key !== null)),
    );
  }

  async #firstOfTheirKeys(
    feed: Feed,
    events: readonly LoggedEvent[],
    to: number,
  ): Promise<readonly LoggedEvent[]> {
    const name = feedName(feed);
    const ordered = events.flatMap(({ key, position }): OrderedEvent[] =>
      key === null ? [] : [{ feed: name, key, position }],
    );
    if (ordered.length === 0) return events;
    const first = await this.#log.line(feed, ordered, to);
    return events.filter(({ key, position }) => key === null || first.get(key) === position);
  }

  async #upkeep(): Promise<void> {
    const { clock, retentionMs } = this.#options;
    const now = clock.now();
    if (now >= this.#sweepAt) {
      this.#sweepAt = now + SWEEP_INTERVAL_MS;
      await this.#sweepLines();
    }
    if (now < this.#trimAt) return;
    const removed = await this.#log.trim(clock.wallTime() - retentionMs, TRIM_LIMIT);
    if (removed < TRIM_LIMIT) this.#trimAt = now + TRIM_INTERVAL_MS;
  }

  /** @returns undefined where the group or the event is gone */
  async #addFirst(
    feeds: readonly Feed[],
    name: string,
    position: number,
  ): Promise<{ readonly group: string; readonly jobId: string } | undefined> {
    const [group = '', replay = ''] = name.split('~');
    const feed = feeds.find((each) => each.group === group && each.replay === '');
    const [event] = await this.#log.read(position - 1, 1);
    if (feed === undefined || event?.position !== position) return undefined;
    return { group, jobId: await this.#queues.add({ ...feed, replay }, event, true) };
  }

  /**
   * A process that died between the end of one event and the next of its key leaves the next one to this. Who was the
   * first of its key at the last look too is added again, which changes nothing where its job is there.
   */
  async #sweepLines(): Promise<void> {
    const before = this.#firsts;
    const { first, to } = await this.#log.firstInLine(SWEEP_LIMIT, this.#sweptTo);
    const isAll = this.#sweptTo === undefined && to === undefined;
    this.#sweptTo = to;
    const nameOf = ({ feed, position }: OrderedEvent) => `${feed} ${position}`;
    this.#firsts = new Set(first.map(nameOf));
    const waiting = isAll ? first.filter((each) => before.has(nameOf(each))) : first;
    if (waiting.length === 0) return;
    const feeds = await this.#log.feeds();
    await Promise.all(waiting.map((first) => this.#addAgain(feeds, first)));
  }

  async #addAgain(feeds: readonly Feed[], first: OrderedEvent): Promise<void> {
    const added = await this.#addFirst(feeds, first.feed, first.position);
    if (added === undefined) return;
    if ((await this.#queues.get(added.group).deadLetters.get(added.jobId)) === undefined) return;
    const next = await this.#log.settle(first, 'dead');
    if (next !== undefined) await this.addNext(first.feed, next);
  }
}

function byCursor(feeds: readonly Feed[]): ReadonlyMap<number, readonly Feed[]> {
  return Map.groupBy(feeds, ({ cursor }) => cursor);
}
