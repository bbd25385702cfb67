import { giveUpKey } from '../deduplication/deduplication-keys.ts';
import { deleteJob } from '../jobs/delete-job.ts';
import { findJob, type JobRow } from '../jobs/job-row.ts';
import { missingJob } from '../jobs/job-state-error.ts';
import { previousName, STATE, type StateCode } from '../jobs/states.ts';
import { jobKey, type QueueScope, scopeOf } from '../queue/queue-scope.ts';
import { isLocked } from '../work/job-locks.ts';
import { CHILD, forgetPending, missingParent, parentOf, releaseIfReady } from './flow-children.ts';

const ALL_KEYS = 'SELECT key, state FROM bullmq_child WHERE parent = +? ORDER BY state, at, key';
const QUEUE_EXISTS = 'SELECT 1 FROM bullmq_queue WHERE name = +?';
const CLEAR_PARENT = 'UPDATE bullmq_job SET parent = NULL WHERE ref = ?';

const REMOVE_CHILD_DEPENDENCY = 'removeChildDependency';

/** A job of a flow, and the transaction on its queue. */
interface Member {
  readonly scope: QueueScope;
  readonly row: JobRow;
}

/** Removes a job, and all that is below it when asked. False, and nothing is removed, when a worker holds one of them. */
export function removeTree(scope: QueueScope, row: JobRow, childrenToo: boolean): boolean {
  if (isLocked(row, scope.expiryNow)) return false;
  const below = childrenToo ? membersBelow({ scope, row }, () => true) : [];
  if (below.some((member) => isLocked(member.row, scope.expiryNow))) return false;
  removeMember({ scope, row });
  for (const member of below) removeMember(member);
  return true;
}

/** Removes the children that have not begun, with all that is below them; the parent may begin when none is left. */
export function removeUnprocessedChildren(scope: QueueScope, jobId: string): void {
  const row = findJob(scope, jobId);
  if (row === undefined) return;
  const waiting = (member: Member) =>
    !isLocked(member.row, scope.expiryNow) && member.row.state !== STATE.failed;
  for (const member of membersBelow({ scope, row }, waiting, true)) removeMember(member);
}

/**
 * A parent stops waiting for a child, and may begin when it was the last. False when it did not wait for it.
 * @throws JobStateError when one of them is gone
 */
export function detachChild(scope: QueueScope, jobId: string, parentKey: string): boolean {
  const row = findJob(scope, jobId);
  if (row === undefined) throw missingJob(jobId, REMOVE_CHILD_DEPENDENCY);
  const parent = locate(scope, parentKey);
  if (parent === undefined) throw missingParent(parentKey, REMOVE_CHILD_DEPENDENCY);
  if (!forgetPending(parent, jobKey(scope, jobId))) return false;
  releaseIfReady(parent);
  scope.sql.run(CLEAR_PARENT, row.ref);
  return true;
}

/** A removed job's parent stops waiting for it. */
export function leaveParent(scope: QueueScope, row: { id: string; parent: string | null }): void {
  const parent = parentOf(scope, row);
  if (parent !== undefined && forgetPending(parent, jobKey(scope, row.id))) releaseIfReady(parent);
}

function removeMember({ scope, row }: Member): void {
  // What stood in `row` may be older than the removal of another member.
  const present = findJob(scope, row.id);
  if (present === undefined) return;
  giveUpKey(scope, present);
  deleteJob(scope, present, present.state as StateCode);
  scope.record.event('event', 'removed', 'jobId', present.id, 'prev', previousName(present.state));
  leaveParent(scope, present);
}

/** The jobs below one, each once, parents before their children; what `goes` refuses is left out with all below it. */
function membersBelow(top: Member, goes: (member: Member) => boolean, pendingOnly = false): Member[] {
  const found: Member[] = [];
  const seen = new Set([top.row.ref]);
  const open = [top];
  for (let parent = open.shift(); parent !== undefined; parent = open.shift()) {
    for (const child of childrenOf(parent, pendingOnly)) {
      if (seen.has(child.row.ref)) continue;
      seen.add(child.row.ref);
      if (!goes(child)) continue;
      found.push(child);
      open.push(child);
    }
  }
  return found;
}

function childrenOf({ scope, row }: Member, pendingOnly: boolean): Member[] {
  if (row.children === 0) return [];
  const keys = scope.sql.all<{ key: string; state: number }>(ALL_KEYS, row.ref);
  return keys
    .filter(({ state }) => !pendingOnly || state === CHILD.pending)
    .map(({ key }) => locate(scope, key))
    .filter((member) => member !== undefined);
}

/** Finds the job that a key names. Ids may hold colons, as those of schedulers do: the queue must be one that is there. */
export function locate(scope: QueueScope, key: string): Member | undefined {
  for (let colon = key.lastIndexOf(':'); colon > 0; colon = key.lastIndexOf(':', colon - 1)) {
    const queue = key.slice(0, colon);
    if (queue !== scope.record.name && scope.sql.get(QUEUE_EXISTS, queue) === undefined) continue;
    const member = scopeOf(scope, queue);
    const row = findJob(member, key.slice(colon + 1));
    if (row !== undefined) return { scope: member, row };
  }
  return undefined;
}
