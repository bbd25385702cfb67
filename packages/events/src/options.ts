import { join } from 'node:path';
import { type Clock, systemClock } from '@holdfast/context/clock';
import type { PostgresLocation, RedisConnection, SqliteLocation, StandardSchema } from '@holdfast/queue';
import { type Place, placeOf } from './engines/place.ts';
import { EventsOptionError } from './errors.ts';
import type { BusEvent } from './event.ts';
import { defined, plainName, whole } from './option-checks.ts';

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
  readonly outbox: Exclude<Place, { engine: 'redis' }> | undefined;
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

const DAY_MS = 86_400_000;

/** Every default of a bus. Durations in ms, sizes in bytes. */
export const EVENT_BUS_DEFAULTS: EventBusDefaults = Object.freeze({
  name: 'events',
  maxPayloadBytes: 262_144,
  retentionMs: 7 * DAY_MS,
  timeoutMs: 5000,
  pollIntervalMs: 20,
  leaseMs: 3000,
  batchSize: 500,
});

/** @throws EventsOptionError naming option, value and range */
export function resolveOptions<Types extends EventTypes>(options: EventBusOptions<Types>): ResolvedOptions {
  const given = { ...EVENT_BUS_DEFAULTS, ...defined(options) };
  const { connection, backend } = options;
  if (connection !== undefined && backend !== undefined) {
    throw new EventsOptionError('connection', 'and backend are both given; give one of them.');
  }
  const place: Place =
    connection !== undefined
      ? { engine: 'redis', connection }
      : placeOf('backend', backend ?? { file: join(dataFolder(), 'events.db') });
  const ownOutbox = place.engine === 'redis' ? undefined : place;
  return {
    name: plainName('name', given.name),
    place,
    outbox: options.outbox === undefined ? ownOutbox : placeOf('outbox', options.outbox),
    schemas: (options.schemas ?? {}) as ResolvedOptions['schemas'],
    maxPayloadBytes: whole('maxPayloadBytes', given.maxPayloadBytes, 1, 67_108_864),
    retentionMs: whole('retentionMs', given.retentionMs, 1000, 3650 * DAY_MS),
    timeoutMs: whole('timeoutMs', given.timeoutMs, 1, 600_000),
    pollIntervalMs: whole('pollIntervalMs', given.pollIntervalMs, 1, 60_000),
    leaseMs: whole('leaseMs', given.leaseMs, 100, 600_000),
    batchSize: whole('batchSize', given.batchSize, 1, 10_000),
    onDeadLetter: options.onDeadLetter,
    onError: options.onError ?? (() => {}),
    clock: options.clock ?? systemClock,
  };
}

function dataFolder(): string {
  return process.env['HOLDFAST_DATA_DIR'] ?? '.holdfast';
}
