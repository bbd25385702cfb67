import type { KeepJobs } from 'bullmq';
import { leaveParent } from '../flows/flow-removal.ts';
import { deleteJob } from '../jobs/delete-job.ts';
import type { StateCode } from '../jobs/states.ts';
import type { QueueScope } from '../queue/queue-scope.ts';

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

/** Rows that one read takes of a state, so that a long sweep does not hold them all in memory. */
const SWEEP_ROWS = 256;

// The condition on the end time is part of the read: while no job is due, a completion costs one look at the index.
const OLDEST_ENDED_BY = `SELECT ref, id, children, parent FROM bullmq_job
  WHERE queue = +? AND state = +? AND ord <= +? ORDER BY ord, ref LIMIT ?`;

interface Ended {
  ref: number;
  id: string;
  children: number;
  parent: string | null;
}

/** Deletes finished jobs that are too old or too many, the oldest first. */
export function applyRetention(scope: QueueScope, state: StateCode, retention: Retention): void {
  if (retention.ageSeconds !== undefined) {
    deleteOldest(scope, state, retention.limit, scope.now - retention.ageSeconds * 1000);
  }
  if (retention.count > 0) {
    const surplus = scope.record.count(state) - retention.count;
    if (surplus > 0) deleteOldest(scope, state, surplus, Number.MAX_SAFE_INTEGER);
  }
}

/** Deletes at most `most` jobs that ended at `endedBy` (epoch ms) or before. */
function deleteOldest(scope: QueueScope, state: StateCode, most: number, endedBy: number): void {
  const { sql, record } = scope;
  for (let left = most; left > 0; ) {
    const take = Math.min(left, SWEEP_ROWS);
    const oldest = sql.all<Ended>(OLDEST_ENDED_BY, record.ref, state, endedBy, take);
    for (const job of oldest) {
      deleteJob(scope, job, state);
      if (job.parent !== null) leaveParent(scope, job);
    }
    if (oldest.length < take) return;
    left -= take;
  }
}
