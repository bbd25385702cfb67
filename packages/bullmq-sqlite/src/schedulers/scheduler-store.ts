import type { JobsOptions } from 'bullmq';
import { sliceOf } from '../backend/page.ts';
import type { QueueScope } from '../queue/queue-scope.ts';

const FIND = 'SELECT next, job, fields FROM bullmq_scheduler WHERE queue = +? AND id = +?';
const STORE = `INSERT INTO bullmq_scheduler (queue, id, next, job, fields) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET next = excluded.next, job = excluded.job, fields = excluded.fields`;
const REMOVE = 'DELETE FROM bullmq_scheduler WHERE queue = +? AND id = +?';
const FORGET = 'DELETE FROM bullmq_scheduler WHERE queue = +?';
const COUNT = 'SELECT count(*) AS schedulers FROM bullmq_scheduler WHERE queue = +?';
const NEXT_FIRST =
  'SELECT id, next FROM bullmq_scheduler WHERE queue = +? ORDER BY next, id LIMIT +? OFFSET +?';
const NEXT_LAST =
  'SELECT id, next FROM bullmq_scheduler WHERE queue = +? ORDER BY next DESC, id DESC LIMIT +? OFFSET +?';

/**
 * What BullMQ reads of a scheduler, all text: `name`, `tz`, `limit`, `pattern`, `startDate`, `endDate`, `every`,
 * `offset`, the template's `opts` and `data` as JSON, and `ic`, how many times it has made a job.
 */
export type SchedulerFields = Record<string, string>;

export interface Scheduler {
  /** Epoch ms at which its next job is due. */
  readonly next: number;
  /** The id of that job. */
  readonly job: string;
  readonly fields: SchedulerFields;
}

/** How a scheduler repeats, as `Queue.upsertJobScheduler` hands it on. */
export interface Schedule {
  readonly name: string;
  readonly tz?: string | undefined;
  readonly limit?: number | undefined;
  readonly pattern?: string | undefined;
  /** Epoch ms. */
  readonly startDate?: number | undefined;
  /** Epoch ms. */
  readonly endDate?: number | undefined;
  /** Ms between two jobs. */
  readonly every?: number | undefined;
  /** Ms after the beginning of each interval. */
  readonly offset?: number | null | undefined;
}

export function findScheduler({ sql, record }: QueueScope, id: string): Scheduler | undefined {
  const row = sql.get<{ next: number; job: string; fields: string }>(FIND, record.ref, id);
  return row === undefined
    ? undefined
    : { next: row.next, job: row.job, fields: JSON.parse(row.fields) as SchedulerFields };
}

export function storeScheduler(
  { sql, record }: QueueScope,
  id: string,
  { next, job, fields }: Scheduler,
): void {
  sql.run(STORE, record.ref, id, next, job, JSON.stringify(fields));
  record.dirty = true;
}

/** Whether there was one. */
export function deleteScheduler({ sql, record }: QueueScope, id: string): boolean {
  record.dirty = true;
  return sql.run(REMOVE, record.ref, id) === 1;
}

export function forgetSchedulers({ sql, record }: QueueScope): void {
  sql.run(FORGET, record.ref);
}

export function countSchedulers({ sql, record }: QueueScope): number {
  return sql.get<{ schedulers: number }>(COUNT, record.ref)?.schedulers ?? 0;
}

/** Ids, each with the time at which its next job is due, in one flat list as BullMQ wants it. */
export function listSchedulers(scope: QueueScope, start: number, end: number, nextFirst: boolean): string[] {
  const { offset, limit } = sliceOf(start, end, countSchedulers(scope));
  const text = nextFirst ? NEXT_FIRST : NEXT_LAST;
  return scope.sql
    .all<{ id: string; next: number }>(text, scope.record.ref, limit, offset)
    .flatMap(({ id, next }) => [id, String(next)]);
}

/** The id of the job that a scheduler makes for a time. */
export function scheduledJobId(schedulerId: string, dueAt: number): string {
  return `repeat:${schedulerId}:${dueAt}`;
}

/** Whether a job is the next one of a scheduler that is still there. */
export function isJobOfScheduler(
  scope: QueueScope,
  job: { id: string; scheduler_id: string | null },
): boolean {
  if (job.scheduler_id === null) return false;
  return findScheduler(scope, job.scheduler_id)?.job === job.id;
}

/** The fields of a scheduler that is made or changed; what is not said any more is gone, but for offset and count. */
export function fieldsOf(
  schedule: Schedule,
  templateData: string,
  templateOpts: JobsOptions,
  before: SchedulerFields | undefined,
): SchedulerFields {
  const fields: SchedulerFields = { name: schedule.name };
  const { tz, limit, pattern, startDate, endDate, every } = schedule;
  for (const [field, value] of Object.entries({ tz, limit, pattern, startDate, endDate, every })) {
    if (value !== undefined && value !== null) fields[field] = String(value);
  }
  const offset = schedule.offset ?? before?.['offset'];
  if (offset !== undefined) fields['offset'] = String(offset);
  const opts = JSON.stringify(templateOpts);
  if (opts !== '{}') fields['opts'] = opts;
  if (templateData !== '{}') fields['data'] = templateData;
  fields['ic'] = before?.['ic'] ?? '1';
  return fields;
}
