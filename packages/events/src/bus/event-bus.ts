import { randomUUID } from 'node:crypto';
import { COLLECT_CHANNEL, type CollectRequest, subscribeSafely } from '@holdfast/context/channels';
import type { DeadLetters } from '@holdfast/queue';
import {
  type EventsTrouble,
  type GroupSnapshot,
  type OutboxSnapshot,
  type PublishOutcome,
  tell,
  troubleChannel,
} from '../channels.ts';
import { EventsClosedError, EventsOptionError, GroupError } from '../errors.ts';
import type { DeliveredEvent, EventMetadata } from '../event.ts';
import { plainName, show } from '../option-checks.ts';
import { type EventBusOptions, type EventTypes, type ResolvedOptions, resolveOptions } from '../options.ts';
import type { SqliteTx, Tx } from '../outbox/transaction.ts';
import { resolveSubscribe, type SubscribeOptions, startTime } from './group-options.ts';
import type { EventJob } from './group-queues.ts';
import { PublishedCounts } from './published-counts.ts';
import { isSqliteTx, type Published, Publisher } from './publisher.ts';
import { openStores, type Stores } from './stores.ts';
import { type AnyHandler, type GroupStats, GroupWorker, type Subscription } from './subscription.ts';

export interface PublishOptions {
  /** The event is written in this transaction, or not at all. */
  tx?: Tx;
  /** Events of one key are delivered in order to groups that ask for it. 1 to 500 characters. */
  key?: string;
  /** A second event with the same id is a duplicate. Default a new one. */
  id?: string;
}

/** An event of one of the types, so that `eventType` tells what the payload is. */
export type EventOf<Types extends EventTypes, Type extends keyof Types & string> = {
  [Each in Type]: DeliveredEvent<Each, Types[Each]>;
}[Type];

/** What the bus did in this process. */
export interface EventBusStats {
  /** Calls of `publish()` by what became of them. */
  readonly published: Readonly<Record<PublishOutcome, number>>;
  readonly groups: Readonly<Record<string, GroupStats>>;
  /** Whether this process is the one that moves rows of the outbox, and events to groups. */
  readonly isRelay: boolean;
  readonly isDispatcher: boolean;
}

/** The state in the stores, for all processes. */
export interface EventBusLag {
  readonly outbox: Pick<OutboxSnapshot, 'pending' | 'oldestAgeMs'> | undefined;
  /** Of each group, how many positions of the log are not in its queue yet. */
  readonly groups: Readonly<Record<string, number>>;
}

/** A durable bus: every group gets every event, once it is committed, at least once. */
export interface EventBus<Types extends EventTypes = EventTypes> extends AsyncDisposable {
  readonly name: string;
  /** Resolves when the stores are open. @throws EventsUnavailableError and what the stores throw */
  ready(): Promise<void>;
  /**
   * Publishes with the rows of a synchronous transaction, and throws at once.
   * @throws InvalidEventError, OutboxTransactionError
   */
  publish<Type extends keyof Types & string>(
    type: Type,
    payload: Types[Type],
    metadata: EventMetadata | undefined,
    options: PublishOptions & { tx: SqliteTx },
  ): Published;
  /**
   * Resolves when the event is in the log, or with `tx` in the outbox.
   * @throws InvalidEventError, EventsUnavailableError, OutboxTransactionError, EventsClosedError
   */
  publish<Type extends keyof Types & string>(
    type: Type,
    payload: Types[Type],
    metadata?: EventMetadata,
    options?: PublishOptions,
  ): Promise<Published>;
  /**
   * Makes the group where it is new, and handles its events in this process.
   * @param types one, several, or `'*'` for all
   * @throws EventsOptionError, GroupError where this process has a handler for the group
   */
  subscribe<Type extends keyof Types & string>(
    group: string,
    types: Type | readonly Type[] | '*',
    handler: (event: EventOf<Types, Type>) => unknown,
    options?: SubscribeOptions,
  ): Promise<Subscription>;
  /**
   * Delivers again, to one group, what was published since `from` and is still kept.
   * @throws GroupError where the group is not known
   */
  replay(options: { group: string; from: Date | number | 'start' }): Promise<{ readonly replayId: string }>;
  /** Ends a group, with what waits for it and its dead letters. @returns whether it was known */
  removeGroup(group: string): Promise<boolean>;
  /** Of any group, also one whose handlers are in other processes. */
  deadLetters(group: string): Promise<DeadLetters<EventJob>>;
  /** Of this process alone; asks no store. */
  getStats(): EventBusStats;
  /** Of all processes; asks the stores. */
  getLag(): Promise<EventBusLag>;
  /** Takes no further event, waits for running handlers, and lets go of every connection. */
  close(): Promise<void>;
}

