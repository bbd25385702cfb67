// index.d.ts
export { createEventBus, type EventBus, type EventBusLag, type EventBusStats, type EventOf, type PublishOptions, } from './bus/event-bus.ts';
export { GROUP_DEFAULTS, type GroupDefaults, type SubscribeOptions } from './bus/group-options.ts';
export type { EventJob } from './bus/group-queues.ts';
export type { Published } from './bus/publisher.ts';
export { createResilientEventBusWrapper, type DeadLetterHandler, type ResilientEventBus, type ResilientEventBusOptions, type ResilientPublished, } from './bus/resilient-wrapper.ts';
export type { GroupStats, Subscription } from './bus/subscription.ts';
export type { EventPublished, EventsTrouble, GroupSnapshot, OutboxSnapshot, PublishOutcome, } from './channels.ts';
export { EventsClosedError, EventsDataLostError, EventsError, EventsMissingPeerError, EventsOptionError, EventsSchemaVersionError, EventsUnavailableError, GroupError, InvalidEventError, OutboxTransactionError, } from './errors.ts';
export type { BusEvent, DeliveredEvent, EventMetadata } from './event.ts';
export { EVENT_BUS_DEFAULTS, type EventBusDefaults, type EventBusOptions, type EventSchemas, type EventTypes, } from './options.ts';
export type { AsyncTx, PgClient, PgTx, PrismaTransactionClient, PrismaTx, SqliteDatabase, SqliteStatement, SqliteTx, Tx, } from './outbox/transaction.ts';

// bus/event-bus.d.ts
import type { DeadLetters } from '@holdfast/queue';
import { type OutboxSnapshot, type PublishOutcome } from '../channels.ts';
import type { DeliveredEvent, EventMetadata } from '../event.ts';
import { type EventBusOptions, type EventTypes } from '../options.ts';
import type { SqliteTx, Tx } from '../outbox/transaction.ts';
import { type SubscribeOptions } from './group-options.ts';
import type { EventJob } from './group-queues.ts';
import { type Published } from './publisher.ts';
import { type GroupStats, type Subscription } from './subscription.ts';
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
    publish<Type extends keyof Types & string>(type: Type, payload: Types[Type], metadata: EventMetadata | undefined, options: PublishOptions & {
        tx: SqliteTx;
    }): Published;
    /**
     * Resolves when the event is in the log, or with `tx` in the outbox.
     * @throws InvalidEventError, EventsUnavailableError, OutboxTransactionError, EventsClosedError
     */
    publish<Type extends keyof Types & string>(type: Type, payload: Types[Type], metadata?: EventMetadata, options?: PublishOptions): Promise<Published>;
    /**
     * Makes the group where it is new, and handles its events in this process.
     * @param types one, several, or `'*'` for all
     * @throws EventsOptionError, GroupError where this process has a handler for the group
     */
    subscribe<Type extends keyof Types & string>(group: string, types: Type | readonly Type[] | '*', handler: (event: EventOf<Types, Type>) => unknown, options?: SubscribeOptions): Promise<Subscription>;
    /**
     * Delivers again, to one group, what was published since `from` and is still kept.
     * @throws GroupError where the group is not known
     */
    replay(options: {
        group: string;
        from: Date | number | 'start';
    }): Promise<{
        readonly replayId: string;
    }>;
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
export declare function createEventBus<Types extends EventTypes = EventTypes>(options?: EventBusOptions<Types>): EventBus<Types>;

// channels.d.ts
/** What the event bus tells to whoever listens; the payload types are part of the API. */
import { type Channel } from 'node:diagnostics_channel';
/**
 * How a publish ended: in the log, in the outbox of a transaction, known already, refused since it is no event, failed,
 * or handed to `onDeadLetter` by the resilient wrapper.
 */
