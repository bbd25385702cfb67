import type { JobRow } from '../jobs/job-row.ts';
import { foreignLock, missingLock } from '../jobs/job-state-error.ts';
import type { QueueScope } from '../queue/queue-scope.ts';

const EXTEND = `UPDATE bullmq_job SET lock_until = ?, stall_marked = 0
  WHERE queue = +? AND id = +? AND lock_token = +? AND lock_until > +?`;

export function isLocked(row: JobRow, now: number): boolean {
  return row.lock_token !== null && row.lock_until !== null && row.lock_until > now;
}

/**
 * The holder of `token` may go on; '0' stands for nobody's lock and is let through.
 * @throws JobStateError when the lock has expired or is another's
 */
export function requireLock({ expiryNow }: QueueScope, row: JobRow, token: string, command: string): void {
  if (token === '0') return;
  if (!isLocked(row, expiryNow)) throw missingLock(row.id, command);
  if (row.lock_token !== token) throw foreignLock(row.id, command);
}

/** Whether the lock was still the token's and is now held for `durationMs` more. */
export function extendLock(scope: QueueScope, jobId: string, token: string, durationMs: number): boolean {
  const { sql, record, expiryNow } = scope;
  return sql.run(EXTEND, expiryNow + durationMs, record.ref, jobId, token, expiryNow) === 1;
}

/** The ids of the jobs whose lock was lost. */
export function extendLocks(
  scope: QueueScope,
  jobIds: string[],
  tokens: string[],
  durationMs: number,
): string[] {
  return jobIds.filter((jobId, index) => !extendLock(scope, jobId, tokens[index] ?? '', durationMs));
}
