import { reportReopened } from '../flows/flow-children.ts';
import type { QueueScope } from '../queue/queue-scope.ts';
import { type Claimer, claimNext, type NextJob, promoteDueJobs } from '../work/claim-job.ts';
import { requireActive } from '../work/finish-job.ts';
import { findJob, type JobRow } from './job-row.ts';
import { missingJob, notInState } from './job-state-error.ts';
import { claimablePlace, type End, moveJob } from './placement.ts';
import { STATE, type StateCode } from './states.ts';

const REQUEUE = `UPDATE bullmq_job SET attempts_made = ?, lock_token = NULL, lock_until = NULL,
  failed_reason = coalesce(?, failed_reason), stacktrace = coalesce(?, stacktrace), delay = ? WHERE ref = ?`;
const SET_DELAY = 'UPDATE bullmq_job SET delay = ? WHERE ref = ?';
const SET_PRIORITY = 'UPDATE bullmq_job SET priority = ? WHERE ref = ?';
const REOPEN = `UPDATE bullmq_job SET finished_on = NULL, processed_on = NULL,
  failed_reason = CASE WHEN state = ${STATE.failed} THEN NULL ELSE failed_reason END,
  return_value = CASE WHEN state = ${STATE.completed} THEN NULL ELSE return_value END,
  attempts_made = CASE WHEN ? = 1 THEN 0 ELSE attempts_made END,
  attempts_started = CASE WHEN ? = 1 THEN 0 ELSE attempts_started END WHERE ref = ?`;

/** What a failed attempt leaves on the job. */
export interface AttemptTrace {
  readonly failedReason: string | null;
  /** JSON text. */
  readonly stacktrace: string | null;
}

/** Puts an active job back at once, one attempt spent. @throws JobStateError */
export function retryJob(
  scope: QueueScope,
  jobId: string,
  end: End,
  token: string,
  trace: AttemptTrace,
): void {
  promoteDueJobs(scope);
  const row = requireActive(scope, jobId, token, 'retryJob');
  release(scope, row, row.attempts_made + 1, trace, row.delay);
  moveJob(scope, row.ref, STATE.active, claimablePlace(scope, row.priority, end));
  scope.record.event('event', 'waiting', 'jobId', jobId, 'prev', 'active');
}

/**
 * Puts an active job back in front, no attempt spent.
 * @returns ms for which the queue's rate limit is in force
 * @throws JobStateError
 */
export function returnJob(scope: QueueScope, jobId: string, token: string): number {
  const row = requireActive(scope, jobId, token, 'moveJobFromActiveToWait');
  release(scope, row, row.attempts_made, { failedReason: null, stacktrace: null }, row.delay);
  moveJob(scope, row.ref, STATE.active, claimablePlace(scope, row.priority, 'front'));
  scope.record.event('event', 'waiting', 'jobId', jobId, 'prev', 'active');
  return Math.max(0, scope.record.rateUntil - scope.expiryNow);
}

export interface Delay {
  /** Epoch ms from which the delay counts. */
  readonly from: number;
  readonly delayMs: number;
  readonly token: string;
  /** False parks the job: it comes back with as many attempts left as before. */
  readonly spendAttempt: boolean;
  readonly trace: AttemptTrace;
}

/** Moves an active job to delayed and, with `next`, claims another. @throws JobStateError */
export function delayJob(
  scope: QueueScope,
  jobId: string,
  delay: Delay,
  next: Claimer | undefined,
): NextJob | [] {
  const row = requireActive(scope, jobId, delay.token, 'moveToDelayed');
  const delayMs = Math.max(0, Math.ceil(delay.delayMs));
  const due = Math.floor(delay.from) + delayMs;
  release(scope, row, row.attempts_made + (delay.spendAttempt ? 1 : 0), delay.trace, delayMs);
  moveJob(scope, row.ref, STATE.active, { state: STATE.delayed, ord: due });
  scope.record.event('event', 'delayed', 'jobId', jobId, 'delay', String(due));
  if (next === undefined) return [];
  const claimed = claimNext(scope, next);
  return claimed[0] === null ? [] : claimed;
}

/** Makes a delayed job claimable now. @throws JobStateError when it is not delayed */
export function promoteJob(scope: QueueScope, jobId: string): void {
  const row = findJob(scope, jobId);
  if (row?.state !== STATE.delayed) throw notInState(jobId, 'promote', 'delayed');
  moveJob(scope, row.ref, STATE.delayed, claimablePlace(scope, row.priority, 'back'));
  scope.sql.run(SET_DELAY, 0, row.ref);
  scope.record.event('event', 'waiting', 'jobId', jobId, 'prev', 'delayed');
}

/** Sets the due time of a delayed job to `delayMs` from now. @throws JobStateError */
export function changeDelay(scope: QueueScope, jobId: string, delayMs: number): void {
  const row = findJob(scope, jobId);
  if (row === undefined) throw missingJob(jobId, 'changeDelay');
  if (row.state !== STATE.delayed) throw notInState(jobId, 'changeDelay', 'delayed');
  const due = scope.now + Math.max(0, Math.ceil(delayMs));
  scope.sql.run(SET_DELAY, Math.ceil(delayMs), row.ref);
  moveJob(scope, row.ref, STATE.delayed, { state: STATE.delayed, ord: due });
  scope.record.event('event', 'delayed', 'jobId', jobId, 'delay', String(due));
}

/** Changes the priority of a job; one that can be claimed goes to its new place. @throws JobStateError */
export function changePriority(scope: QueueScope, jobId: string, priority: number, end: End): void {
  const row = findJob(scope, jobId);
  if (row === undefined) throw missingJob(jobId, 'changePriority');
  if (row.state === STATE.waiting || row.state === STATE.prioritized) {
    moveJob(scope, row.ref, row.state, claimablePlace(scope, priority, end));
  }
  scope.sql.run(SET_PRIORITY, priority, row.ref);
}

/** Puts a finished job back to be worked on again. @throws JobStateError when it is not in `state` */
export function reopenJob(
  scope: QueueScope,
  jobId: string,
  state: 'completed' | 'failed',
  end: End,
  reset: { attemptsMade: boolean; attemptsStarted: boolean },
): void {
  const row = findJob(scope, jobId);
  if (row === undefined) throw missingJob(jobId, 'reprocessJob');
  if (row.state !== STATE[state]) throw notInState(jobId, 'reprocessJob', state);
  reopen(scope, row, STATE[state], end, reset);
  scope.record.event('event', 'waiting', 'jobId', jobId, 'prev', state);
}

export function reopen(
  scope: QueueScope,
  row: { ref: number; id: string; priority: number; parent: string | null },
  from: StateCode,
  end: End,
  reset: { attemptsMade: boolean; attemptsStarted: boolean },
): void {
  scope.sql.run(REOPEN, reset.attemptsMade ? 1 : 0, reset.attemptsStarted ? 1 : 0, row.ref);
  moveJob(scope, row.ref, from, claimablePlace(scope, row.priority, end));
  if (row.parent !== null) reportReopened(scope, row);
}

function release(
  scope: QueueScope,
  row: JobRow,
  attemptsMade: number,
  trace: AttemptTrace,
  delay: number,
): void {
  scope.sql.run(REQUEUE, attemptsMade, trace.failedReason, trace.stacktrace, delay, row.ref);
}