export type PublishOutcome = 'published' | 'outbox' | 'duplicate' | 'refused' | 'failed' | 'dead-lettered';
/** Fact `holdfast:events:published`. */
export interface EventPublished {
    readonly bus: string;
    readonly eventType: string;
    readonly outcome: PublishOutcome;
}
/** Fact `holdfast:events:error`: trouble that fails no call, such as a store that is away. */
export interface EventsTrouble {
    readonly bus: string;
    readonly error: Error;
}
/** Collect kind `events.outbox`. */
export interface OutboxSnapshot {
    readonly bus: string;
    /** Rows that were committed and are not in the log yet. */
    readonly pending: number;
    /** Of the oldest of them; 0 where there is none. */
    readonly oldestAgeMs: number;
    /** Whether the relay of this process is the one that works. */
    readonly isActive: boolean;
}
/** Collect kind `events.group`; what waits in the group's queue is told by `queue.depth`. */
export interface GroupSnapshot {
    readonly bus: string;
    readonly group: string;
    /** How many positions of the log are not in the group's queue yet. */
    readonly lag: number;
    /** Replays under way. */
    readonly replays: number;
}
export declare const publishedChannel: Channel;
export declare const troubleChannel: Channel;
/** Publishes `fact()` where somebody listens. */
export declare function tell<T>(on: Channel, fact: () => T): void;

// event.d.ts
import { type Carrier } from '@holdfast/context';
import type { EventToLog } from './log/event-log.ts';
import type { ResolvedOptions } from './options.ts';
/** What goes with an event beside its payload; whatever JSON can hold. */
export interface EventMetadata {
    /** Default that of the current context. */
    correlationId?: string | undefined;
    [name: string]: unknown;
}
/** An event as it was published. */
export interface BusEvent<Type extends string = string, Payload = unknown> {
    /** The same at each delivery, to each group, and for the row in the outbox. */
    readonly id: string;
    readonly eventType: Type;
    readonly payload: Payload;
    readonly metadata: Readonly<EventMetadata>;
    /** Events of one key have an order. */
    readonly key: string | undefined;
    /** Epoch ms. */
    readonly publishedAt: number;
}
/** An event as a handler gets it. */
export interface DeliveredEvent<Type extends string = string, Payload = unknown> extends BusEvent<Type, Payload> {
    /** 1-based. */
    readonly attempt: number;
    /** Counts the first attempt. */
    readonly maxAttempts: number;
    readonly isReplay: boolean;
    /** Aborts when the time of the attempt is up, and when the bus is closed and cannot wait any longer. */
    readonly signal: AbortSignal;
}
/** What an event is made of; checked here, since whoever calls may be JavaScript. */
export interface EventInput {
    readonly type: unknown;
    readonly payload: unknown;
    readonly metadata: unknown;
    readonly key: unknown;
    readonly id: unknown;
}
/** @throws InvalidEventError, at once or by rejection where the schema is asynchronous */
export declare function prepareEvent(input: EventInput, options: Pick<ResolvedOptions, 'schemas' | 'maxPayloadBytes' | 'clock'>): EventToLog | Promise<EventToLog>;
export declare function readEvent(event: EventToLog): BusEvent & {
    readonly carrier: Carrier;
};

