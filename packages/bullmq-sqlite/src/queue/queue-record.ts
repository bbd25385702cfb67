import type { Statements } from '../database/statements.ts';
import { STATE, type StateCode } from '../jobs/states.ts';
import { QueueMetrics } from './queue-metrics.ts';

/** The queue's row: its counters, so that no count is ever taken over the jobs. */
interface QueueRow {
  ref: number;
  job_counter: number;
  head: number;
  tail: number;
  waiting: number;
  prioritized: number;
  active: number;
  delayed: number;
  completed: number;
  failed: number;
  waiting_children: number;
  event_count: number;
  stalled_check_until: number;
  rate_count: number;
  rate_until: number;
}

const SELECT_QUEUE = 'SELECT * FROM bullmq_queue WHERE name = +?';
const INSERT_QUEUE = 'INSERT INTO bullmq_queue (name) VALUES (?)';
const SELECT_META = 'SELECT field, value FROM bullmq_meta WHERE queue = +?';
const SELECT_NEXT_DUE = `SELECT ord FROM bullmq_job WHERE queue = +? AND state = ${STATE.delayed} ORDER BY ord LIMIT 1`;
const UPDATE_QUEUE = `UPDATE bullmq_queue SET job_counter = ?, head = ?, tail = ?, waiting = ?, prioritized = ?,
  active = ?, delayed = ?, completed = ?, failed = ?, waiting_children = ?, event_count = ?, stalled_check_until = ?,
  rate_count = ?, rate_until = ? WHERE ref = ?`;

/** Events are kept up to this many when the queue does not say. BullMQ's own default. */
const MAX_EVENTS = 10_000;

export const META_PAUSED = 'paused';
export const META_CONCURRENCY = 'concurrency';
const META_MAX_EVENTS = 'opts.maxLenEvents';

/**
 * What a queue knows of itself, read once and kept from transaction to transaction until another connection writes.
 * Operations change it in memory; it is stored with the transaction they belong to.
 */
export class QueueRecord {
  /** The qualified name. */
  readonly name: string;
  readonly ref: number;
  readonly meta: Map<string, string>;
  readonly counts: number[];
  jobCounter: number;
  eventCount: number;
  stalledCheckUntil: number;
  /** Jobs started in the window of the rate limit, which ends at `rateUntil`, epoch ms. */
  rateCount: number;
  rateUntil: number;
  readonly metrics: QueueMetrics;
  /** Events of the transaction in progress, each a flat list of fields and values. */
  readonly events: string[][] = [];
  dirty = false;
  #head: number;
  #tail: number;
  #nextDue: number | undefined;
  readonly #sql: Statements;

  /** @param create whether a queue that is not there yet is made, which takes a transaction */
  constructor(sql: Statements, name: string, create: boolean) {
    this.#sql = sql;
    this.name = name;
    const row = readQueue(sql, name, create);
    this.ref = row.ref;
    this.jobCounter = row.job_counter;
    this.eventCount = row.event_count;
    this.stalledCheckUntil = row.stalled_check_until;
    this.rateCount = row.rate_count;
    this.rateUntil = row.rate_until;
    this.metrics = new QueueMetrics(sql, row.ref);
    this.#head = row.head;
    this.#tail = row.tail;
    this.counts = countsOf(row);
    const fields = sql.all<{ field: string; value: string }>(SELECT_META, row.ref);
    this.meta = new Map(fields.map(({ field, value }) => [field, value]));
  }

  count(state: StateCode): number {
    return this.counts[state] ?? 0;
  }

  adjust(state: StateCode, by: number): void {
    this.counts[state] = this.count(state) + by;
    this.dirty = true;
    if (state === STATE.delayed) this.#nextDue = undefined;
  }

  /** A place behind all that is waiting or active. */
  nextTail(): number {
    this.dirty = true;
    this.#tail += 1;
    return this.#tail;
  }

  /** A place in front of all that is waiting. */
  nextHead(): number {
    this.dirty = true;
    this.#head -= 1;
    return this.#head;
  }

  /** Epoch ms of the next delayed job; Infinity when there is none. */
  nextDue(): number {
    if (this.#nextDue === undefined) {
      const row =
        this.count(STATE.delayed) > 0 ? this.#sql.get<{ ord: number }>(SELECT_NEXT_DUE, this.ref) : undefined;
      this.#nextDue = row?.ord ?? Number.POSITIVE_INFINITY;
    }
    return this.#nextDue;
  }

  /** Whether no job may be handed out: paused, or as many active as the global concurrency allows. */
  isHeld(): boolean {
    return this.meta.has(META_PAUSED) || this.isMaxed();
  }

  isMaxed(): boolean {
    const concurrency = this.meta.get(META_CONCURRENCY);
    return concurrency !== undefined && this.count(STATE.active) >= Number(concurrency);
  }

  hasClaimable(): boolean {
    return this.count(STATE.waiting) + this.count(STATE.prioritized) > 0 && !this.isHeld();
  }

  maxEvents(): number {
    return Number(this.meta.get(META_MAX_EVENTS) ?? MAX_EVENTS);
  }

  event(...fields: string[]): void {
    this.events.push(fields);
    this.dirty = true;
  }

  /** Back to a queue that was never used. */
  reset(): void {
    this.meta.clear();
    this.events.length = 0;
    this.counts.fill(0);
    this.jobCounter = 0;
    this.eventCount = 0;
    this.stalledCheckUntil = 0;
    this.rateCount = 0;
    this.rateUntil = 0;
    this.metrics.reset();
    this.#head = 0;
    this.#tail = 0;
    this.#nextDue = undefined;
    this.dirty = true;
  }

  store(): void {
    const [waiting = 0, prioritized = 0, active = 0, delayed = 0, completed = 0, failed = 0, children = 0] =
      this.counts;
    this.#sql.run(
      UPDATE_QUEUE,
      this.jobCounter,
      this.#head,
      this.#tail,
      waiting,
      prioritized,
      active,
      delayed,
      completed,
      failed,
      children,
      this.eventCount,
      this.stalledCheckUntil,
      this.rateCount,
      this.rateUntil,
      this.ref,
    );
    this.metrics.store();
    this.dirty = false;
  }
}

/** A queue that nobody has written to yet has no row; no job has its number. */
const NO_QUEUE: QueueRow = Object.freeze({
  ref: -1,
  job_counter: 0,
  head: 0,
  tail: 0,
  waiting: 0,
  prioritized: 0,
  active: 0,
  delayed: 0,
  completed: 0,
  failed: 0,
  waiting_children: 0,
  event_count: 0,
  stalled_check_until: 0,
  rate_count: 0,
  rate_until: 0,
});

function readQueue(sql: Statements, name: string, create: boolean): QueueRow {
  const found = sql.get<QueueRow>(SELECT_QUEUE, name);
  if (found !== undefined || !create) return found ?? NO_QUEUE;
  return { ...NO_QUEUE, ref: sql.insert(INSERT_QUEUE, name) };
}

function countsOf(row: QueueRow): number[] {
  const { waiting, prioritized, active, delayed, completed, failed, waiting_children } = row;
  return [waiting, prioritized, active, delayed, completed, failed, waiting_children];
}
