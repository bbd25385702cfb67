import { randomUUID } from 'node:crypto';
import { getCurrentTrace, toCarrier } from '@holdfast/context';
import { type DeadLetterAct, deadLetterActChannel, publish } from '../channels.ts';
import { currentActor } from '../dead-letters/current-actor.ts';
import {
  DeadLetterBusyError,
  DeadLetterNotFoundError,
  DeadLetterStoreError,
  QueueClosedError,
  QueueError,
  QueueOptionError,
} from '../errors.ts';
import type { DeadLetterQueueOptions } from './options.ts';
import {
  afterFailedRetry,
  type DeadLetterRecord,
  decode,
  encode,
  errorRecord,
  letterId,
  payloadFields,
  type StoredRecord,
  shown,
} from './record.ts';
import { type ResolvedLetterOptions, resolveLetterOptions } from './resolve-options.ts';
import type { DeadLetterStore, Entry } from './store.ts';

/** Where a letter comes from. */
export interface DeadLetterOrigin {
  sourceService?: string;
  /** Default the correlation id of the current context. */
  correlationId?: string;
}

export interface LetterActOptions {
  /** Who asks for it. Default the user id of the current context, or `unknown`. */
  by?: string;
}

export interface LetterListOptions {
  /** 1 to 1000. Default 100. */
  limit?: number;
  /** The letters behind the one that has this id; the last that was read. */
  after?: string;
}

const LIST_LIMIT = 100;
const LARGEST_LIMIT = 1000;
const EXPIRY_BATCH = 500;
const SWEEP_EVERY_MS = 3_600_000;
const LONGEST_TYPE = 256;

/**
 * A store for events that could not be processed, whatever they came from: kept by event type until they are removed
 * or too old. One who takes a letter has it alone for `claimMs`.
 * @example
 * const dlq = new DeadLetterQueue({ redisUrl, queuePrefix: 'dlq:requests:', maxAgeDays: 30 });
 * const id = await dlq.enqueue(event.type, event.payload, error, { sourceService: 'requests-service' });
 * await dlq.retry(event.type, id, (record) => processEvent(record.payload));
 */
export class DeadLetterQueue implements AsyncDisposable {
  readonly #options: ResolvedLetterOptions;
  #store: Promise<DeadLetterStore> | undefined;
  #closed = false;
  #sweptAt: number | undefined;

  /** @throws QueueOptionError */
  constructor(options: DeadLetterQueueOptions = {}) {
    this.#options = resolveLetterOptions(options);
  }

  /**
   * Keeps a payload and the error it failed with. When it resolves, they are in the store.
   * @returns the letter's id
   * @throws QueueOptionError, DeadLetterStoreError
   */
  async enqueue(
    eventType: string,
    payload: unknown,
    error: unknown,
    { sourceService, correlationId = getCurrentTrace()?.correlationId }: DeadLetterOrigin = {},
  ): Promise<string> {
    checkType(eventType);
    const failedAt = this.#options.clock.wallTime();
    const record: StoredRecord = {
      id: letterId(failedAt),
      eventType,
      ...payloadFields(payload),
      error: errorRecord(error),
      ...(sourceService !== undefined && { sourceService }),
      ...(correlationId !== undefined && { correlationId }),
      carrier: toCarrier(),
      failedAt,
      retries: 0,
      retryLog: [],
    };
    await this.#use('keep a letter', (store) => store.insert(entryOf(record)));
    this.#sweepInTheBackground(failedAt);
    return record.id;
  }

  /** The letters of an event type, newest first. @throws DeadLetterStoreError */
  async list<Payload = unknown>(
    eventType: string,
    { limit = LIST_LIMIT, after }: LetterListOptions = {},
  ): Promise<DeadLetterRecord<Payload>[]> {
    if (!Number.isInteger(limit) || limit < 1 || limit > LARGEST_LIMIT) {
      throw new QueueOptionError('limit', `is ${limit}; it must be from 1 to ${LARGEST_LIMIT}.`);
    }
    const entries = await this.#use('list letters', (store) => store.page(eventType, after, limit));
    const oldest = this.#expiryTime();
    return entries.flatMap(({ text }) => {
      const record = decode(text);
      return record === undefined || record.failedAt < oldest ? [] : [shown<Payload>(record)];
    });
  }

  /**
   * Takes a letter to process it. It stays in the store, in nobody else's hands for `claimMs`, until `remove`.
   * @throws DeadLetterNotFoundError, DeadLetterBusyError, DeadLetterStoreError
   */
  async dequeue<Payload = unknown>(
    eventType: string,
    id: string,
    options: LetterActOptions = {},
  ): Promise<DeadLetterRecord<Payload>> {
    return shown(await this.#claim(eventType, id, options));
  }

  /**
   * Takes a letter, processes it and removes it. Where that fails the letter stays, with the failure in its log.
   * @throws what `process` threw; DeadLetterNotFoundError, DeadLetterBusyError, DeadLetterStoreError
   */
  async retry<Payload, T>(
    eventType: string,
    id: string,
    process: (record: DeadLetterRecord<Payload>) => T | Promise<T>,
    { by = currentActor() }: LetterActOptions = {},
  ): Promise<T> {
    const claimed = await this.#claim(eventType, id, { by });
    let value: T;
    try {
      value = await process(shown(claimed));
    } catch (error) {
      const failed = afterFailedRetry(claimed, {
        by,
        at: this.#options.clock.wallTime(),
        error: errorRecord(error),
      });
      // If this fails too, the claim ends by itself; what the caller has to know is why the retry failed.
      await this.#use('put back a letter', (store) => store.replace(entryOf(failed), encode(claimed))).catch(
        () => {},
      );
      throw error;
    }
    await this.#use('remove a letter', (store) => store.remove(entryOf(claimed)));
    this.#tell(claimed, 'redrive', by);
    return value;
  }