// log/event-log.d.ts
/** An event on its way into the log: `body` is the JSON of everything that is not a column. */
export interface EventToLog {
    readonly id: string;
    readonly type: string;
    readonly key: string | null;
    readonly body: string;
}
export interface LoggedEvent extends EventToLog {
    /** Grows with each event; an event that is seen later never has a smaller one. */
    readonly position: number;
}
/** How the jobs of a group are made: kept with the group, since another process makes them. */
export interface GroupSettings {
    readonly maxRetries: number;
    readonly backoff: {
        readonly initialDelayMs: number;
        readonly maxDelayMs: number;
    };
    readonly ordered: boolean;
}
/** Where a group is in the log: its own way through it, and one more for each replay. */
export interface Feed {
    readonly group: string;
    /** Empty for the group's own way. */
    readonly replay: string;
    /** Undefined for every type. */
    readonly types: readonly string[] | undefined;
    readonly settings: GroupSettings;
    /** Of the last event that was handed to the group's queue. */
    readonly cursor: number;
    /** Of the last event of a replay. */
    readonly until: number | undefined;
}
export interface Join {
    readonly group: string;
    readonly types: readonly string[] | undefined;
    readonly settings: GroupSettings;
    /** Epoch ms: a new group begins with the first event that was logged then or later. `Infinity` from now. */
    readonly from: number;
    /** The group was there before the log was lost: where it is not known, it begins with all that came after the loss. */
    readonly isLost?: boolean;
}
/** What became of a call for a lease. */
export interface LeaseAnswer {
    readonly isHeld: boolean;
    /** Another text after each renewal, whoever holds it. */
    readonly beat: string;
}
/** One event of a feed that has to wait for its predecessor of the same key. */
export interface OrderedEvent {
    readonly feed: string;
    readonly key: string;
    readonly position: number;
}
export interface LookAtLines {
    /** Those that are the first of their keys. */
    readonly first: readonly OrderedEvent[];
    /** Of the last one that was looked at; undefined at the end. */
    readonly to: number | undefined;
}
/** Durable order of the events of one bus, who reads them, and how far they are. Safe for many processes. */
export interface EventLog {
    /** Adds what is not there yet, in this order. @returns the ids that were new */
    append(events: readonly EventToLog[]): Promise<ReadonlySet<string>>;
    read(after: number, limit: number): Promise<readonly LoggedEvent[]>;
    /** Makes the group, or changes its types and settings; where it was, it stays. */
    join(join: Join): Promise<void>;
    /** Begins a replay up to what is in the log now. @returns false where the group is not known */
    replay(group: string, replay: string, from: number): Promise<boolean>;
    /** Forgets the group, its replays and what waits in order. @returns whether it was known */
    leave(group: string): Promise<boolean>;
    feeds(): Promise<readonly Feed[]>;
    /** Moves cursors forward, never back; a replay that has reached its end is forgotten. */
    advance(moves: readonly {
        readonly feed: Feed;
        readonly to: number;
    }[]): Promise<void>;
    /** The position of the newest event, 0 where there is none. */
    head(): Promise<number>;
    /**
     * Puts events in line behind those of the same key, once, however often it is asked to.
     * @param to as far as the feed has been put in line with this
     * @returns of each key the position of the first in line
     */
    line(feed: Feed, events: readonly OrderedEvent[], to: number): Promise<ReadonlyMap<string, number>>;
    /** @returns undefined where it has been handled */
    place(event: OrderedEvent): Promise<'waiting' | 'dead' | undefined>;
    /** Ends the wait of the next in line. @returns its position */
    settle(event: OrderedEvent, as: 'handled' | 'dead'): Promise<number | undefined>;
    /** Looks through so many of the events that wait in lines, the oldest first. @param after where the last look ended */
    firstInLine(limit: number, after?: number): Promise<LookAtLines>;
    /**
     * Takes or renews the lease, for all processes of the bus.
     * @param stale a beat: while it is still that one, the lease is given away before its time is up
     */
    lease(name: string, owner: string, leaseMs: number, stale?: string): Promise<LeaseAnswer>;
    release(name: string, owner: string): Promise<void>;
    /** Removes what is older and was handed to every group. @returns how many */
    trim(before: number, limit: number): Promise<number>;
    /** Calls when the log is found to have been lost, and again while what it returns rejects. */
    onLost(recover: () => Promise<void>): void;
    /** Tells those who watch in other processes that there is something to do, where they would not notice soon. */
    announce(): void;
    /** @returns a function that ends it */
    watch(onChange: () => void): () => void;
    close(): Promise<void>;
}
/** The name of a feed where one word is needed; neither part can hold the sign between them. */
export declare function feedName({ group, replay }: Pick<Feed, 'group' | 'replay'>): string;

