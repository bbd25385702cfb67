import { forgetKeys } from '../deduplication/deduplication-keys.ts';
import { findJob, type JobRow } from '../jobs/job-row.ts';
import { JobStateError } from '../jobs/job-state-error.ts';
import { discardJob } from '../jobs/remove-job.ts';
import { STATE, stateCode } from '../jobs/states.ts';
import { forgetSchedulers, isJobOfScheduler } from '../schedulers/scheduler-store.ts';
import { META_PAUSED } from './queue-record.ts';
import type { QueueScope } from './queue-scope.ts';

/*
 * The age of a job counts from its end, else from when it was last started, else from when it was added. A job that a
 * worker holds is never old, nor is the next one of a scheduler.
 */
const OLD = `SELECT * FROM bullmq_job WHERE queue = +? AND state = +?
  AND coalesce(finished_on, processed_on, added_at) <= +?
  AND (state <> ${STATE.active} OR lock_until IS NULL OR lock_until <= +?) ORDER BY ord, ref LIMIT +?`;
const ANY = 'SELECT * FROM bullmq_job WHERE queue = +? LIMIT +?';
const FORGET_EVENTS = 'DELETE FROM bullmq_event WHERE queue = +?';
const FORGET_META = 'DELETE FROM bullmq_meta WHERE queue = +?';

/** Removes up to `limit` jobs of a state (0: all) that are as old as `before`, the oldest first. @returns their ids */
export function cleanJobs(scope: QueueScope, type: string, before: number, limit: number): string[] {
  const { sql, record, expiryNow } = scope;
  const state = stateCode(type);
  const jobs =
    state === undefined
      ? []
      : sql
          .all<JobRow>(OLD, record.ref, state, before, expiryNow, limit > 0 ? limit : -1)
          .filter((job) => !isJobOfScheduler(scope, job));
  discardAll(scope, jobs);
  record.event('event', 'cleaned', 'count', String(jobs.length));
  return jobs.map(({ id }) => id);
}

/**
 * Removes up to `count` jobs, and with the last of them all that is known of the queue. True when nothing is left.
 * @throws JobStateError when the queue is not paused, or has active jobs and `force` is not set
 */
export function obliterateQueue(scope: QueueScope, count: number, force: boolean): boolean {
  const { sql, record } = scope;
  if (!record.meta.has(META_PAUSED)) throw new JobStateError(-1, 'Cannot obliterate non-paused queue');
  if (record.count(STATE.active) > 0 && !force) {
    throw new JobStateError(-2, 'Cannot obliterate queue with active jobs');
  }
  const jobs = sql.all<JobRow>(ANY, record.ref, count);
  discardAll(scope, jobs);
  if (jobs.length === count) return false;
  sql.run(FORGET_EVENTS, record.ref);
  sql.run(FORGET_META, record.ref);
  forgetSchedulers(scope);
  forgetKeys(scope);
  record.reset();
  return true;
}

function discardAll(scope: QueueScope, jobs: readonly JobRow[]): void {
  for (const job of jobs) {
    // A parent goes with its last child, and may be gone by now.
    if (job.children === 0 || findJob(scope, job.id) !== undefined) discardJob(scope, job);
  }
}
