import type { QueueScope } from '../queue/queue-scope.ts';
import type { StateCode } from './states.ts';

const DELETE_JOB = 'DELETE FROM bullmq_job WHERE ref = ?';
const DELETE_PAYLOAD = 'DELETE FROM bullmq_payload WHERE ref = ?';
const DELETE_LOGS = 'DELETE FROM bullmq_log WHERE job = ?';
const DELETE_CHILDREN = 'DELETE FROM bullmq_child WHERE parent = ?';

/** Jobs that nobody else knows of: no parent, no children, no deduplication key and no scheduler. */
const FREE = `queue = +? AND state = +? AND parent IS NULL AND children = 0 AND dedup_id IS NULL
  AND scheduler_id IS NULL`;
const PAYLOADS_OF_STATE = `DELETE FROM bullmq_payload WHERE ref IN (SELECT ref FROM bullmq_job WHERE ${FREE})`;
const LOGS_OF_STATE = `DELETE FROM bullmq_log WHERE job IN (SELECT ref FROM bullmq_job WHERE ${FREE})`;
const JOBS_OF_STATE = `DELETE FROM bullmq_job WHERE ${FREE}`;

/** Deletes a job with its payload, its logs and what it knows of its children, who stay. */
export function deleteJob(
  { sql, record }: QueueScope,
  { ref, children }: { ref: number; children: number },
  state: StateCode,
): void {
  sql.run(DELETE_JOB, ref);
  sql.run(DELETE_PAYLOAD, ref);
  sql.run(DELETE_LOGS, ref);
  if (children > 0) sql.run(DELETE_CHILDREN, ref);
  record.adjust(state, -1);
}

/** Deletes the jobs of a state that nobody else knows of. */
export function deleteFreeJobs({ sql, record }: QueueScope, state: StateCode): void {
  if (record.count(state) === 0) return;
  sql.run(PAYLOADS_OF_STATE, record.ref, state);
  sql.run(LOGS_OF_STATE, record.ref, state);
  record.adjust(state, -sql.run(JOBS_OF_STATE, record.ref, state));
}