// options.d.ts
import { type Clock } from '@holdfast/context/clock';
import type { PostgresLocation, RedisConnection, SqliteLocation, StandardSchema } from '@holdfast/queue';
import { type Place } from './engines/place.ts';
import type { BusEvent } from './event.ts';
/** The payload of each type of event. */
export type EventTypes = Record<string, unknown>;
/** A schema for each type of event that is to be checked. */
export type EventSchemas<Types extends EventTypes> = {
    readonly [Type in keyof Types]?: StandardSchema<unknown, Types[Type]>;
};
export interface EventBusOptions<Types extends EventTypes = EventTypes> {
    /** Buses of one name on one store are one bus. Default `events`. */
    name?: string;
    /** Redis. */
    connection?: RedisConnection;
    /** SQLite (a file, or a database on one) or PostgreSQL. Default `events.db` in `HOLDFAST_DATA_DIR` or `./.holdfast`. */
    backend?: SqliteLocation | PostgresLocation;
    /** The database of the transactions that are given to `publish`. Default that of `backend`, none with Redis. */
    outbox?: SqliteLocation | PostgresLocation;
    /** Checks payloads when they are published, and may change them; any Standard Schema for each type. */
    schemas?: EventSchemas<Types>;
    /** Payload and metadata together. Default 262144. */
    maxPayloadBytes?: number;
    /** How long events are kept for groups that join later and for replays. Default 604800000, seven days. */
    retentionMs?: number;
    /** How long a call to a store may take. Default 5000. */
    timeoutMs?: number;
    /** How often commits of other connections are looked for; on PostgreSQL, which tells of them, ten times less often. Default 20. */
    pollIntervalMs?: number;
    /** For so long is nobody else the relay or the dispatcher after its process was killed. Default 3000. */
    leaseMs?: number;
    /** Events that are handed on at once. Default 500. */
    batchSize?: number;
    /** An event whose attempts are used up. It stays in the dead letters of the group too. */
    onDeadLetter?: (event: BusEvent, error: Error, group: string) => unknown;
    /** Trouble that fails no call, such as a store that is away. */
    onError?: (error: Error) => void;
    /** Time and timers. Default the system's. */
    clock?: Clock;
}
export interface ResolvedOptions {
    readonly name: string;
    readonly place: Place;
    readonly outbox: Exclude<Place, {
        engine: 'redis';
    }> | undefined;
    readonly schemas: Readonly<Record<string, StandardSchema<unknown, unknown> | undefined>>;
    readonly maxPayloadBytes: number;
    readonly retentionMs: number;
    readonly timeoutMs: number;
    readonly pollIntervalMs: number;
    readonly leaseMs: number;
    readonly batchSize: number;
    readonly onDeadLetter: EventBusOptions['onDeadLetter'];
    readonly onError: (error: Error) => void;
    readonly clock: Clock;
}
export interface EventBusDefaults {
    readonly name: string;
    readonly maxPayloadBytes: number;
    readonly retentionMs: number;
    readonly timeoutMs: number;
    readonly pollIntervalMs: number;
    readonly leaseMs: number;
    readonly batchSize: number;
}
/** Every default of a bus. Durations in ms, sizes in bytes. */
export declare const EVENT_BUS_DEFAULTS: EventBusDefaults;
/** @throws EventsOptionError naming option, value and range */
export declare function resolveOptions<Types extends EventTypes>(options: EventBusOptions<Types>): ResolvedOptions;

// engines/place.d.ts
import type { PostgresLocation, RedisConnection, SqliteLocation } from '@holdfast/queue';
import type { PoolConfig } from 'pg';
/** Where a store is. */
export type Place = {
    readonly engine: 'redis';
    readonly connection: RedisConnection;
} | {
    readonly engine: 'sqlite';
    readonly file: string;
} | {
    readonly engine: 'postgres';
    readonly settings: PoolConfig;
};
/** @throws EventsOptionError */
export declare function placeOf(option: string, location: SqliteLocation | PostgresLocation): Exclude<Place, {
    engine: 'redis';
}>;
/** The same place for a queue, which copies what it is given. */
export declare function queuePlace(place: Place, connections: number): {
    connection: RedisConnection;
} | {
    backend: SqliteLocation | PostgresLocation;
};

// outbox/transaction.d.ts
/** The part of a better-sqlite3 `Statement` that is called here. */
export interface SqliteStatement {
    run(...parameters: unknown[]): {
        changes: number;
    };
}
/** The part of a better-sqlite3 `Database` that is called here; a wrapper around one will do. */
export interface SqliteDatabase {
    readonly name: string;
    /** Whether a transaction is open on this connection. */
    readonly inTransaction: boolean;
    prepare(sql: string): SqliteStatement;
}
/** A transaction that is open on a better-sqlite3 database: the row is written before `publish` returns. */
export interface SqliteTx {
    readonly db: SqliteDatabase;
}
/** The part of a `pg` client that is called here. */
export interface PgClient {
    query(text: string, values?: unknown[]): Promise<{
        readonly rowCount: number | null;
    }>;
}
/** A `pg` client on which the caller has begun a transaction. */
export interface PgTx {
    readonly client: PgClient;
}
/** The part of a Prisma transaction client that is called here. */
export interface PrismaTransactionClient {
    $executeRawUnsafe(query: string, ...values: unknown[]): PromiseLike<number>;
}
/** What `prisma.$transaction(async (tx) => …)` hands to its function, on SQLite or PostgreSQL. */
export interface PrismaTx {
    readonly prisma: PrismaTransactionClient;
}
/** A transaction of the caller, whose statements are awaited. */
export type AsyncTx = PgTx | PrismaTx;
/** The caller's own transaction: the event commits with the caller's rows or not at all. */
export type Tx = SqliteTx | AsyncTx;
/** @throws OutboxTransactionError for what shows that it is no transaction */
export declare function checkTransaction(tx: Tx): void;

