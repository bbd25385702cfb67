import type { JobProgress } from 'bullmq';
import type { QueueScope } from '../queue/queue-scope.ts';
import { findJob } from './job-row.ts';
import { missingJob } from './job-state-error.ts';

const SET_DATA = 'UPDATE bullmq_payload SET data = ? WHERE ref = ?';
const SET_PROGRESS = 'UPDATE bullmq_job SET progress = ? WHERE ref = ?';

/** @throws JobStateError when the job is gone */
export function updateData(scope: QueueScope, jobId: string, data: string): void {
  const row = findJob(scope, jobId);
  if (row === undefined) throw missingJob(jobId, 'updateData');
  scope.sql.run(SET_DATA, data, row.ref);
}

/** @throws JobStateError when the job is gone */
export function updateProgress(scope: QueueScope, jobId: string, progress: JobProgress): void {
  const row = findJob(scope, jobId);
  if (row === undefined) throw missingJob(jobId, 'updateProgress');
  const text = JSON.stringify(progress);
  scope.sql.run(SET_PROGRESS, text, row.ref);
  scope.record.event('event', 'progress', 'jobId', jobId, 'data', text);
}
