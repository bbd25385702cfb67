import type { Statements } from '../database/statements.ts';
import type { QueueRecord } from './queue-record.ts';

/*
 * Events are kept one row per queue and transaction. A row's key is the epoch ms of its transaction, or one more than
 * the last when that is not ahead; the id of an event is `<key>-<place in the row>`, as in a Redis stream.
 */
const LAST_BATCH = 'SELECT max(batch) AS batch FROM bullmq_event';
const INSERT_BATCH = 'INSERT INTO bullmq_event (batch, queue, size, entries) VALUES (?, ?, ?, ?)';
const OLDEST = 'SELECT batch, size FROM bullmq_event WHERE queue = +? ORDER BY batch LIMIT 64';
const DELETE_UP_TO = 'DELETE FROM bullmq_event WHERE queue = +? AND batch <= +?';
const LAST_OF_QUEUE = 'SELECT batch, size FROM bullmq_event WHERE queue = +? ORDER BY batch DESC LIMIT 1';
const FROM_BATCH =
  'SELECT batch, entries FROM bullmq_event WHERE queue = +? AND batch >= +? ORDER BY batch LIMIT 64';

/** Rows are trimmed when this share over the limit is reached, so that not every transaction deletes. */
const TRIM_SLACK_RATIO = 0.1;

export type EventEntry = [id: string, fields: string[]];

/** A place in the log: everything up to it has been read. */
export interface EventCursor {
  readonly batch: number;
  readonly index: number;
}

export class EventLog {
  readonly #sql: Statements;
  readonly #reserved = new Map<QueueRecord, number>();
  #lastBatch: number | undefined;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  /** Forgets what is kept in memory: another connection has written, or a transaction was rolled back. */
  forget(): void {
    this.#lastBatch = undefined;
    this.#reserved.clear();
  }

  /** The id that the next event of this record will have. */
  nextId(record: QueueRecord): string {
    return `${this.#nextBatch(record)}-${record.events.length}`;
  }

  /** Stores the events of a transaction. */
  store(record: QueueRecord): void {
    const size = record.events.length;
    if (size === 0) return;
    const batch = this.#nextBatch(record);
    this.#sql.run(INSERT_BATCH, batch, record.ref, size, JSON.stringify(record.events));
    record.events.length = 0;
    record.eventCount += size;
    this.#lastBatch = batch;
    this.#reserved.delete(record);
    const limit = record.maxEvents();
    if (record.eventCount > limit * (1 + TRIM_SLACK_RATIO)) this.trim(record, limit);
  }

  /** Deletes the oldest rows until at most `limit` events are left, or the newest row alone holds more. */
  trim(record: QueueRecord, limit: number): number {
    const before = record.eventCount;
    let oldest = this.#sql.all<{ batch: number; size: number }>(OLDEST, record.ref);
    while (record.eventCount > limit && oldest.length > 0) {
      let upTo = 0;
      for (const { batch, size } of oldest) {
        if (record.eventCount <= limit) break;
        record.eventCount -= size;
        upTo = batch;
      }
      this.#sql.run(DELETE_UP_TO, record.ref, upTo);
      oldest = this.#sql.all(OLDEST, record.ref);
    }
    record.dirty = true;
    return before - record.eventCount;
  }

  /** The place behind the newest event. */
  end(queue: number): EventCursor {
    const last = this.#sql.get<{ batch: number; size: number }>(LAST_OF_QUEUE, queue);
    return last === undefined ? { batch: 0, index: -1 } : { batch: last.batch, index: last.size - 1 };
  }

  /** Some of the events behind `cursor`, oldest first. */
  after(queue: number, cursor: EventCursor): EventEntry[] {
    const found: EventEntry[] = [];
    for (const row of this.#sql.all<{ batch: number; entries: string }>(FROM_BATCH, queue, cursor.batch)) {
      const entries = JSON.parse(row.entries) as string[][];
      const first = row.batch === cursor.batch ? cursor.index + 1 : 0;
      for (let index = first; index < entries.length; index += 1) {
        found.push([`${row.batch}-${index}`, entries[index] ?? []]);
      }
    }
    return found;
  }

  /** One key per record and transaction; several queues may write events in one transaction. */
  #nextBatch(record: QueueRecord): number {
    const reserved = this.#reserved.get(record);
    if (reserved !== undefined) return reserved;
    this.#lastBatch ??= this.#sql.get<{ batch: number | null }>(LAST_BATCH)?.batch ?? 0;
    const batch = Math.max(Date.now(), this.#lastBatch + 1);
    this.#lastBatch = batch;
    this.#reserved.set(record, batch);
    return batch;
  }
}

/** Reads an event id as a caller may give it: `0`, `1700000000000` or `1700000000000-3`. */
export function parseEventId(id: string): EventCursor {
  const [batch = '', index] = id.split('-');
  // A bare time stands for everything from that time on, `0` for everything.
  return { batch: Number(batch) || 0, index: index === undefined ? -1 : Number(index) };
}