// bus/group-options.d.ts
import type { GroupSettings } from '../log/event-log.ts';
export interface SubscribeOptions {
    /**
     * Where a group begins that is new: with what is published from `'now'` (default), with the `'start'` of what is kept,
     * or with a time. A group that exists goes on where it was.
     */
    from?: 'now' | 'start' | Date | number;
    /** Events of one key one after the other, each after the one before has been handled or is dead. Default false. */
    ordered?: boolean;
    /** Handlers that run at once in this process. Default 5. */
    concurrency?: number;
    /** Retries after the first attempt. Default 3. */
    maxRetries?: number;
    /**
     * Full jitter: each delay is random up to `initialDelayMs` (default 1000) times `2 ** (retry - 1)`, at most `maxDelayMs`
     * (default 300000).
     */
    backoff?: {
        initialDelayMs?: number;
        maxDelayMs?: number;
    };
    /** How long one attempt may take: then its signal aborts and it has failed. Default 60000. */
    handlerTimeoutMs?: number;
    /**
     * The circuit of the group opens after `failureThreshold` failures in a row (default 10) and takes no event for
     * `resetTimeoutMs` (default 30000); false for none.
     */
    circuit?: {
        failureThreshold?: number;
        resetTimeoutMs?: number;
    } | false;
    /** How long a worker may be silent before what it had is given to another. Default 30000. */
    lockDurationMs?: number;
    /** How often that is looked for. Default 15000. */
    stalledIntervalMs?: number;
    /** How long `close` waits for running handlers. Default 10000. */
    closeTimeoutMs?: number;
}
export interface ResolvedSubscribeOptions {
    readonly from: number;
    readonly settings: GroupSettings;
    readonly concurrency: number;
    readonly handlerTimeoutMs: number;
    readonly circuit: {
        readonly failureThreshold: number;
        readonly resetTimeoutMs: number;
    } | undefined;
    readonly lockDurationMs: number;
    readonly stalledIntervalMs: number;
    readonly closeTimeoutMs: number;
}
export interface GroupDefaults {
    readonly concurrency: number;
    readonly maxRetries: number;
    readonly backoff: {
        readonly initialDelayMs: number;
        readonly maxDelayMs: number;
    };
    readonly handlerTimeoutMs: number;
    readonly circuit: {
        readonly failureThreshold: number;
        readonly resetTimeoutMs: number;
    };
    readonly lockDurationMs: number;
    readonly stalledIntervalMs: number;
    readonly closeTimeoutMs: number;
}
/** Every default of a group. Durations in ms. */
export declare const GROUP_DEFAULTS: GroupDefaults;
/** @throws EventsOptionError */
export declare function resolveSubscribe(options: SubscribeOptions): ResolvedSubscribeOptions;
/** Epoch ms; `Infinity` from now on. @throws EventsOptionError */
export declare function startTime(from: unknown): number;

// bus/group-queues.d.ts
import { type JobQueue, type KeepCompleted } from '@holdfast/queue';
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
/** The queue of each group: the one of its subscription in this process, else one that only adds. */
export declare class GroupQueues {
    #private;
    constructor(options: ResolvedOptions);
    get(group: string): JobQueue<EventJob>;
    /** Says that this process has a worker for the group. */
    adopt(group: string, queue: JobQueue<EventJob>): void;
    drop(group: string): void;
    /** Removes every job of a group, and lets go of its queue. */
    remove(group: string): Promise<void>;
    /** Adds the job of an event, once for each group and replay: its id is that of the event. */
    add(feed: Pick<Feed, 'group' | 'replay' | 'settings'>, event: LoggedEvent, ordered: boolean): Promise<string>;
    close(): Promise<void>;
}
/**
 * The log knows which events were there. A job that is done has to be known only for as long as a dispatcher may add
 * it again, having died before it moved the cursor.
 */
export declare function keptJobs({ batchSize }: Pick<ResolvedOptions, 'batchSize'>): KeepCompleted;
export declare function queueName(bus: string, group: string): string;

