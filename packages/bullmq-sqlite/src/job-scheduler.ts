import { ErrorCode, type JobsOptions } from 'bullmq';
import { deleteJob } from './delete-job.ts';
import { insertJob, type NewJob } from './insert-job.ts';
import { findJob } from './job-row.ts';
import { JobStateError } from './job-state-error.ts';
import { META_PAUSED } from './queue-record.ts';
import type { QueueScope } from './queue-scope.ts';
import { discardJob } from './remove-job.ts';
import {
  deleteScheduler,
  fieldsOf,
  findScheduler,
  type Schedule,
  type Scheduler,
  scheduledJobId,
  storeScheduler,
} from './scheduler-store.ts';
import { STATE } from './states.ts';

/** How many intervals are tried when a job of the wanted time is still there. As in the other backends. */
const MOST_SLOTS = 32;

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

interface Slot {
  /** Epoch ms. */
  readonly next: number;
  /** Ms after the beginning of the interval. */
  readonly offset: number;
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
  const present = before === undefined ? undefined : nextJobOf(scope, id, before);
  const wanted = present !== undefined && sameInterval ? before.next : slot.next;
  const next = freeSlot(scope, id, schedule.every, wanted, present === undefined ? undefined : before?.next);
  if (present !== undefined) discardJob(scope, present);
  const stored = present === undefined ? { ...schedule, offset: slot.offset } : schedule;
  storeScheduler(scope, id, { next, fields: fieldsOf(stored, templateData, templateOpts, before?.fields) });
  return insertScheduled(scope, id, next, schedule.name, templateData, jobOpts);
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
  if (producerId !== scheduledJobId(id, scheduler.next)) return null;
  const jobId = scheduledJobId(id, next);
  if (findJob(scope, jobId) !== undefined) {
    scope.record.event('event', 'duplicated', 'jobId', jobId);
    return null;
  }
  const ic = String(Number(fields['ic'] ?? 0) + 1);
  storeScheduler(scope, id, { next, fields: { ...fields, ic } });
  insertScheduled(scope, id, next, fields['name'] ?? '', fields['data'] ?? '{}', jobOpts);
  return jobId;
}

/** Whether there was one; its next job goes with it, if it has not begun. */
export function removeScheduler(scope: QueueScope, id: string): boolean {
  const scheduler = findScheduler(scope, id);
  if (scheduler === undefined) return false;
  const job = findJob(scope, scheduledJobId(id, scheduler.next));
  if (job?.state === STATE.delayed) {
    deleteJob(scope, job, STATE.delayed);
    scope.record.event('event', 'removed', 'jobId', job.id, 'prev', 'delayed');
  }
  return deleteScheduler(scope, id);
}

/**
 * The time after `before`, in step with the intervals since the epoch; missed ones are left out. The first is now, at
 * the start date, or at the offset.
 */
export function slotAfter(
  before: number | undefined,
  every: number,
  now: number,
  offset: number,
  startDate?: number,
): Slot {
  const next = Math.floor(
    before === undefined ? firstSlot(every, now, offset, startDate) : laterSlot(before, every, now, offset),
  );
  return { next, offset: Math.floor(offset > 0 ? offset : next - startOfInterval(next, every)) };
}

function firstSlot(every: number, now: number, offset: number, startDate: number | undefined): number {
  if (startDate !== undefined) return Math.max(startDate, now);
  if (offset <= 0) return now;
  const next = startOfInterval(now, every) + offset;
  return next <= now ? next + every : next;
}

function laterSlot(before: number, every: number, now: number, offset: number): number {
  const next = before + every;
  if (next >= now) return next;
  const aligned = startOfInterval(now, every) + offset;
  return aligned <= now ? aligned + every : aligned;
}

function startOfInterval(time: number, every: number): number {
  return Math.floor(time / every) * every;
}

/** The job that a change of the scheduler takes back: the next one, unless it has begun, or waits on a paused queue. */
function nextJobOf(scope: QueueScope, id: string, scheduler: Scheduler): ReturnType<typeof findJob> {
  const job = findJob(scope, scheduledJobId(id, scheduler.next));
  if (job?.state === STATE.delayed || job?.state === STATE.prioritized) return job;
  return job?.state === STATE.waiting && !scope.record.meta.has(META_PAUSED) ? job : undefined;
}

/**
 * The wanted time, or with `every` the first after it that no job is there for. With a pattern the time of the job that
 * is replaced is kept where the wanted one is taken: its job has begun and asks for a change of its own scheduler.
 * @param going the time of the job that is about to be replaced
 * @throws JobStateError when there is none
 */
function freeSlot(
  scope: QueueScope,
  id: string,
  every: number | undefined,
  wanted: number,
  going: number | undefined,
): number {
  const isFree = (time: number) => time === going || findJob(scope, scheduledJobId(id, time)) === undefined;
  if (isFree(wanted)) return wanted;
  if (every === undefined) {
    if (going !== undefined) return going;
    throw new JobStateError(
      ErrorCode.SchedulerJobIdCollision,
      'Cannot create job scheduler iteration - job ID already exists. addJobScheduler',
    );
  }
  for (let slot = 1; slot <= MOST_SLOTS; slot += 1) {
    const next = wanted + slot * every;
    if (isFree(next)) return next;
  }
  throw new JobStateError(
    ErrorCode.SchedulerJobSlotsBusy,
    'Cannot create job scheduler iteration - current and next time slots already have jobs. addJobScheduler',
  );
}

function insertScheduled(
  scope: QueueScope,
  schedulerId: string,
  dueAt: number,
  name: string,
  data: string,
  opts: JobsOptions,
): [jobId: string, delayMs: number] {
  const id = scheduledJobId(schedulerId, dueAt);
  const delay = Math.max(0, dueAt - scope.now);
  const job: NewJob = {
    id,
    name,
    data,
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
  return [id, delay];
}

function offsetOf({ repeat }: ScheduledJobOptions): number {
  return Number(repeat?.offset ?? 0);
}
