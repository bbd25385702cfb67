import type { DeduplicationOptions, ParentKeys } from 'bullmq';
import { addChild } from '../flows/flow-children.ts';
import { jobKey, type QueueScope } from '../queue/queue-scope.ts';
import { claimablePlace, type Place } from './placement.ts';
import { STATE } from './states.ts';

const INSERT_JOB = `INSERT INTO bullmq_job (queue, id, state, ord, priority, delay, added_at, parent, dedup_id, scheduler_id)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
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
  readonly parent: ParentKeys | undefined;
  /** A parent, which is not begun before its children have ended. */
  readonly waitsForChildren: boolean;
  readonly deduplication: DeduplicationOptions | undefined;
  readonly schedulerId: string | undefined;
}

/** Stores a job in the state that its options ask for, and makes it known to its parent. */
export function insertJob(scope: QueueScope, job: NewJob, id: string): void {
  const { sql, record } = scope;
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
    job.parent === undefined ? null : JSON.stringify(job.parent),
    job.deduplication?.id ?? null,
    job.schedulerId ?? null,
  );
  sql.run(INSERT_PAYLOAD, ref, job.name, job.data, job.opts);
  record.adjust(place.state, 1);
  record.event('event', 'added', 'jobId', id, 'name', job.name);
  announcePlace(scope, id, place);
  if (job.parent !== undefined) addChild(scope, job.parent, jobKey(scope, id));
}

function placeOf(scope: QueueScope, job: NewJob): Place {
  const { addedAt, delay, priority, lifo } = job;
  if (job.waitsForChildren) return { state: STATE.waitingChildren, ord: addedAt };
  if (delay > 0) return { state: STATE.delayed, ord: addedAt + delay };
  return claimablePlace(scope, priority, lifo ? 'front' : 'back');
}

function announcePlace({ record }: QueueScope, id: string, { state, ord }: Place): void {
  if (state === STATE.delayed) record.event('event', 'delayed', 'jobId', id, 'delay', String(ord));
  else if (state === STATE.waitingChildren) record.event('event', 'waiting-children', 'jobId', id);
  else record.event('event', 'waiting', 'jobId', id);
}