// bus/publisher.d.ts
import { type EventInput } from '../event.ts';
import type { ResolvedOptions } from '../options.ts';
import { type AsyncTx, type SqliteTx, type Tx } from '../outbox/transaction.ts';
import type { PublishedCounts } from './published-counts.ts';
import type { Stores } from './stores.ts';
/** What became of a publish. */
export interface Published {
    readonly id: string;
    /** `outbox`: written, and on its way as soon as the transaction has been committed. */
    readonly status: 'published' | 'duplicate' | 'outbox';
}
/** The ways into the log: by itself, or with a transaction of the caller. */
export declare class Publisher {
    #private;
    constructor(options: ResolvedOptions, counts: PublishedCounts, stores: () => Promise<Stores>, opened: () => Stores | undefined);
    publish(input: EventInput): Promise<Published>;
    publishIn(tx: AsyncTx, input: EventInput): Promise<Published>;
    /** All of it before it returns, and errors are thrown: only so is a synchronous transaction rolled back by them. */
    publishSync(tx: SqliteTx, input: EventInput): Published;
}
export declare function isSqliteTx(tx: Tx): tx is SqliteTx;

// bus/published-counts.d.ts
import { type PublishOutcome } from '../channels.ts';
/** How publishes ended in this process. */
export declare class PublishedCounts {
    #private;
    constructor(bus: string);
    add(eventType: unknown, outcome: PublishOutcome): void;
    get(): Readonly<Record<PublishOutcome, number>>;
}

// bus/stores.d.ts
import type { EventLog } from '../log/event-log.ts';
import type { ResolvedOptions } from '../options.ts';
import { type OutboxTable } from '../outbox/outbox-table.ts';
import { type Relay } from '../outbox/relay.ts';
import { AppendBatch } from './append-batch.ts';
import { type Dispatcher } from './dispatcher.ts';
import { GroupQueues } from './group-queues.ts';
/** What an open bus works with. */
export interface Stores {
    readonly log: EventLog;
    readonly batch: AppendBatch;
    readonly queues: GroupQueues;
    readonly dispatcher: Dispatcher;
    readonly outbox: {
        readonly table: OutboxTable;
        readonly relay: Relay;
    } | undefined;
    close(): Promise<void>;
}
/** Opens the log and the outbox and starts what moves events. @throws what the stores throw; nothing is left open */
export declare function openStores(options: ResolvedOptions): Promise<Stores>;

// outbox/outbox-table.d.ts
import { type SqlDriver } from '../engines/sql-driver.ts';
import type { EventToLog, LeaseAnswer } from '../log/event-log.ts';
import type { ResolvedOptions } from '../options.ts';
export interface OutboxRow extends EventToLog {
    readonly seq: string;
}
export interface OutboxState {
    readonly pending: number;
    readonly oldestAgeMs: number;
}
/** The table in the application's own database, as the relay uses it. */
export declare class OutboxTable {
    #private;
    /** Tells this table from one of the same name in another database. */
    readonly identity: string;
    constructor(driver: SqlDriver, bus: string, identity: string, pollIntervalMs: number);
    /**
     * Whether the next row is to be told of. PostgreSQL lets transactions that tell commit one after the other, each with
     * its wait for the disk; a relay that has been told looks at every poll for a while, and finds those that follow.
     */
    tellsOfNext(): boolean;
    get dialect(): SqlDriver['dialect'];
    /** The oldest first. A row that is committed late is found all the same: nothing is skipped by its number. */
    read(limit: number): Promise<readonly OutboxRow[]>;
    remove(rows: readonly OutboxRow[]): Promise<void>;
    state(): Promise<OutboxState>;
    lease(owner: string, leaseMs: number, stale?: string): Promise<LeaseAnswer>;
    release(owner: string): Promise<void>;
    watch(onChange: () => void): () => void;
    close(): Promise<void>;
}
/** @throws EventsSchemaVersionError; what the database throws */
export declare function openOutboxTable(driver: SqlDriver, { name: bus, pollIntervalMs }: Pick<ResolvedOptions, 'name' | 'pollIntervalMs'>): Promise<OutboxTable>;
/**
 * Writes nothing in a database that is not the relay's. Values: bus, id, type, key, body, identity.
 * @param isTold whether PostgreSQL tells the relay of the commit
 */
export declare function insertStatement(dialect: SqlDriver['dialect'], isTold: boolean): string;

