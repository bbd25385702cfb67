import type { JobJson, ParentKeyOpts } from 'bullmq';
import { NotSupportedYetError } from './errors.ts';
import { claimablePlace, type Place } from './placement.ts';
import type { QueueScope } from './queue-scope.ts';
import { STATE } from './states.ts';

const EXISTS = 'SELECT 1 FROM bullmq_job WHERE queue = +? AND id = +?';
const INSERT_JOB =
  'INSERT INTO bullmq_job (queue, id, state, ord, priority, delay, added_at) VALUES (?, ?, ?, ?, ?, ?, ?)';
const INSERT_PAYLOAD = 'INSERT INTO bullmq_payload (ref, name, data, opts) VALUES (?, ?, ?, ?)';

/** A job ready to be stored: everything is checked and encoded once, outside of the transaction. */
export interface NewJob {
  /** '' when the queue is to number it. */
  readonly id: string;
  readonly name: string;
  readonly data: string;
  readonly opts: string;
  readonly addedAt: number;
  readonly delay: number;
  readonly priority: number;
  readonly lifo: boolean;
}

/**
 * Delay and priority are read from the options, where `Queue.add` leaves them.
 * @throws NotSupportedYetError for flows, job schedulers and deduplication modes
 */
export function prepareJob(job: JobJson, jobId: string | undefined, parentOpts: ParentKeyOpts = {}): NewJob {
  refuseUnsupported(job, parentOpts);
  const { opts } = job;
  return {
    id: jobId ?? '',
    name: job.name,
    data: job.data,
    opts: JSON.stringify(opts),
    addedAt: Math.floor(Number(job.timestamp)),
    delay: typeof opts.delay === 'number' && opts.delay > 0 ? Math.ceil(opts.delay) : 0,
    priority: opts.priority ?? 0,
    lifo: opts.lifo === true,
  };
}

function refuseUnsupported(job: JobJson, parentOpts: ParentKeyOpts): void {
  if (job.parentKey !== undefined || parentOpts.addToWaitingChildren === true) {
    throw new NotSupportedYetError('A job with a parent (flow)');
  }
  if (job.repeatJobKey !== undefined) throw new NotSupportedYetError('A job of a job scheduler');
  if (job.deduplicationId !== undefined) {
    throw new NotSupportedYetError(
      'The job option `deduplication`',
      'Deduplicate by `jobId`, or use the Redis or PostgreSQL backend',
    );
  }
}

/** Stores a job, or says `duplicated` where its id is known, and returns its id. */
export function addJob(scope: QueueScope, job: NewJob): string {
  const { sql, record } = scope;
  record.jobCounter += 1;
  const id = job.id === '' ? String(record.jobCounter) : job.id;
  if (job.id !== '' && sql.get(EXISTS, record.ref, id) !== undefined) {
    record.event('event', 'duplicated', 'jobId', id);
    return id;
  }
  const place = placeOf(scope, job);
  const ref = sql.insert(
    INSERT_JOB,
    record.ref,
    id,
    place.state,
    place.ord,
    job.priority,
    job.delay,
    job.addedAt,
  );
  sql.run(INSERT_PAYLOAD, ref, job.name, job.data, job.opts);
  record.adjust(place.state, 1);
  record.event('event', 'added', 'jobId', id, 'name', job.name);
  if (place.state === STATE.delayed)
    record.event('event', 'delayed', 'jobId', id, 'delay', String(place.ord));
  else record.event('event', 'waiting', 'jobId', id);
  return id;
}

function placeOf(scope: QueueScope, { addedAt, delay, priority, lifo }: NewJob): Place {
  if (delay > 0) return { state: STATE.delayed, ord: addedAt + delay };
  return claimablePlace(scope, priority, lifo ? 'front' : 'back');
}
