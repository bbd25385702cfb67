import { releaseDeduplication } from '../deduplication/deduplicate-job.ts';
import { reportCompleted, reportFailed } from '../flows/flow-children.ts';
import { leaveParent } from '../flows/flow-removal.ts';
import { requireChildrenEnded } from '../flows/wait-for-children.ts';
import { deleteJob } from '../jobs/delete-job.ts';
import { findJob, type JobRow } from '../jobs/job-row.ts';
import { missingJob, notInState } from '../jobs/job-state-error.ts';
import { STATE } from '../jobs/states.ts';
import type { QueueScope } from '../queue/queue-scope.ts';
import { type Claimer, claimNext, type NextJob } from './claim-job.ts';
import { requireLock } from './job-locks.ts';
import { applyRetention, type Retention } from './retention.ts';

const COMMAND = 'moveToFinished';
const COMPLETE = `UPDATE bullmq_job SET state = ${STATE.completed}, ord = ?, finished_on = ?, attempts_made = ?,
  return_value = ?, lock_token = NULL, lock_until = NULL WHERE ref = ?`;
const FAIL = `UPDATE bullmq_job SET state = ${STATE.failed}, ord = ?, finished_on = ?, attempts_made = ?,
  failed_reason = ?, stacktrace = coalesce(?, stacktrace), deferred_failure = NULL, lock_token = NULL, lock_until = NULL
  WHERE ref = ?`;

export interface Outcome {
  readonly state: typeof STATE.completed | typeof STATE.failed;
  /** The result as JSON text, or the reason as it is. */
  readonly value: string;
  /** JSON text, of a failure. */
  readonly stacktrace: string | undefined;
  readonly retention: Retention;
  /** Of the job's options; after that many the failure is final. */
  readonly attempts: number;
  /** Of how many minutes the numbers are kept; undefined when they are not counted. */
  readonly metricsMinutes: number | undefined;
}

/**
 * Ends an active job and, with `next`, claims another in the same transaction.
 * @returns the next job, or [] when none was asked for or found
 * @throws JobStateError when the job is gone, not active, waits for children, or its lock was lost; FailedChildrenError
 */
export function finishJob(
  scope: QueueScope,
  jobId: string,
  token: string,
  outcome: Outcome,
  next: Claimer | undefined,
): NextJob | [] {
  const row = requireActive(scope, jobId, token, COMMAND, outcome.state === STATE.completed);
  if (row.dedup_id !== null) releaseDeduplication(scope, row);
  if (row.parent !== null) reportToParent(scope, row, outcome);
  const attemptsMade = row.attempts_made + 1;
  store(scope, row, outcome, attemptsMade);
  announce(scope, jobId, outcome, attemptsMade);
  if (outcome.metricsMinutes !== undefined) {
    scope.record.metrics.collect(outcome.state, outcome.metricsMinutes, scope.now);
  }
  if (next === undefined) {
    announceDrained(scope);
    return [];
  }
  const claimed = claimNext(scope, next);
  if (claimed[0] !== null || claimed[2] > 0 || claimed[3] > 0 || scope.record.isHeld()) return claimed;
  announceDrained(scope);
  return [];
}

/**
 * @param completes whether the job is to be completed, which its children must allow
 * @throws JobStateError when the job is gone, not active, or not the token's
 */
export function requireActive(
  scope: QueueScope,
  jobId: string,
  token: string,
  command: string,
  completes = false,
): JobRow {
  const row = findJob(scope, jobId);
  if (row === undefined) throw missingJob(jobId, command);
  if (completes) requireChildrenEnded(scope, row, command);
  requireLock(scope, row, token, command);
  if (row.state !== STATE.active) throw notInState(jobId, command, 'active');
  return row;
}

function store(scope: QueueScope, row: JobRow, outcome: Outcome, attemptsMade: number): void {
  const { sql, record, now } = scope;
  const { state, value, stacktrace, retention } = outcome;
  if (retention.count === 0) {
    deleteJob(scope, row, STATE.active);
    if (row.parent !== null) leaveParent(scope, row);
    return;
  }
  if (state === STATE.completed) sql.run(COMPLETE, now, now, attemptsMade, value, row.ref);
  else sql.run(FAIL, now, now, attemptsMade, value, stacktrace ?? null, row.ref);
  record.adjust(STATE.active, -1);
  record.adjust(state, 1);
  applyRetention(scope, state, retention);
}

function reportToParent(scope: QueueScope, row: JobRow, { state, value }: Outcome): void {
  if (state === STATE.completed) reportCompleted(scope, row, value);
  else reportFailed(scope, row, value);
}

function announce({ record }: QueueScope, jobId: string, outcome: Outcome, attemptsMade: number): void {
  const completed = outcome.state === STATE.completed;
  const [event, field] = completed ? ['completed', 'returnvalue'] : ['failed', 'failedReason'];
  record.event('event', event, 'jobId', jobId, field, outcome.value, 'prev', 'active');
  if (completed || attemptsMade < outcome.attempts) return;
  record.event('event', 'retries-exhausted', 'jobId', jobId, 'attemptsMade', String(attemptsMade));
}

/** `drained` is said when nothing is left to claim and nothing is being worked on. */
function announceDrained({ record }: QueueScope): void {
  const left = record.count(STATE.waiting) + record.count(STATE.active) + record.count(STATE.prioritized);
  if (left === 0) record.event('event', 'drained');
}
