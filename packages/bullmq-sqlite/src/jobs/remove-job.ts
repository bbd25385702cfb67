import { ErrorCode } from 'bullmq';
import { giveUpKey } from '../deduplication/deduplication-keys.ts';
import {
  CHILD,
  forgetPending,
  hasChildren,
  type ParentJob,
  parentOf,
  releaseIfReady,
} from '../flows/flow-children.ts';
import { removeTree } from '../flows/flow-removal.ts';
import { jobKey, type QueueScope } from '../queue/queue-scope.ts';
import { isJobOfScheduler } from '../schedulers/scheduler-store.ts';
import { deleteFreeJobs, deleteJob } from './delete-job.ts';
import { findJob, type JobRow } from './job-row.ts';
import { JobStateError } from './job-state-error.ts';
import { STATE, type StateCode } from './states.ts';

const TIED = `SELECT * FROM bullmq_job WHERE queue = +? AND state = +?
  AND (parent IS NOT NULL OR children > 0 OR dedup_id IS NOT NULL OR scheduler_id IS NOT NULL)`;

/**
 * Removes a job in whatever state, with its children when asked; false when a worker holds it or one of them. A job
 * that is not there counts as removed.
 * @throws JobStateError for the next job of a scheduler: remove the scheduler instead
 */
export function removeJob(scope: QueueScope, jobId: string, childrenToo: boolean): boolean {
  const row = findJob(scope, jobId);
  if (row === undefined) return true;
  if (isJobOfScheduler(scope, row)) {
    throw new JobStateError(
      ErrorCode.JobBelongsToJobScheduler,
      `Job ${jobId} belongs to a job scheduler and cannot be removed directly. removeJob`,
    );
  }
  return removeTree(scope, row, childrenToo);
}

/** Removes all jobs that wait to be worked on, the delayed ones too when asked; not those of schedulers. */
export function drainQueue(scope: QueueScope, delayedToo: boolean): void {
  drainState(scope, STATE.waiting);
  drainState(scope, STATE.prioritized);
  if (delayedToo) drainState(scope, STATE.delayed);
}

function drainState(scope: QueueScope, state: StateCode): void {
  const { sql, record } = scope;
  if (record.count(state) === 0) return;
  deleteFreeJobs(scope, state);
  if (record.count(state) === 0) return;
  for (const row of sql.all<JobRow>(TIED, record.ref, state)) {
    if (!isJobOfScheduler(scope, row)) discardJob(scope, row);
  }
}

/**
 * Deletes a job that will never end. Its deduplication id is free again; a parent in the same queue that waited for
 * it alone goes with it, one in another queue may begin.
 */
export function discardJob(scope: QueueScope, row: JobRow): void {
  giveUpKey(scope, row);
  deleteJob(scope, row, row.state as StateCode);
  const parent = parentOf(scope, row);
  if (parent === undefined || !forgetPending(parent, jobKey(scope, row.id))) return;
  if (hasChildren(parent.scope, parent.row, CHILD.pending)) return;
  if (isDiscardedToo(scope, parent)) discardJob(parent.scope, parent.row);
  else releaseIfReady(parent);
}

function isDiscardedToo({ record }: QueueScope, { scope, row }: ParentJob): boolean {
  return scope.record === record && row.state === STATE.waitingChildren;
}
