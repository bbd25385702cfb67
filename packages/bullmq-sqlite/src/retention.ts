import type { KeepJobs } from 'bullmq';
import { deleteJob } from './delete-job.ts';
import { leaveParent } from './flow-removal.ts';
import type { QueueScope } from './queue-scope.ts';
import type { StateCode } from './states.ts';

/** How finished jobs are kept. */
export interface Retention {
  /** -1 keeps all, 0 none, else that many of the newest. */
  readonly count: number;
  /** Seconds after their end; undefined keeps them whatever their age. */
  readonly ageSeconds: number | undefined;
  /** How many old jobs are removed each time. */
  readonly limit: number;
}

const DEFAULT_LIMIT = 1000;
const KEEP_ALL: Retention = { count: -1, ageSeconds: undefined, limit: DEFAULT_LIMIT };

/** Reads `removeOnComplete` or `removeOnFail`: the job's own, else the worker's. */
export function readRetention(
  ofJob: boolean | number | KeepJobs | undefined,
  ofWorker: KeepJobs | undefined,
): Retention {
  const chosen = ofJob ?? ofWorker;
  if (chosen === undefined || chosen === false) return KEEP_ALL;
  if (chosen === true) return { ...KEEP_ALL, count: 0 };
  if (typeof chosen === 'number') return { ...KEEP_ALL, count: chosen };
  const {
    age,
    count = -1,
    limit = DEFAULT_LIMIT,
  } = chosen as { age?: number; count?: number; limit?: number };
  return { count, ageSeconds: age, limit };
}

const OLDEST = `SELECT ref, id, ord, children, parent FROM bullmq_job WHERE queue = +? AND state = +?
  ORDER BY ord, ref LIMIT 256`;

interface Ended {
  ref: number;
  id: string;
  ord: number;
  children: number;
  parent: string | null;
}

/** Deletes finished jobs that are too old or too many, the oldest first. */
export function applyRetention(scope: QueueScope, state: StateCode, retention: Retention): void {
  if (retention.ageSeconds !== undefined) {
    const endedBy = scope.now - retention.ageSeconds * 1000;
    deleteOldest(scope, state, retention.limit, ({ ord }) => ord <= endedBy);
  }
  if (retention.count > 0) {
    const surplus = scope.record.count(state) - retention.count;
    if (surplus > 0) deleteOldest(scope, state, surplus, () => true);
  }
}

function deleteOldest(
  scope: QueueScope,
  state: StateCode,
  most: number,
  goes: (job: { ord: number }) => boolean,
): void {
  const { sql, record } = scope;
  let left = most;
  while (left > 0) {
    const oldest = sql.all<Ended>(OLDEST, record.ref, state);
    const going = oldest.slice(0, left).filter(goes);
    for (const job of going) {
      deleteJob(scope, job, state);
      if (job.parent !== null) leaveParent(scope, job);
    }
    left -= going.length;
    if (going.length < oldest.length || going.length === 0) return;
  }
}
