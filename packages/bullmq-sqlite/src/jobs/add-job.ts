import type { JobJson, ParentKeyOpts } from 'bullmq';
import { standIn } from '../deduplication/deduplicate-job.ts';
import { adoptJob, requireParent } from '../flows/flow-children.ts';
import type { QueueScope } from '../queue/queue-scope.ts';
import { insertJob, type NewJob } from './insert-job.ts';
import { requireWellFormed } from './job-id.ts';
import { findJob } from './job-row.ts';
import { isRefusal, UndoneError } from './job-state-error.ts';

const COMMAND = 'addJob';

/**
 * Delay, priority and deduplication are read from the options, where `Queue.add` leaves them.
 * @throws SqliteJobError when an id cannot be told from others
 */
export function prepareJob(job: JobJson, jobId: string | undefined, parentOpts: ParentKeyOpts = {}): NewJob {
  const { opts } = job;
  if (jobId) requireWellFormed('job id', jobId);
  if (opts.deduplication?.id) requireWellFormed('deduplication id', opts.deduplication.id);
  return {
    id: jobId ?? '',
    name: typeof job.name === 'number' ? String(job.name) : job.name,
    // A function or symbol, or what `toJSON` made undefined: BullMQ stores such data as an empty object.
    data: job.data ?? '{}',
    opts: JSON.stringify(opts),
    addedAt: Math.floor(Number(job.timestamp)),
    delay: typeof opts.delay === 'number' && opts.delay > 0 ? Math.ceil(opts.delay) : 0,
    priority: opts.priority ?? 0,
    lifo: opts.lifo === true,
    parent: parentOpts.parentKey === undefined ? undefined : job.parent,
    waitsForChildren: parentOpts.addToWaitingChildren === true,
    deduplication: opts.deduplication,
    schedulerId: job.repeatJobKey,
  };
}

/** What became of a job that was to be added. */
export interface AddedJob {
  /** The job's id, or that of the one that stands for it. */
  readonly jobId: string;
  /** False when another job, of the same id or deduplication id, stands for it. */
  readonly added: boolean;
}

/**
 * Stores a job, or finds the one that stands for it: of the same id, or of the same deduplication id.
 * @param inFlow leaves it to the flow to release the parent, when all of its children are there
 * @throws JobStateError when its parent is missing, or the job of its id has another parent
 */
export function addJob(scope: QueueScope, job: NewJob, inFlow = false): AddedJob {
  if (job.parent !== undefined) requireParent(scope, job.parent, COMMAND);
  const { record } = scope;
  const known = job.id === '' ? undefined : findJob(scope, job.id);
  if (known !== undefined && job.parent !== undefined) adoptJob(scope, known, job.parent, COMMAND, inFlow);
  record.jobCounter += 1;
  if (known !== undefined) {
    record.event('event', 'duplicated', 'jobId', job.id);
    return { jobId: job.id, added: false };
  }
  const id = job.id === '' ? String(record.jobCounter) : job.id;
  const other = standIn(scope, job, id);
  if (other !== undefined) {
    record.dirty = true;
    return { jobId: other, added: false };
  }
  insertJob(scope, job, id);
  return { jobId: id, added: true };
}

/** Stores all jobs in their order, or none of them. @returns their ids */
export function addJobs(scope: QueueScope, jobs: readonly NewJob[]): string[] {
  try {
    return jobs.map((job) => addJob(scope, job).jobId);
  } catch (error) {
    throw isRefusal(error) && jobs.length > 1 ? new UndoneError(error) : error;
  }
}
