import type { DeduplicationOptions } from 'bullmq';
import { deleteJob } from '../jobs/delete-job.ts';
import { insertJob, type NewJob } from '../jobs/insert-job.ts';
import { findJob, type JobRow } from '../jobs/job-row.ts';
import { moveJob } from '../jobs/placement.ts';
import { STATE } from '../jobs/states.ts';
import type { QueueScope } from '../queue/queue-scope.ts';
import type { DeduplicationKey } from './deduplication-keys.ts';
import * as keys from './deduplication-keys.ts';

const EXISTS = 'SELECT 1 FROM bullmq_job WHERE queue = +? AND id = +?';
const SET_DELAY = 'UPDATE bullmq_job SET delay = ? WHERE ref = ?';

/** A job that comes with a deduplication id, and the id that it would get. */
interface Newcomer {
  readonly job: NewJob;
  readonly id: string;
  readonly options: DeduplicationOptions;
}

/** The id of the job that is there already and stands for this one too; undefined when this one is to be added. */
export function standIn(scope: QueueScope, job: NewJob, id: string): string | undefined {
  const options = job.deduplication;
  if (options === undefined) return undefined;
  const newcomer = { job, id, options };
  const key = keys.findKey(scope, options.id);
  if (key === undefined) {
    keys.setKey(scope, options.id, id, expiryOf(scope, options));
    return undefined;
  }
  // A parent is never put in another's place: its children name it.
  if (options.replace === true && !job.waitsForChildren) return replaceDelayed(scope, newcomer, key);
  return joinHolder(scope, newcomer, key);
}

/** What an ended job leaves: its key, unless that has a time of its own, and the job that was waiting for its end. */
export function releaseDeduplication(scope: QueueScope, row: JobRow): void {
  const id = row.dedup_id;
  if (id === null) return;
  const key = keys.findKey(scope, id);
  if (key?.until === null && key.job === row.id) keys.removeKey(scope, id);
  const text = keys.findNext(scope, id);
  if (text === undefined) return;
  keys.removeNext(scope, id);
  addNext(scope, id, JSON.parse(text) as NewJob);
}

function addNext(scope: QueueScope, deduplicationId: string, job: NewJob): void {
  scope.record.jobCounter += 1;
  if (scope.sql.get(EXISTS, scope.record.ref, job.id) !== undefined) {
    scope.record.event('event', 'duplicated', 'jobId', job.id);
    return;
  }
  const { deduplication = { id: deduplicationId } } = job;
  keys.setKey(scope, deduplicationId, job.id, expiryOf(scope, deduplication));
  insertJob(scope, { ...job, addedAt: scope.now }, job.id);
}

/** Debounce: the newest takes the place of the one that has not begun. */
function replaceDelayed(scope: QueueScope, newcomer: Newcomer, key: DeduplicationKey): string | undefined {
  const { id, options } = newcomer;
  const holder = findJob(scope, key.job);
  if (holder?.state === STATE.delayed) {
    deleteJob(scope, holder, STATE.delayed);
    scope.record.event('event', 'removed', 'jobId', key.job, 'prev', 'delayed');
    announce(scope, id, options.id, key.job);
    keys.removeNext(scope, options.id);
    const keepsItsTime = !options.keepLastIfActive && !options.extend && hasTtl(options);
    keys.setKey(scope, options.id, id, keepsItsTime ? key.until : expiryOf(scope, options));
    return undefined;
  }
  if (takeOverStaleKey(scope, newcomer, key)) return undefined;
  keepForLater(scope, newcomer, key);
  return key.job;
}

/** Simple mode and throttle: the one that is there stays. */
function joinHolder(scope: QueueScope, newcomer: Newcomer, key: DeduplicationKey): string | undefined {
  const { id, options } = newcomer;
  if (takeOverStaleKey(scope, newcomer, key)) return undefined;
  if (keepForLater(scope, newcomer, key)) return key.job;
  if (hasTtl(options) && options.extend === true) {
    keys.setKey(scope, options.id, key.job, expiryOf(scope, options));
  }
  announce(scope, key.job, options.id, id);
  if (options.reschedule === true) reschedule(scope, newcomer, key.job);
  return key.job;
}

/** A key without a time whose job is gone, by retention for one, holds nobody back. */
function takeOverStaleKey(scope: QueueScope, { id, options }: Newcomer, key: DeduplicationKey): boolean {
  if (key.until !== null || scope.sql.get(EXISTS, scope.record.ref, key.job) !== undefined) return false;
  keys.removeNext(scope, options.id);
  keys.setKey(scope, options.id, id, expiryOf(scope, options));
  return true;
}

/** keepLastIfActive: while the holder is being worked on, the last of those that came is kept for when it has ended. */
function keepForLater(scope: QueueScope, { job, id, options }: Newcomer, key: DeduplicationKey): boolean {
  if (options.keepLastIfActive !== true || findJob(scope, key.job)?.state !== STATE.active) return false;
  keys.setNext(scope, options.id, JSON.stringify({ ...job, id }));
  keys.setKey(scope, options.id, key.job, null);
  announce(scope, key.job, options.id, id);
  return true;
}

function reschedule(scope: QueueScope, { job }: Newcomer, holderId: string): void {
  const holder = findJob(scope, holderId);
  if (holder?.state !== STATE.delayed) return;
  const due = job.addedAt + job.delay;
  scope.sql.run(SET_DELAY, job.delay, holder.ref);
  moveJob(scope, holder.ref, STATE.delayed, { state: STATE.delayed, ord: due });
  scope.record.event('event', 'delayed', 'jobId', holderId, 'delay', String(due));
}

function announce({ record }: QueueScope, jobId: string, deduplicationId: string, droppedId: string): void {
  record.event(
    'event',
    'deduplicated',
    'jobId',
    jobId,
    'deduplicationId',
    deduplicationId,
    'deduplicatedJobId',
    droppedId,
  );
}

function hasTtl({ ttl }: DeduplicationOptions): boolean {
  return ttl !== undefined && ttl > 0;
}

/** Epoch ms; null for as long as the job is there, which is also what keepLastIfActive needs. */
function expiryOf({ expiryNow }: QueueScope, options: DeduplicationOptions): number | null {
  if (options.keepLastIfActive === true || !hasTtl(options)) return null;
  return expiryNow + Math.ceil(options.ttl ?? 0);
}