// engines/sql-driver.d.ts
/** A database by the little that the log and the outbox ask of it: single statements with `$1`, `$2` … */
export interface SqlDriver {
    readonly dialect: 'sqlite' | 'postgres';
    /** Runs one statement that only reads. */
    read(sql: string, values?: readonly SqlValue[]): Promise<readonly SqlRow[]>;
    /** Runs statements in one transaction, in this order. @returns the rows of each */
    write(...statements: readonly SqlStatement[]): Promise<readonly (readonly SqlRow[])[]>;
    /**
     * The same for what a loss of power may undo, together with whatever was written after it: the commit does not wait
     * for the disk. The next `write` brings it there, too.
     */
    writeUnsynced(...statements: readonly SqlStatement[]): Promise<readonly (readonly SqlRow[])[]>;
    /**
     * Calls when something may have been committed by another connection.
     * @returns a function that ends it
     */
    watch(onChange: () => void): () => void;
    close(): Promise<void>;
}
export type SqlValue = string | number | null | readonly (string | null)[];
export type SqlRow = Readonly<Record<string, unknown>>;
export type SqlStatement = readonly [sql: string, values?: readonly SqlValue[]];
export declare function schemaLock({ dialect }: Pick<SqlDriver, 'dialect'>): readonly SqlStatement[];
/** Epoch ms by the database's own clock, so that processes with different clocks agree on a lease. */
export declare function nowOf(dialect: SqlDriver['dialect']): string;

// outbox/relay.d.ts
import type { EventLog } from '../log/event-log.ts';
import type { ResolvedOptions } from '../options.ts';
import type { OutboxTable } from './outbox-table.ts';
export interface Relay {
    readonly isActive: boolean;
    wake(): void;
    stop(): Promise<void>;
}
/**
 * Moves committed rows into the log, oldest first. The log takes an id once, so that a relay that dies between the two
 * steps, or one that wakes up after its lease, changes nothing by doing it again.
 */
export declare function startRelay(table: OutboxTable, log: EventLog, onMoved: () => void, { leaseMs, batchSize, clock, onError }: ResolvedOptions): Relay;

// bus/append-batch.d.ts
import type { EventLog, EventToLog } from '../log/event-log.ts';
/** What is published while an append is under way goes with the next one: one commit for all of them. */
export declare class AppendBatch {
    #private;
    constructor(log: EventLog, limit: number);
    /** @returns false where its id was there already */
    add(event: EventToLog): Promise<boolean>;
    close(): Promise<void>;
}

// bus/dispatcher.d.ts
import { type EventLog } from '../log/event-log.ts';
import type { ResolvedOptions } from '../options.ts';
import type { GroupQueues } from './group-queues.ts';
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
export declare function startDispatcher(log: EventLog, queues: GroupQueues, options: ResolvedOptions): Dispatcher;

