import type { QueueScope } from './queue-scope.ts';
import type { StateCode } from './states.ts';

const DELETE_JOB = 'DELETE FROM bullmq_job WHERE ref = ?';
const DELETE_PAYLOAD = 'DELETE FROM bullmq_payload WHERE ref = ?';
const DELETE_LOGS = 'DELETE FROM bullmq_log WHERE job = ?';

const PAYLOADS_OF_STATE =
  'DELETE FROM bullmq_payload WHERE ref IN (SELECT ref FROM bullmq_job WHERE queue = +? AND state = +?)';
const LOGS_OF_STATE =
  'DELETE FROM bullmq_log WHERE job IN (SELECT ref FROM bullmq_job WHERE queue = +? AND state = +?)';
const JOBS_OF_STATE = 'DELETE FROM bullmq_job WHERE queue = +? AND state = +?';

/** Deletes a job with its payload and logs. */
export function deleteJob({ sql, record }: QueueScope, ref: number, state: StateCode): void {
  sql.run(DELETE_JOB, ref);
  sql.run(DELETE_PAYLOAD, ref);
  sql.run(DELETE_LOGS, ref);
  record.adjust(state, -1);
}

/** Deletes all jobs of a state. */
export function deleteState({ sql, record }: QueueScope, state: StateCode): void {
  if (record.count(state) === 0) return;
  sql.run(PAYLOADS_OF_STATE, record.ref, state);
  sql.run(LOGS_OF_STATE, record.ref, state);
  sql.run(JOBS_OF_STATE, record.ref, state);
  record.adjust(state, -record.count(state));
}
