import type { QueueScope } from '../queue/queue-scope.ts';

const FIND =
  'SELECT job, until FROM bullmq_dedup WHERE queue = +? AND id = +? AND (until IS NULL OR until > +?)';
const SET = `INSERT INTO bullmq_dedup (queue, id, job, until) VALUES (?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET job = excluded.job, until = excluded.until`;
const REMOVE = 'DELETE FROM bullmq_dedup WHERE queue = +? AND id = +?';
const REMOVE_EXPIRED = 'DELETE FROM bullmq_dedup WHERE queue = +? AND until <= +?';
const FIND_NEXT = 'SELECT job FROM bullmq_dedup_next WHERE queue = +? AND id = +?';
const SET_NEXT = `INSERT INTO bullmq_dedup_next (queue, id, job) VALUES (?, ?, ?)
  ON CONFLICT DO UPDATE SET job = excluded.job`;
const REMOVE_NEXT = 'DELETE FROM bullmq_dedup_next WHERE queue = +? AND id = +?';
const FORGET = [
  'DELETE FROM bullmq_dedup WHERE queue = +?',
  'DELETE FROM bullmq_dedup_next WHERE queue = +?',
];

/** The job that holds a deduplication id, and until when, epoch ms; null for as long as the job is there. */
export interface DeduplicationKey {
  readonly job: string;
  readonly until: number | null;
}

export function findKey({ sql, record, expiryNow }: QueueScope, id: string): DeduplicationKey | undefined {
  return sql.get<DeduplicationKey>(FIND, record.ref, id, expiryNow);
}

/** Keys whose time is over go whenever one with a time is set, so that they do not pile up. */
export function setKey(scope: QueueScope, id: string, job: string, until: number | null): void {
  const { sql, record, expiryNow } = scope;
  if (until !== null) sql.run(REMOVE_EXPIRED, record.ref, expiryNow);
  sql.run(SET, record.ref, id, job, until);
}

/** Whether there was one. */
export function removeKey({ sql, record, expiryNow }: QueueScope, id: string): boolean {
  sql.run(REMOVE_EXPIRED, record.ref, expiryNow);
  return sql.run(REMOVE, record.ref, id) === 1;
}

/** Removes the key if `job` still holds it. */
export function removeKeyOf(scope: QueueScope, id: string, job: string): boolean {
  return findKey(scope, id)?.job === job && removeKey(scope, id);
}

/** The job, as JSON text, that is to be added when the holder has ended. */
export function findNext({ sql, record }: QueueScope, id: string): string | undefined {
  return sql.get<{ job: string }>(FIND_NEXT, record.ref, id)?.job;
}

export function setNext({ sql, record }: QueueScope, id: string, job: string): void {
  sql.run(SET_NEXT, record.ref, id, job);
}

export function removeNext({ sql, record }: QueueScope, id: string): void {
  sql.run(REMOVE_NEXT, record.ref, id);
}

/** A job is removed before it has ended: whoever comes next with its id is not held back by it. */
export function giveUpKey(scope: QueueScope, job: { id: string; dedup_id: string | null }): void {
  if (job.dedup_id === null || !removeKeyOf(scope, job.dedup_id, job.id)) return;
  removeNext(scope, job.dedup_id);
}

export function forgetKeys({ sql, record }: QueueScope): void {
  for (const text of FORGET) sql.run(text, record.ref);
}