  /**
   * Removes a letter, whoever has it in hand.
   * @returns whether it was there
   * @throws DeadLetterStoreError
   */
  async remove(
    eventType: string,
    id: string,
    { by = currentActor() }: LetterActOptions = {},
  ): Promise<boolean> {
    const removed = await this.#use('remove a letter', async (store) => {
      const text = await store.read({ eventType, id });
      return text !== undefined && (await store.remove({ eventType, id })) ? text : undefined;
    });
    const record = removed === undefined ? undefined : decode(removed);
    // Whoever took it before has processed it: only what nobody took was thrown away.
    if (record !== undefined) this.#tell(record, record.claim === undefined ? 'discard' : 'redrive', by);
    return removed !== undefined;
  }

  /** Every event type that has letters. @throws DeadLetterStoreError */
  types(): Promise<string[]> {
    return this.#use('list event types', (store) => store.types());
  }

  /** @throws DeadLetterStoreError */
  count(eventType: string): Promise<number> {
    return this.#use('count letters', (store) => store.count(eventType));
  }

  /**
   * Removes letters that are too old and in nobody's hands, so many at most; once an hour it happens by itself.
   * @param limit default 500
   * @returns how many
   */
  expire(limit: number = EXPIRY_BATCH): Promise<number> {
    const now = this.#options.clock.wallTime();
    return this.#use('expire letters', async (store) => {
      let expired = 0;
      for (const entry of await store.older(letterId(this.#expiryTime(), ''), limit)) {
        const record = decode(entry.text);
        if ((record?.claim?.until ?? 0) > now || !(await store.remove(entry, entry.text))) continue;
        expired += 1;
        if (record !== undefined) this.#tell(record, 'expire', 'expiry');
      }
      return expired;
    });
  }

  /** Lets go of what was opened here; a client that was given stays open. */
  async close(): Promise<void> {
    this.#closed = true;
    const store = await this.#store?.catch(() => undefined);
    await store?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #claim(eventType: string, id: string, { by = currentActor() }: LetterActOptions): Promise<StoredRecord> {
    const { clock, claimMs, queuePrefix } = this.#options;
    return this.#use('take a letter', async (store) => {
      for (;;) {
        const text = await store.read({ eventType, id });
        const record = text === undefined ? undefined : decode(text);
        if (text === undefined || record === undefined) {
          throw new DeadLetterNotFoundError(`${queuePrefix}${eventType}`, id);
        }
        const now = clock.wallTime();
        const leftMs = (record.claim?.until ?? 0) - now;
        if (leftMs > 0) throw new DeadLetterBusyError(id, 'retry', leftMs);
        const claimed: StoredRecord = { ...record, claim: { token: randomUUID(), by, until: now + claimMs } };
        if (await store.replace(entryOf(claimed), text)) return claimed;
      }
    });
  }

  #expiryTime(): number {
    return this.#options.clock.wallTime() - this.#options.maxAgeMs;
  }

  /** An enqueue neither waits for it nor fails with it. */
  #sweepInTheBackground(now: number): void {
    if (this.#sweptAt !== undefined && now - this.#sweptAt < SWEEP_EVERY_MS) return;
    this.#sweptAt = now;
    this.expire().then(
      (expired) => {
        if (expired === EXPIRY_BATCH) this.#sweptAt = undefined;
      },
      () => {},
    );
  }

  #tell({ id, eventType, failedAt }: StoredRecord, act: DeadLetterAct['act'], by: string): void {
    const { queuePrefix, clock } = this.#options;
    publish<DeadLetterAct>(deadLetterActChannel, () => ({
      queue: queuePrefix,
      jobId: id,
      jobName: eventType,
      act,
      by,
      at: clock.wallTime(),
      failedAt,
    }));
  }

  async #use<T>(doing: string, work: (store: DeadLetterStore) => Promise<T>): Promise<T> {
    if (this.#closed) throw new QueueClosedError(this.#options.queuePrefix);
    try {
      return await work(await this.#opened());
    } catch (error) {
      throw error instanceof QueueError ? error : new DeadLetterStoreError(doing, { cause: error });
    }
  }

  #opened(): Promise<DeadLetterStore> {
    if (this.#store === undefined) {
      const opening = this.#options.open();
      this.#store = opening;
      // The next call tries again.
      opening.catch(() => {
        this.#store = undefined;
      });
    }
    return this.#store;
  }
}

function entryOf(record: StoredRecord): Entry {
  return { eventType: record.eventType, id: record.id, text: encode(record) };
}

function checkType(eventType: unknown): void {
  if (typeof eventType === 'string' && eventType !== '' && eventType.length <= LONGEST_TYPE) return;
  throw new QueueOptionError('eventType', `must be a string of 1 to ${LONGEST_TYPE} characters.`);
}
