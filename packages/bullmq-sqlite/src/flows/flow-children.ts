import { ErrorCode, type ParentKeys } from 'bullmq';
import { findJob, type JobRow } from '../jobs/job-row.ts';
import { JobStateError } from '../jobs/job-state-error.ts';
import { claimablePlace, moveJob } from '../jobs/placement.ts';
import { STATE, type StateCode } from '../jobs/states.ts';
import { jobKey, type QueueScope, scopeOf } from '../queue/queue-scope.ts';

/** What has become of a child, as its parent remembers it. */
export const CHILD: {
  readonly pending: 0;
  readonly processed: 1;
  /** It failed, and the parent goes on. */
  readonly ignored: 2;
  /** It failed, and so must the parent. */
  readonly failed: 3;
} = { pending: 0, processed: 1, ignored: 2, failed: 3 };

export type ChildState = (typeof CHILD)[keyof typeof CHILD];

const ADD = `INSERT INTO bullmq_child (parent, key, state, at, value) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET state = excluded.state, at = excluded.at, value = excluded.value`;
const MARK_PARENT = 'UPDATE bullmq_job SET children = 1 WHERE ref = ? AND children = 0';
const SETTLE = `UPDATE bullmq_child SET state = ?, at = ?, value = ? WHERE parent = +? AND key = +? AND state = ${CHILD.pending}`;
const REOPEN = `UPDATE bullmq_child SET state = ${CHILD.pending}, value = NULL WHERE parent = +? AND key = +? AND state <> ${CHILD.pending}`;
const REMOVE_PENDING = `DELETE FROM bullmq_child WHERE parent = +? AND key = +? AND state = ${CHILD.pending}`;
const ANY_IN = 'SELECT 1 FROM bullmq_child WHERE parent = +? AND state = +? LIMIT 1';
const SET_PARENT = 'UPDATE bullmq_job SET parent = ? WHERE ref = ?';
const DEFER_FAILURE = 'UPDATE bullmq_job SET deferred_failure = ?, delay = 0 WHERE ref = ?';
const DEFER_FAILURE_ONLY = 'UPDATE bullmq_job SET deferred_failure = ? WHERE ref = ?';

/** A job's parent, and the transaction on the queue that it is in. */
export interface ParentJob {
  readonly scope: QueueScope;
  readonly row: JobRow;
}

export function findParent(scope: QueueScope, keys: ParentKeys): ParentJob | undefined {
  const parentScope = scopeOf(scope, keys.queueKey);
  const row = findJob(parentScope, keys.id ?? '');
  return row === undefined ? undefined : { scope: parentScope, row };
}

export function parentOf(scope: QueueScope, row: { parent: string | null }): ParentJob | undefined {
  return row.parent === null ? undefined : findParent(scope, JSON.parse(row.parent) as ParentKeys);
}

/** @throws JobStateError when it is gone */
export function requireParent(scope: QueueScope, keys: ParentKeys, command: string): ParentJob {
  const parent = findParent(scope, keys);
  if (parent !== undefined) return parent;
  throw missingParent(`${keys.queueKey}:${keys.id}`, command);
}

export function missingParent(parentKey: string, command: string): JobStateError {
  return new JobStateError(
    ErrorCode.ParentJobNotExist,
    `Missing key for parent job ${parentKey}. ${command}`,
  );
}

/** Makes a new job known to its parent. */
export function addChild(scope: QueueScope, keys: ParentKeys, key: string): void {
  const parent = findParent(scope, keys);
  if (parent !== undefined) remember(parent, key, CHILD.pending, null);
}

/**
 * Gives a job that is there already a parent; one that has completed counts as processed at once.
 * @throws JobStateError when it has another parent that is still there
 */
export function adoptJob(
  scope: QueueScope,
  row: JobRow,
  keys: ParentKeys,
  command: string,
  inFlow: boolean,
): void {
  const parent = requireParent(scope, keys, command);
  const present = parentOf(scope, row);
  if (present !== undefined && present.row.ref !== parent.row.ref) {
    throw new JobStateError(
      ErrorCode.ParentJobCannotBeReplaced,
      `The parent job ${jobKey(parent.scope, parent.row.id)} cannot be replaced. ${command}`,
    );
  }
  const completed = row.state === STATE.completed;
  const [state, value] = completed ? [CHILD.processed, row.return_value] : [CHILD.pending, null];
  remember(parent, jobKey(scope, row.id), state, value);
  scope.sql.run(SET_PARENT, JSON.stringify(keys), row.ref);
  if (completed && !inFlow) releaseIfReady(parent);
}

