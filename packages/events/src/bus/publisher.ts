import type { PublishOutcome } from '../channels.ts';
import { EventsError, EventsUnavailableError, InvalidEventError, OutboxTransactionError } from '../errors.ts';
import { type EventInput, prepareEvent } from '../event.ts';
import type { EventToLog } from '../log/event-log.ts';
import type { ResolvedOptions } from '../options.ts';
import { type AsyncTx, checkTransaction, type SqliteTx, type Tx } from '../outbox/transaction.ts';
import { writeRow, writeRowAsync } from '../outbox/write-row.ts';
import type { PublishedCounts } from './published-counts.ts';
import type { Stores } from './stores.ts';

const RETRY_AFTER_MS = 1000;

/** What became of a publish. */
export interface Published {
  readonly id: string;
  /** `outbox`: written, and on its way as soon as the transaction has been committed. */
  readonly status: 'published' | 'duplicate' | 'outbox';
}

/** The ways into the log: by itself, or with a transaction of the caller. */
export class Publisher {
  readonly #options: ResolvedOptions;
  readonly #counts: PublishedCounts;
  readonly #stores: () => Promise<Stores>;
  readonly #opened: () => Stores | undefined;

  constructor(
    options: ResolvedOptions,
    counts: PublishedCounts,
    stores: () => Promise<Stores>,
    opened: () => Stores | undefined,
  ) {
    this.#options = options;
    this.#counts = counts;
    this.#stores = stores;
    this.#opened = opened;
  }

  async publish(input: EventInput): Promise<Published> {
    return this.#counted(input.type, async () => {
      const event = await prepareEvent(input, this.#options);
      const { batch, dispatcher } = await this.#stores();
      const isNew = await batch.add(event).catch((error: unknown) => Promise.reject(unavailable(error)));
      if (isNew) dispatcher.wake();
      return { id: event.id, status: isNew ? 'published' : 'duplicate' };
    });
  }

  async publishIn(tx: AsyncTx, input: EventInput): Promise<Published> {
    return this.#counted(input.type, async () => {
      checkTransaction(tx);
      const event = await prepareEvent(input, this.#options);
      const { table } = outboxOf(await this.#stores());
      await writeRowAsync(tx, table, this.#options.name, event);
      return { id: event.id, status: 'outbox' };
    });
  }

  /** All of it before it returns, and errors are thrown: only so is a synchronous transaction rolled back by them. */
  publishSync(tx: SqliteTx, input: EventInput): Published {
    try {
      const event = this.#writeSync(tx, input);
      this.#counts.add(input.type, 'outbox');
      return { id: event.id, status: 'outbox' };
    } catch (error) {
      this.#counts.add(input.type, outcomeOf(error));
      throw error;
    }
  }

  #writeSync(tx: SqliteTx, input: EventInput): EventToLog {
    checkTransaction(tx);
    const stores = this.#opened();
    if (stores === undefined) {
      throw new OutboxTransactionError(
        'publish: the bus is not open yet, and a transaction of { db } cannot wait for it. Call "await bus.ready()" when the service starts.',
      );
    }
    const { table, relay } = outboxOf(stores);
    const event = prepareEvent(input, this.#options);
    if (event instanceof Promise) {
      event.catch(() => {});
      throw new InvalidEventError(
        'payload',
        'has an asynchronous schema, which a transaction of { db } cannot wait for',
      );
    }
    writeRow(tx, table, this.#options.name, event);
    // The transaction is synchronous: it has ended before the next turn.
    setImmediate(() => relay.wake());
    return event;
  }

  async #counted(type: unknown, work: () => Promise<Published>): Promise<Published> {
    try {
      const published = await work();
      this.#counts.add(type, published.status);
      return published;
    } catch (error) {
      this.#counts.add(type, outcomeOf(error));
      throw error;
    }
  }
}

export function isSqliteTx(tx: Tx): tx is SqliteTx {
  return 'db' in tx;
}

function outboxOf(stores: Stores): Exclude<Stores['outbox'], undefined> {
  if (stores.outbox !== undefined) return stores.outbox;
  throw new OutboxTransactionError(
    'publish: a transaction was given and the bus has no outbox. Give createEventBus the option outbox with the database of your transactions.',
  );
}

function outcomeOf(error: unknown): PublishOutcome {
  return error instanceof InvalidEventError ? 'refused' : 'failed';
}

function unavailable(error: unknown): Error {
  if (error instanceof EventsError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new EventsUnavailableError(message, RETRY_AFTER_MS, { cause: error });
}
