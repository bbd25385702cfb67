import { ErrorCode } from 'bullmq';
import { findJob, type JobRow } from '../jobs/job-row.ts';
import { FailedChildrenError, JobStateError, missingJob, notInState } from '../jobs/job-state-error.ts';
import { moveJob } from '../jobs/placement.ts';
import { STATE } from '../jobs/states.ts';
import type { QueueScope } from '../queue/queue-scope.ts';
import { requireLock } from '../work/job-locks.ts';
import { CHILD, hasChildren } from './flow-children.ts';

const COMMAND = 'moveToWaitingChildren';
const IS_PENDING = `SELECT 1 FROM bullmq_child WHERE parent = +? AND key = +? AND state = ${CHILD.pending}`;
const RELEASE_LOCK = 'UPDATE bullmq_job SET lock_token = NULL, lock_until = NULL WHERE ref = ?';

/**
 * Puts an active job aside until its children have ended. False when there is nothing to wait for: no child, or not
 * the one of `childKey`.
 * @throws JobStateError when the job is gone, not active, or not the token's; FailedChildrenError when one has failed
 */
export function waitForChildren(
  scope: QueueScope,
  jobId: string,
  token: string,
  childKey: string | undefined,
): boolean {
  const row = findJob(scope, jobId);
  if (row === undefined) throw missingJob(jobId, COMMAND);
  requireNoFailedChild(scope, row, COMMAND);
  if (!isWaitedFor(scope, row, childKey)) return false;
  requireLock(scope, row, token, COMMAND);
  if (row.state !== STATE.active) throw notInState(jobId, COMMAND, 'active');
  scope.sql.run(RELEASE_LOCK, row.ref);
  moveJob(scope, row.ref, STATE.active, { state: STATE.waitingChildren, ord: scope.now });
  scope.record.event('event', 'waiting-children', 'jobId', jobId, 'prev', 'active');
  return true;
}

/** @throws JobStateError or FailedChildrenError when a job cannot be completed because of its children */
export function requireChildrenEnded(scope: QueueScope, row: JobRow, command: string): void {
  if (row.children === 0) return;
  if (hasChildren(scope, row, CHILD.pending)) {
    throw new JobStateError(
      ErrorCode.JobPendingChildren,
      `Job ${row.id} has pending dependencies. ${command}`,
    );
  }
  requireNoFailedChild(scope, row, command);
}

function requireNoFailedChild(scope: QueueScope, row: JobRow, command: string): void {
  if (hasChildren(scope, row, CHILD.failed)) throw new FailedChildrenError(row.id, command);
}

function isWaitedFor(scope: QueueScope, row: JobRow, childKey: string | undefined): boolean {
  if (childKey === undefined) return hasChildren(scope, row, CHILD.pending);
  return scope.sql.get(IS_PENDING, row.ref, childKey) !== undefined;
}
