import type { JobJson, JobProgress, JobsOptions, ParentKeys } from 'bullmq';
import type { QueueScope } from '../queue/queue-scope.ts';

/** A stored job without its payload. */
export interface JobRow {
  ref: number;
  id: string;
  state: number;
  ord: number;
  priority: number;
  delay: number;
  added_at: number;
  attempts_made: number;
  attempts_started: number;
  stalled_count: number;
  processed_on: number | null;
  finished_on: number | null;
  lock_until: number | null;
  lock_token: string | null;
  processed_by: string | null;
  progress: string | null;
  return_value: string | null;
  failed_reason: string | null;
  deferred_failure: string | null;
  stacktrace: string | null;
  /** 0 when the job never had children. */
  children: number;
  /** JSON text of BullMQ's `ParentKeys`. */
  parent: string | null;
  dedup_id: string | null;
  scheduler_id: string | null;
}

interface PayloadRow {
  name: string;
  data: string;
  opts: string;
}

const BY_ID = 'SELECT * FROM bullmq_job WHERE queue = +? AND id = +?';
const PAYLOAD = 'SELECT name, data, opts FROM bullmq_payload WHERE ref = +?';

export function findJob({ sql, record }: QueueScope, jobId: string): JobRow | undefined {
  return sql.get<JobRow>(BY_ID, record.ref, jobId);
}

/** The job as BullMQ's `Job.fromJSON` wants it: data, result and stack trace as JSON text, options decoded. */
export function toJobJson({ sql }: QueueScope, row: JobRow): JobJson {
  const payload = sql.get<PayloadRow>(PAYLOAD, row.ref) ?? { name: '', data: '{}', opts: '{}' };
  const json = {
    id: row.id,
    name: payload.name,
    data: payload.data,
    opts: JSON.parse(payload.opts) as JobsOptions,
    progress: (row.progress === null ? 0 : JSON.parse(row.progress)) as JobProgress,
    delay: row.delay,
    priority: row.priority,
    timestamp: row.added_at,
    attemptsMade: row.attempts_made,
    attemptsStarted: row.attempts_started,
    stalledCounter: row.stalled_count,
  } as JobJson;
  addOutcome(json, row);
  addTies(json, row);
  return json;
}

/** What is not there is left out, as in the other backends. */
function addOutcome(json: JobJson, row: JobRow): void {
  if (row.processed_on !== null) json.processedOn = row.processed_on;
  if (row.finished_on !== null) json.finishedOn = row.finished_on;
  if (row.processed_by !== null) json.processedBy = row.processed_by;
  if (row.failed_reason !== null) json.failedReason = row.failed_reason;
  if (row.deferred_failure !== null) json.deferredFailure = row.deferred_failure;
  if (row.stacktrace !== null) json.stacktrace = row.stacktrace;
  if (row.return_value !== null) json.returnvalue = row.return_value;
}

function addTies(json: JobJson, row: JobRow): void {
  if (row.parent !== null) {
    const parent = JSON.parse(row.parent) as ParentKeys;
    json.parent = parent;
    json.parentKey = `${parent.queueKey}:${parent.id}`;
  }
  if (row.scheduler_id !== null) json.repeatJobKey = row.scheduler_id;
  if (row.dedup_id !== null) json.deduplicationId = row.dedup_id;
}
