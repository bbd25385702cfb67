import type { JobsOptions } from 'bullmq';
import { deleteJob } from '../jobs/delete-job.ts';
import { insertJob, type NewJob } from '../jobs/insert-job.ts';
import { findJob } from '../jobs/job-row.ts';
import { discardJob } from '../jobs/remove-job.ts';
import { STATE } from '../jobs/states.ts';
import { META_PAUSED } from '../queue/queue-record.ts';
import type { QueueScope } from '../queue/queue-scope.ts';
import { freeSlot, slotAfter } from './scheduler-slots.ts';
import {
  deleteScheduler,
  fieldsOf,
  findScheduler,
  type Schedule,
  type Scheduler,
  scheduledJobId,
  storeScheduler,
} from './scheduler-store.ts';

/** The options of a scheduler's job: BullMQ keeps in them how it repeats. */
export type ScheduledJobOptions = JobsOptions & {
  repeat?: { every?: number; offset?: number | null };
};

/** What a scheduler is made of, and the options of the job that it makes first. */
export interface SchedulerRequest {
  readonly id: string;
  /** Epoch ms; of a pattern. With `every` it is worked out here. */
  readonly next: number;
  /** JSON text. */
  readonly templateData: string;
  readonly templateOpts: JobsOptions;
  readonly schedule: Schedule;
  readonly jobOpts: ScheduledJobOptions;
}

/**
 * Makes a scheduler, or changes the one of this id, with its next job in the place of the one before.
 * @returns the job's id and the ms until it is due
 * @throws JobStateError when jobs of the wanted times are still there
 */
export function upsertScheduler(
  scope: QueueScope,
  request: SchedulerRequest,
): [jobId: string, delayMs: number] {
  const { id, schedule, jobOpts, templateData, templateOpts } = request;
  const before = findScheduler(scope, id);
  const asked = schedule.offset ?? offsetOf(jobOpts);
  const sameInterval = before !== undefined && Number(before.fields['every']) === schedule.every;
  const slot =
    schedule.every === undefined
      ? { next: request.next, offset: asked }
      : slotAfter(
          sameInterval ? before.next : undefined,
          schedule.every,
          scope.now,
          asked,
          schedule.startDate,
        );
  const present = before === undefined ? undefined : nextJobOf(scope, before);
  const wanted = present !== undefined && sameInterval ? before.next : slot.next;
  const { next, job } = freeSlot(scope, id, schedule.every, wanted, present?.id);
  if (present !== undefined) discardJob(scope, present);
  const stored = present === undefined ? { ...schedule, offset: slot.offset } : schedule;
  const fields = fieldsOf(stored, templateData, templateOpts, before?.fields);
  storeScheduler(scope, id, { next, job, fields });
  return [job, insertScheduled(scope, id, { next, job, fields }, jobOpts)];
}

/**
 * Makes the job after the one that has just been begun, `producerId`.
 * @returns its id; null when the scheduler is gone or has gone on already
 */
export function advanceScheduler(
  scope: QueueScope,
  id: string,
  nextOfPattern: number,
  jobOpts: ScheduledJobOptions,
  producerId: string | undefined,
): string | null {
  const scheduler = findScheduler(scope, id);
  if (scheduler === undefined) return null;
  const { fields } = scheduler;
  const every = Number(fields['every'] ?? jobOpts.repeat?.every ?? 0);
  const offset = Number(fields['offset'] ?? offsetOf(jobOpts));
  const next = every > 0 ? slotAfter(scheduler.next, every, scope.now, offset).next : nextOfPattern;
  if (producerId !== scheduler.job) return null;
  const job = scheduledJobId(id, next);
  if (findJob(scope, job) !== undefined) {
    scope.record.event('event', 'duplicated', 'jobId', job);
    return null;
  }
  const ic = String(Number(fields['ic'] ?? 0) + 1);
  const advanced = { next, job, fields: { ...fields, ic } };
  storeScheduler(scope, id, advanced);
  insertScheduled(scope, id, advanced, jobOpts);
  return job;
}

/** Whether there was one; its next job goes with it, if it has not begun. */
export function removeScheduler(scope: QueueScope, id: string): boolean {
  const scheduler = findScheduler(scope, id);
  if (scheduler === undefined) return false;
  const job = findJob(scope, scheduler.job);
  if (job?.state === STATE.delayed) {
    deleteJob(scope, job, STATE.delayed);
    scope.record.event('event', 'removed', 'jobId', job.id, 'prev', 'delayed');
  }
  return deleteScheduler(scope, id);
}

/** The job that a change of the scheduler takes back: the next one, unless it has begun, or waits on a paused queue. */
function nextJobOf(scope: QueueScope, scheduler: Scheduler): ReturnType<typeof findJob> {
  const job = findJob(scope, scheduler.job);
  if (job?.state === STATE.delayed || job?.state === STATE.prioritized) return job;
  return job?.state === STATE.waiting && !scope.record.meta.has(META_PAUSED) ? job : undefined;
}

/** Ms until the job is due. */
function insertScheduled(
  scope: QueueScope,
  schedulerId: string,
  { next, job: id, fields }: Scheduler,
  opts: JobsOptions,
): number {
  const delay = Math.max(0, next - scope.now);
  const job: NewJob = {
    id,
    name: fields['name'] ?? '',
    data: fields['data'] ?? '{}',
    opts: JSON.stringify({ ...opts, delay, jobId: id }),
    addedAt: scope.now,
    delay,
    priority: opts.priority ?? 0,
    lifo: opts.lifo === true,
    parent: undefined,
    waitsForChildren: false,
    deduplication: opts.deduplication,
    schedulerId,
  };
  scope.record.jobCounter += 1;
  insertJob(scope, job, id);
  return delay;
}

function offsetOf({ repeat }: ScheduledJobOptions): number {
  return Number(repeat?.offset ?? 0);
}