/** Whether a job has children in a state; costs nothing for a job that never had any. */
export function hasChildren(
  { sql }: QueueScope,
  row: { ref: number; children: number },
  state: ChildState,
): boolean {
  return row.children > 0 && sql.get(ANY_IN, row.ref, state) !== undefined;
}

/** A completed job hands its result, JSON text, to its parent, which may begin when it was the last. */
export function reportCompleted(scope: QueueScope, row: JobRow, value: string): void {
  const parent = parentOf(scope, row);
  if (parent === undefined) return;
  if (settle(parent, jobKey(scope, row.id), CHILD.processed, value)) releaseIfReady(parent);
}

/** A failed job does to its parent what its options say; without any of them the parent goes on waiting for it. */
export function reportFailed(scope: QueueScope, row: JobRow, reason: string): void {
  if (row.parent === null) return;
  const keys = JSON.parse(row.parent) as ParentKeys;
  const parent = findParent(scope, keys);
  if (parent === undefined) return;
  const key = jobKey(scope, row.id);
  if (keys.fpof === true) {
    if (settle(parent, key, CHILD.failed, null)) failParent(parent, key);
  } else if (keys.cpof === true) {
    if (settle(parent, key, CHILD.ignored, reason)) releaseParent(parent);
  } else if (keys.idof === true) {
    if (settle(parent, key, CHILD.ignored, reason)) releaseIfReady(parent);
  } else if (keys.rdof === true && forgetPending(parent, key)) {
    releaseIfReady(parent);
  }
}

/** A finished child that is put back is waited for again. */
export function reportReopened(scope: QueueScope, row: { id: string; parent: string | null }): void {
  const parent = parentOf(scope, row);
  if (parent !== undefined) scope.sql.run(REOPEN, parent.row.ref, jobKey(scope, row.id));
}

/** Whether the parent was waiting for the child, which it does not any more. */
export function forgetPending({ scope, row }: ParentJob, key: string): boolean {
  return row.children > 0 && scope.sql.run(REMOVE_PENDING, row.ref, key) === 1;
}

/** Lets a parent begin that waits for nobody any more. */
export function releaseIfReady(parent: ParentJob): void {
  if (!hasChildren(parent.scope, parent.row, CHILD.pending)) releaseParent(parent);
}

/** Lets a waiting parent begin, in front of the others, or after its delay. */
export function releaseParent({ scope, row }: ParentJob): void {
  if (row.state !== STATE.waitingChildren) return;
  letBegin(scope, row, row.delay);
}

function letBegin(scope: QueueScope, row: JobRow, delay: number): void {
  const from = row.state as StateCode;
  if (delay > 0) {
    const due = scope.now + delay;
    moveJob(scope, row.ref, from, { state: STATE.delayed, ord: due });
    scope.record.event('event', 'delayed', 'jobId', row.id, 'delay', String(due));
    return;
  }
  moveJob(scope, row.ref, from, claimablePlace(scope, row.priority, row.priority === 0 ? 'front' : 'back'));
  scope.record.event('event', 'waiting', 'jobId', row.id, 'prev', 'waiting-children');
}

/** The worker that claims the parent fails it at once with this reason. */
function failParent({ scope, row }: ParentJob, childKey: string): void {
  const reason = `child ${childKey} failed`;
  if (row.state === STATE.waitingChildren || row.state === STATE.delayed) {
    const delay = row.state === STATE.delayed ? 0 : row.delay;
    scope.sql.run(delay === 0 ? DEFER_FAILURE : DEFER_FAILURE_ONLY, reason, row.ref);
    letBegin(scope, row, delay);
  } else if (row.state !== STATE.failed) {
    scope.sql.run(DEFER_FAILURE_ONLY, reason, row.ref);
  }
}

function remember({ scope, row }: ParentJob, key: string, state: ChildState, value: string | null): void {
  scope.sql.run(ADD, row.ref, key, state, scope.now, value);
  scope.sql.run(MARK_PARENT, row.ref);
  row.children = 1;
}

function settle({ scope, row }: ParentJob, key: string, state: ChildState, value: string | null): boolean {
  return row.children > 0 && scope.sql.run(SETTLE, state, scope.now, value, row.ref, key) === 1;
}
