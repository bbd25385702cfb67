import { deleteJob, deleteState } from './delete-job.ts';
import { isLocked } from './job-locks.ts';
import { findJob } from './job-row.ts';
import type { QueueScope } from './queue-scope.ts';
import { previousName, STATE, type StateCode } from './states.ts';

/** Removes a job in whatever state; false when a worker holds it. A job that is not there counts as removed. */
export function removeJob(scope: QueueScope, jobId: string): boolean {
  const row = findJob(scope, jobId);
  if (row === undefined) return true;
  if (isLocked(row, scope.now)) return false;
  deleteJob(scope, row.ref, row.state as StateCode);
  scope.record.event('event', 'removed', 'jobId', jobId, 'prev', previousName(row.state));
  return true;
}

/** Removes all jobs that wait to be worked on, the delayed ones too when asked. */
export function drainQueue(scope: QueueScope, delayedToo: boolean): void {
  deleteState(scope, STATE.waiting);
  deleteState(scope, STATE.prioritized);
  if (delayedToo) deleteState(scope, STATE.delayed);
}
