import type { JobJson } from 'bullmq';
import { type JobRow, toJobJson } from '../jobs/job-row.ts';
import { claimablePlace, moveJob } from '../jobs/placement.ts';
import { STATE } from '../jobs/states.ts';
import type { QueueScope } from '../queue/queue-scope.ts';
import { countStart, effectiveLimit, type Limiter, limitedForMs } from '../queue/rate-limit.ts';

/** What BullMQ's worker expects of a fetch: job or null, its id, ms of a rate limit, epoch ms of the next delayed job. */
export type NextJob = [job: JobJson | null, id: string, rateLimitTtlMs: number, delayUntil: number];

/** Who claims, and for how long the lock is theirs. */
export interface Claimer {
  /** '0' claims without a lock. */
  readonly token: string;
  readonly lockDurationMs: number;
  /** The worker's name, kept as `processedBy`. */
  readonly name: string | undefined;
  /** The worker's own rate limit. */
  readonly limiter: Limiter | undefined;
}

/** Delayed jobs moved at once; the rest follows with the next fetch. As in the other backends. */
const PROMOTE_AT_ONCE = 1000;

const NEXT_WAITING = `SELECT * FROM bullmq_job WHERE queue = +? AND state = ${STATE.waiting} ORDER BY ord LIMIT 1`;
const NEXT_PRIORITIZED = `SELECT * FROM bullmq_job WHERE queue = +? AND state = ${STATE.prioritized} ORDER BY ord LIMIT 1`;
const DUE = `SELECT ref, id, priority FROM bullmq_job WHERE queue = +? AND state = ${STATE.delayed} AND ord <= +?
  ORDER BY ord LIMIT ${PROMOTE_AT_ONCE}`;
const CLEAR_DELAY = 'UPDATE bullmq_job SET delay = 0 WHERE ref = ?';
const ACTIVATE = `UPDATE bullmq_job SET state = ${STATE.active}, ord = ?, lock_token = ?, lock_until = ?, stall_marked = 0,
  processed_on = ?, processed_by = coalesce(?, processed_by), attempts_started = attempts_started + 1 WHERE ref = ?`;

/** Moves the delayed jobs that are due to where they can be claimed. */
export function promoteDueJobs(scope: QueueScope): void {
  const { sql, record, now } = scope;
  if (record.nextDue() > now) return;
  for (const job of sql.all<{ ref: number; id: string; priority: number }>(DUE, record.ref, now)) {
    moveJob(scope, job.ref, STATE.delayed, claimablePlace(scope, job.priority, 'back'));
    sql.run(CLEAR_DELAY, job.ref);
    record.event('event', 'waiting', 'jobId', job.id, 'prev', 'delayed');
  }
}

/** Claims the next job, or tells when there may be one. */
export function claimNext(scope: QueueScope, claimer: Claimer): NextJob {
  promoteDueJobs(scope);
  const { record } = scope;
  const limit = effectiveLimit(record, claimer.limiter);
  const limitedFor = limitedForMs(scope, limit?.max);
  if (limitedFor > 0) return [null, '', limitedFor, 0];
  if (record.isHeld()) return [null, '', 0, 0];
  const row = nextClaimable(scope);
  if (row !== undefined) {
    // A job that is only claimed to be failed takes nobody's place.
    if (limit !== undefined && row.deferred_failure === null) countStart(scope, limit);
    return activate(scope, row, claimer);
  }
  const due = record.nextDue();
  return [null, '', 0, due === Number.POSITIVE_INFINITY ? 0 : due];
}

function nextClaimable({ sql, record }: QueueScope): JobRow | undefined {
  return sql.get<JobRow>(NEXT_WAITING, record.ref) ?? sql.get<JobRow>(NEXT_PRIORITIZED, record.ref);
}

function activate(scope: QueueScope, row: JobRow, { token, lockDurationMs, name }: Claimer): NextJob {
  const { sql, record, now, expiryNow } = scope;
  const locked = token !== '0';
  sql.run(
    ACTIVATE,
    record.nextTail(),
    locked ? token : null,
    locked ? expiryNow + lockDurationMs : null,
    now,
    name ?? null,
    row.ref,
  );
  record.adjust(row.state === STATE.waiting ? STATE.waiting : STATE.prioritized, -1);
  record.adjust(STATE.active, 1);
  record.event('event', 'active', 'jobId', row.id, 'prev', 'waiting');
  row.processed_on = now;
  row.processed_by = name ?? row.processed_by;
  row.attempts_started += 1;
  return [toJobJson(scope, row), row.id, 0, 0];
}
