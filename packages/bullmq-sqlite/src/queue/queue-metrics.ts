import { sliceOf } from '../backend/page.ts';
import type { Statements } from '../database/statements.ts';
import { STATE } from '../jobs/states.ts';

const SELECT =
  'SELECT count, prev_at, prev_count, last_point FROM bullmq_metric WHERE queue = +? AND kind = +?';
const STORE = `INSERT INTO bullmq_metric (queue, kind, count, prev_at, prev_count, last_point)
  VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = excluded.count, prev_at = excluded.prev_at,
  prev_count = excluded.prev_count, last_point = excluded.last_point`;
const ADD_POINT = 'INSERT INTO bullmq_metric_point (queue, kind, place, jobs) VALUES (?, ?, ?, ?)';
const TRIM = 'DELETE FROM bullmq_metric_point WHERE queue = +? AND kind = +? AND place <= +?';
const COUNT_POINTS = 'SELECT count(*) AS points FROM bullmq_metric_point WHERE queue = +? AND kind = +?';
const NEWEST_FIRST = `SELECT jobs FROM bullmq_metric_point WHERE queue = +? AND kind = +?
  ORDER BY place DESC LIMIT +? OFFSET +?`;
const FORGET = [
  'DELETE FROM bullmq_metric WHERE queue = +?',
  'DELETE FROM bullmq_metric_point WHERE queue = +?',
];

const MINUTE_MS = 60_000;

type Kind = typeof STATE.completed | typeof STATE.failed;

interface Metric {
  count: number;
  prev_at: number;
  prev_count: number;
  last_point: number;
}

/**
 * How many jobs ended in each minute, completed and failed apart. The count is kept in memory and stored with the
 * transaction; a point is written when a minute is over, and the minutes in which nothing ended get a point of 0.
 */
export class QueueMetrics {
  readonly #sql: Statements;
  readonly #queue: number;
  readonly #known = new Map<Kind, Metric>();
  /** What the transaction in progress has changed. */
  readonly #changed = new Set<Kind>();

  constructor(sql: Statements, queue: number) {
    this.#sql = sql;
    this.#queue = queue;
  }

  /** Counts a job that ended at `now`, epoch ms, and keeps the newest `most` minutes. */
  collect(kind: Kind, most: number, now: number): void {
    const metric = this.#of(kind) ?? { count: 0, prev_at: now, prev_count: 0, last_point: 0 };
    this.#known.set(kind, metric);
    this.#changed.add(kind);
    const countBefore = metric.count;
    metric.count += 1;
    const passed = Math.floor(now / MINUTE_MS) - Math.floor(metric.prev_at / MINUTE_MS);
    const points = Math.min(passed, most);
    if (points <= 0) return;
    for (let point = 0; point < points; point += 1) {
      metric.last_point += 1;
      const jobs = point === 0 ? countBefore - metric.prev_count : 0;
      this.#sql.run(ADD_POINT, this.#queue, kind, metric.last_point, jobs);
    }
    this.#sql.run(TRIM, this.#queue, kind, metric.last_point - most);
    metric.prev_count = countBefore;
    metric.prev_at = now;
  }

  /** What BullMQ's `getMetrics` asks for: count, last point's time and count, a page of points, and their number. */
  page(kind: Kind, start: number, end: number): [meta: string[], points: string[], count: number] {
    const metric = this.#of(kind);
    if (metric === undefined) return [[], [], 0];
    const count = this.#sql.get<{ points: number }>(COUNT_POINTS, this.#queue, kind)?.points ?? 0;
    const { offset, limit } = sliceOf(start, end, count);
    const points = this.#sql.all<{ jobs: number }>(NEWEST_FIRST, this.#queue, kind, limit, offset);
    return [
      [metric.count, metric.prev_at, metric.prev_count].map(String),
      points.map(({ jobs }) => String(jobs)),
      count,
    ];
  }

  store(): void {
    if (this.#changed.size === 0) return;
    for (const kind of this.#changed) {
      const { count = 0, prev_at = 0, prev_count = 0, last_point = 0 } = this.#known.get(kind) ?? {};
      this.#sql.run(STORE, this.#queue, kind, count, prev_at, prev_count, last_point);
    }
    this.#changed.clear();
  }

  reset(): void {
    this.#known.clear();
    this.#changed.clear();
    for (const text of FORGET) this.#sql.run(text, this.#queue);
  }

  #of(kind: Kind): Metric | undefined {
    return this.#known.get(kind) ?? this.#sql.get<Metric>(SELECT, this.#queue, kind);
  }
}

/** The kind of metric that BullMQ names. */
export function metricKind(type: 'completed' | 'failed'): Kind {
  return STATE[type];
}
