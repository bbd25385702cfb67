import type { FinishedStatus } from 'bullmq';
import { claimablePlace, moveJob } from '../jobs/placement.ts';
import { reopen } from '../jobs/requeue-job.ts';
import { STATE, type StateCode } from '../jobs/states.ts';
import type { QueueScope } from './queue-scope.ts';

const OLDEST = `SELECT ref, id, priority, parent FROM bullmq_job WHERE queue = +? AND state = +? AND ord <= +?
  ORDER BY ord, ref LIMIT +?`;
const CLEAR_DELAY = 'UPDATE bullmq_job SET delay = 0 WHERE ref = ?';
const KEEP_ATTEMPTS = { attemptsMade: false, attemptsStarted: false };

interface Candidate {
  ref: number;
  id: string;
  priority: number;
  parent: string | null;
}

/** Puts back up to `most` jobs that ended by `endedBy`, the oldest first. Their number. */
export function reopenJobs(scope: QueueScope, state: FinishedStatus, most: number, endedBy: number): number {
  const jobs = candidates(scope, STATE[state], endedBy, most);
  for (const job of jobs) {
    reopen(scope, job, STATE[state], 'back', KEEP_ATTEMPTS);
    scope.record.event('event', 'waiting', 'jobId', job.id, 'prev', state);
  }
  return jobs.length;
}

/** Makes up to `most` delayed jobs claimable now, the next due first. Their number. */
export function promoteJobs(scope: QueueScope, most: number): number {
  const jobs = candidates(scope, STATE.delayed, Number.MAX_SAFE_INTEGER, most);
  for (const job of jobs) {
    moveJob(scope, job.ref, STATE.delayed, claimablePlace(scope, job.priority, 'back'));
    scope.sql.run(CLEAR_DELAY, job.ref);
    scope.record.event('event', 'waiting', 'jobId', job.id, 'prev', 'delayed');
  }
  return jobs.length;
}

function candidates({ sql, record }: QueueScope, state: StateCode, upTo: number, most: number): Candidate[] {
  return sql.all<Candidate>(OLDEST, record.ref, state, upTo, most);
}