// bus/subscription.d.ts
import { type DeadLetters, type QueueMetrics } from '@holdfast/queue';
import { type DeliveredEvent } from '../event.ts';
import { type EventLog, type Join } from '../log/event-log.ts';
import type { ResolvedOptions } from '../options.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { ResolvedSubscribeOptions } from './group-options.ts';
import { type EventJob, type GroupQueues } from './group-queues.ts';
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
export declare class GroupWorker implements Subscription {
    #private;
    readonly group: string;
    constructor(parts: SubscriptionParts);
    start(): Promise<void>;
    /** Where an older copy of the log does not know the group, nothing in it from before the group was its own. */
    joinAgain(log: EventLog): Promise<void>;
    get deadLetters(): DeadLetters<EventJob>;
    pause(): Promise<void>;
    resume(): Promise<void>;
    getMetrics(): Promise<QueueMetrics>;
    stats(): GroupStats;
    close(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
}

// bus/resilient-wrapper.d.ts
import { type ResilientFunctionStats } from '@holdfast/resilience';
import type { BusEvent, EventMetadata } from '../event.ts';
import type { EventBusOptions, EventTypes } from '../options.ts';
import { type EventBus, type EventBusStats, type PublishOptions } from './event-bus.ts';
import type { Published } from './publisher.ts';
export interface ResilientEventBusOptions<Types extends EventTypes> extends Omit<EventBusOptions<Types>, 'onDeadLetter'> {
    /** Attempts at a publish, the first among them. Default 3. */
    maxAttempts?: number;
    /** The longest delay before the second one. Default 100. */
    initialDelayMs?: number;
    /** Publishes that fail in a row before the circuit opens. Default 5. */
    failureThreshold?: number;
    /** How long it stays open. Default 30000. */
    resetTimeoutMs?: number;
}
/** As `Published`; `dead-lettered` where the event was handed to `onDeadLetter` instead. */
export type ResilientPublished = Published | {
    readonly id: string;
    readonly status: 'dead-lettered';
};
/** An event that could not be published, or delivered to `group`. */
export type DeadLetterHandler = (event: BusEvent, error: Error, group?: string) => unknown;
/** An event bus whose publishes are retried behind a circuit. */
export interface ResilientEventBus<Types extends EventTypes> extends Omit<EventBus<Types>, 'publish' | 'getStats'> {
    /**
     * Publishes with retries, and hands the event to `onDeadLetter` where that does not help.
     * @throws InvalidEventError, OutboxTransactionError; whatever `onDeadLetter` throws
     */
    publish<Type extends keyof Types & string>(type: Type, payload: Types[Type], metadata?: EventMetadata, options?: Omit<PublishOptions, 'tx'>): Promise<ResilientPublished>;
    getStats(): EventBusStats & ResilientFunctionStats;
}
/**
 * An event bus whose publishes are retried behind a circuit breaker; what cannot be published, and what no handler
 * could handle, goes to `onDeadLetter`.
 * @param serviceName names the circuit: `event-bus.<serviceName>`
 * @throws EventsOptionError, ResilienceOptionError
 */
export declare function createResilientEventBusWrapper<Types extends EventTypes = EventTypes>(serviceName: string, onDeadLetter: DeadLetterHandler, options?: ResilientEventBusOptions<Types>): ResilientEventBus<Types>;

// errors.d.ts
/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export declare abstract class EventsError extends Error {
    abstract readonly code: string;
}
/** An option that cannot be used. Thrown at construction. */
export declare class EventsOptionError extends EventsError {
    readonly name = "EventsOptionError";
    readonly code = "ERR_EVENTS_OPTION";
    readonly option: string;
    constructor(option: string, message: string);
}
/** What was given to `publish` is not an event, or does not fit its schema. Nothing was published. */
export declare class InvalidEventError extends EventsError {
    readonly name = "InvalidEventError";
    readonly code = "ERR_EVENTS_INVALID_EVENT";
    /** Where: `payload.lines.0.price`. */
    readonly path: string;
    readonly failureClass = "permanent";
    constructor(path: string, message: string, options?: ErrorOptions);
}
/** The transaction cannot take the event. Nothing was written: roll it back. */
export declare class OutboxTransactionError extends EventsError {
    readonly name = "OutboxTransactionError";
    readonly code = "ERR_EVENTS_TRANSACTION";
    readonly failureClass = "permanent";
}
/**
 * The store of the events did not take the call in time. An event that it may have taken all the same is not doubled
 * by another `publish` with the same id.
 */
export declare class EventsUnavailableError extends EventsError {
    readonly name = "EventsUnavailableError";
    readonly code = "ERR_EVENTS_UNAVAILABLE";
    /** When another try makes sense, in ms from now. */
    readonly retryAfterMs: number;
    constructor(what: string, retryAfterMs: number, options?: ErrorOptions);
}
/**
 * Redis has lost the log of the bus, or came back with an older copy of it. The groups of this process were registered
 * again; told by `onError`, thrown by no call.
 */
export declare class EventsDataLostError extends EventsError {
    readonly name = "EventsDataLostError";
    readonly code = "ERR_EVENTS_DATA_LOST";
    readonly bus: string;
    constructor(bus: string);
}
/** A group that is not known, or has a handler in this process already. */
export declare class GroupError extends EventsError {
    readonly name = "GroupError";
    readonly code = "ERR_EVENTS_GROUP";
    readonly group: string;
    constructor(group: string, message: string);
}
/** A method was called after `close()`. */
export declare class EventsClosedError extends EventsError {
    readonly name = "EventsClosedError";
    readonly code = "ERR_EVENTS_CLOSED";
    constructor();
}
/** An optional peer dependency that the chosen engine needs is not installed. */
export declare class EventsMissingPeerError extends EventsError {
    readonly name = "EventsMissingPeerError";
    readonly code = "ERR_EVENTS_MISSING_PEER";
    readonly peer: string;
    constructor(peer: string, options: ErrorOptions);
}
/** A newer version of this package has made the tables. */
export declare class EventsSchemaVersionError extends EventsError {
    readonly name = "EventsSchemaVersionError";
    readonly code = "ERR_EVENTS_SCHEMA_VERSION";
    constructor(found: number, known: number);
}