/**
 * A durable event bus, on SQLite where nothing else is said.
 * @example
 * const bus = createEventBus<{ 'order.paid': { orderId: string } }>();
 * await bus.subscribe('mailer', 'order.paid', async ({ payload }) => sendReceipt(payload.orderId));
 * await bus.publish('order.paid', { orderId: 'o_1' });
 * @throws EventsOptionError
 */
export function createEventBus<Types extends EventTypes = EventTypes>(
  options: EventBusOptions<Types> = {},
): EventBus<Types> {
  // Handlers are stored for any type; what a caller may give is checked by the interface.
  return new Bus(resolveOptions(options)) as unknown as EventBus<Types>;
}

class Bus {
  readonly name: string;
  readonly #options: ResolvedOptions;
  readonly #counts: PublishedCounts;
  readonly #publisher: Publisher;
  readonly #workers = new Map<string, GroupWorker>();
  readonly #stopAnswering: () => void;
  #opening: Promise<Stores> | undefined;
  #opened: Stores | undefined;
  #closing: Promise<void> | undefined;

  constructor(resolved: ResolvedOptions) {
    const { onError, name } = resolved;
    this.name = name;
    this.#options = {
      ...resolved,
      onError: (error) => {
        tell<EventsTrouble>(troubleChannel, () => ({ bus: name, error }));
        onError(error);
      },
    };
    this.#counts = new PublishedCounts(name);
    this.#publisher = new Publisher(
      this.#options,
      this.#counts,
      () => this.#open(),
      () => this.#opened,
    );
    this.#stopAnswering = subscribeSafely<CollectRequest>(COLLECT_CHANNEL, (request) =>
      this.#answer(request),
    );
    // Opened at once, so that the first publish need not wait; a failure shows in what needs the stores.
    this.#open().catch(() => {});
  }

  async ready(): Promise<void> {
    await this.#open();
  }

  publish(
    type: string,
    payload: unknown,
    metadata?: EventMetadata,
    { tx, key, id }: PublishOptions = {},
  ): Published | Promise<Published> {
    const input = { type, payload, metadata, key, id };
    if (tx === undefined) return this.#publisher.publish(input);
    if (!isSqliteTx(tx)) return this.#publisher.publishIn(tx, input);
    if (this.#closing !== undefined) throw new EventsClosedError();
    return this.#publisher.publishSync(tx, input);
  }

  async subscribe(
    group: string,
    types: string | readonly string[],
    handler: AnyHandler,
    options: SubscribeOptions = {},
  ): Promise<Subscription> {
    plainName('group', group);
    if (typeof handler !== 'function') throw new EventsOptionError('handler', 'must be a function.');
    const subscribe = resolveSubscribe(options);
    const wanted = checkedTypes(types);
    const stores = await this.#open();
    if (this.#workers.has(group))
      throw new GroupError(
        group,
        'has a handler in this process. Close its subscription first, or raise its concurrency.',
      );
    const join = { group, types: wanted, settings: subscribe.settings, from: subscribe.from };
    const worker = new GroupWorker({
      join,
      handler,
      subscribe,
      options: this.#options,
      ...stores,
      onClosed: () => void this.#workers.delete(group),
    });
    this.#workers.set(group, worker);
    try {
      await stores.log.join(join);
      await worker.start();
    } catch (error) {
      await worker.close();
      throw error;
    }
    stores.dispatcher.wake();
    return worker;
  }

  async replay({
    group,
    from,
  }: {
    group: string;
    from: Date | number | 'start';
  }): Promise<{ replayId: string }> {
    plainName('group', group);
    const since = startTime(from);
    const { log, dispatcher } = await this.#open();
    const replayId = randomUUID();
    if (!(await log.replay(group, replayId, since)))
      throw new GroupError(group, 'is not known. Subscribe it first.');
    dispatcher.wake();
    return { replayId };
  }

  async removeGroup(group: string): Promise<boolean> {
    plainName('group', group);
    const { log, queues } = await this.#open();
    await this.#workers.get(group)?.close();
    const wasKnown = await log.leave(group);
    // A job that stayed, also one that is done, would be taken for that of a later group of this name.
    await queues.remove(group);
    return wasKnown;
  }

  async deadLetters(group: string): Promise<DeadLetters<EventJob>> {
    plainName('group', group);
    return (await this.#open()).queues.get(group).deadLetters;
  }

  getStats(): EventBusStats {
    return {
      published: this.#counts.get(),
      groups: Object.fromEntries([...this.#workers].map(([group, worker]) => [group, worker.stats()])),
      isRelay: this.#opened?.outbox?.relay.isActive ?? false,
      isDispatcher: this.#opened?.dispatcher.isActive ?? false,
    };
  }

  async getLag(): Promise<EventBusLag> {
    const { outbox, log } = await this.#open();
    const [state, groups] = await Promise.all([outbox?.table.state(), this.#groupSnapshots(log)]);
    return { outbox: state, groups: Object.fromEntries(groups.map(({ group, lag }) => [group, lag])) };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#stopAnswering();
    const stores = await this.#opening?.catch(() => undefined);
    await stores?.batch.close();
    await Promise.all([...this.#workers.values()].map((worker) => worker.close()));
    await stores?.close();
  }

  #open(): Promise<Stores> {
    if (this.#closing !== undefined) return Promise.reject(new EventsClosedError());
    if (this.#opening === undefined) {
      const opening = openStores(this.#options);
      this.#opening = opening;
      opening.then(
        (stores) => {
          this.#opened = stores;
          stores.log.onLost(() => this.#joinAgain(stores));
        },
        // The next call tries again: a server that was away may be back by then.
        () => (this.#opening = undefined),
      );
    }
    return this.#opening;
  }

  /** The log has forgotten the groups of this process. */
  async #joinAgain({ log, dispatcher }: Stores): Promise<void> {
    await Promise.all([...this.#workers.values()].map((worker) => worker.joinAgain(log)));
    dispatcher.wake();
  }

  #answer(request: CollectRequest): void {
    const stores = this.#opened;
    if (stores === undefined) return;
    const { outbox, log } = stores;
    const told = async () => {
      for (const snapshot of await this.#groupSnapshots(log)) request.add('events.group', snapshot);
      if (outbox === undefined) return;
      const snapshot: OutboxSnapshot = {
        bus: this.name,
        ...(await outbox.table.state()),
        isActive: outbox.relay.isActive,
      };
      request.add('events.outbox', snapshot);
    };
    // A store that cannot be asked has no state to report: a wrong figure would be worse than none.
    request.waitFor(told().catch(() => {}));
  }

  async #groupSnapshots(log: Stores['log']): Promise<readonly GroupSnapshot[]> {
    const [head, feeds] = await Promise.all([log.head(), log.feeds()]);
    return feeds
      .filter(({ replay }) => replay === '')
      .map(({ group, cursor }) => ({
        bus: this.name,
        group,
        lag: Math.max(0, head - cursor),
        replays: feeds.filter((feed) => feed.group === group && feed.replay !== '').length,
      }));
  }
}

/** @returns undefined for every type */
function checkedTypes(types: unknown): readonly string[] | undefined {
  if (types === '*') return undefined;
  const list = typeof types === 'string' ? [types] : types;
  const isList =
    Array.isArray(list) && list.length > 0 && list.every((type) => typeof type === 'string' && type !== '');
  if (!isList)
    throw new EventsOptionError('types', `is ${show(types)}; it must be a type, a list of types or '*'.`);
  return [...(list as string[])];
}
