import type { AuditReader } from '@holdfast/audit';
import type { EventBusOptions } from '@holdfast/events';
import type { IdempotencyStore } from '@holdfast/idempotency';
import type { RequestIdempotency } from '@holdfast/idempotency/http';
import type { Config } from '../config.ts';
import type { OrderBus } from '../events/order-events.ts';
import type { Page } from '../orders/cursor.ts';
import type { Order, OrderChanges } from '../orders/order.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

/** SQLite answers at once, PostgreSQL with a promise: `await` takes both. */
export type Awaitable<T> = T | Promise<T>;

/** Orders are those of the tenant of the context, if nothing else is said. */
export interface OrderReader {
  find(id: string): Promise<Order | undefined>;
  /** Newest first, and one more than the page has where there is one. */
  list(page: Page): Promise<Order[]>;
  /** The orders of every tenant. */
  listAll(page: Page, options: { includeDeleted: boolean }): Promise<Order[]>;
}

/** Each call is one transaction: rows, audit trail, event and stored answer are all there in the end, or none of them. */
export interface OrderWriter {
  place(order: Order, request: Pick<RequestIdempotency, 'complete'>): Awaitable<void>;
  /** @throws RequestError 404; 412 where the order has another version */
  change(id: string, version: number, changes: OrderChanges): Awaitable<Order>;
  /** @throws RequestError 404 */
  remove(id: string): Awaitable<void>;
  /** Undoes the delete; an order that is not deleted stays as it is. @throws RequestError 404 */
  restore(id: string): Awaitable<Order>;
}

export interface ApiKey {
  /** Public: it stands in the key and finds it. */
  readonly id: string;
  readonly tenantId: string;
  readonly userId: string;
  /** SHA-256 of the secret part. A random secret of 256 bits needs no slow hash. */
  readonly secretHash: Buffer;
}

export interface ApiKeyStore {
  add(key: ApiKey): Promise<void>;
  find(id: string): Promise<ApiKey | undefined>;
  /** @returns whether there was such a key */
  remove(id: string): Promise<boolean>;
  isEmpty(): Promise<boolean>;
}

export interface Mail {
  readonly orderId: string;
  readonly recipient: string;
  readonly subject: string;
}

export interface MailStore {
  /** @returns false when the event had its mail before, and nothing was written */
  record(eventId: string, mail: Mail): Awaitable<boolean>;
  ofOrder(orderId: string): Promise<Mail[]>;
}

/** Everything that is kept in one database. */
export interface Storage {
  readonly orders: OrderReader;
  readonly audit: AuditReader;
  readonly idempotency: IdempotencyStore;
  readonly apiKeys: ApiKeyStore;
  readonly mails: MailStore;
  /** For the event bus: the database in whose transactions events are published. */
  readonly outbox: NonNullable<EventBusOptions['outbox']>;
  writer(bus: OrderBus): OrderWriter;
  /** Rejects or throws when it cannot be asked. */
  check(): Awaitable<unknown>;
  close(): Promise<void>;
}

/**
 * PostgreSQL where its address is given, else a SQLite file.
 * @param onTrouble is told of a connection that broke while nobody used it
 */
export function openStorage(
  { databaseUrl, dataFolder }: Pick<Config, 'databaseUrl' | 'dataFolder'>,
  onTrouble: (error: Error) => void,
): Promise<Storage> {
  return databaseUrl === undefined ? openSqlite(dataFolder) : openPostgres(databaseUrl, onTrouble);
}
