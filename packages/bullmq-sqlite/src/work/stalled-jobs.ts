import { moveJob } from '../jobs/placement.ts';
import { STATE } from '../jobs/states.ts';
import type { QueueScope } from '../queue/queue-scope.ts';
import { findScheduler } from '../schedulers/scheduler-store.ts';

const STALLED = `SELECT ref, id, stalled_count, scheduler_id FROM bullmq_job
  WHERE queue = +? AND state = ${STATE.active} AND stall_marked = 1 AND (lock_until IS NULL OR lock_until <= +?)
  ORDER BY ord`;
const RECOVER = `UPDATE bullmq_job SET stalled_count = stalled_count + 1, lock_token = NULL, lock_until = NULL,
  deferred_failure = coalesce(?, deferred_failure) WHERE ref = ?`;
const MARK = `UPDATE bullmq_job SET stall_marked = 1 WHERE queue = +? AND state = ${STATE.active} AND stall_marked = 0`;

interface StalledJob {
  ref: number;
  id: string;
  stalled_count: number;
  scheduler_id: string | null;
}

/** The worker that claims such a job fails it at once with this reason. */
const STALLED_TOO_OFTEN = 'job stalled more than allowable limit';

/**
 * Puts back the active jobs that nobody holds any more. Two passes: a job must have been active in the pass before,
 * and have been neither finished nor had its lock extended since. Passes closer than `intervalMs` do nothing.
 * @returns the ids of the jobs put back
 */
export function recoverStalledJobs(scope: QueueScope, maxStalledCount: number, intervalMs: number): string[] {
  const { sql, record, expiryNow } = scope;
  if (record.stalledCheckUntil > expiryNow) return [];
  record.stalledCheckUntil = expiryNow + intervalMs;
  record.dirty = true;
  const stalled = sql.all<StalledJob>(STALLED, record.ref, expiryNow);
  for (const job of stalled) {
    const { ref, id } = job;
    const isLost = job.stalled_count + 1 > maxStalledCount && !isScheduled(scope, job);
    sql.run(RECOVER, isLost ? STALLED_TOO_OFTEN : null, ref);
    moveJob(scope, ref, STATE.active, { state: STATE.waiting, ord: record.nextHead() });
    record.event('event', 'waiting', 'jobId', id, 'prev', 'active');
    record.event('event', 'stalled', 'jobId', id);
  }
  sql.run(MARK, record.ref);
  return stalled.map(({ id }) => id);
}

/** A job of a scheduler is never given up: with it would go all that come after it. */
function isScheduled(scope: QueueScope, { scheduler_id }: StalledJob): boolean {
  return scheduler_id !== null && findScheduler(scope, scheduler_id) !== undefined;
}
