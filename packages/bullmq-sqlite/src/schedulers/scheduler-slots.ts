import { ErrorCode } from 'bullmq';
import { findJob } from '../jobs/job-row.ts';
import { JobStateError } from '../jobs/job-state-error.ts';
import type { QueueScope } from '../queue/queue-scope.ts';
import { scheduledJobId } from './scheduler-store.ts';

/** How many intervals are tried when a job of the wanted time is still there. As in the other backends. */
const MOST_SLOTS = 32;

/** When a scheduler's job is due, and how far into its interval that is. */
export interface Slot {
  /** Epoch ms. */
  readonly next: number;
  /** Ms. */
  readonly offset: number;
}

/** A time and the id of the job that is made for it. */
export interface FreeSlot {
  /** Epoch ms. */
  readonly next: number;
  readonly job: string;
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
  const time =
    before === undefined ? firstSlot(every, now, offset, startDate) : laterSlot(before, every, now, offset);
  const next = Math.floor(time);
  return { next, offset: Math.floor(offset > 0 ? offset : next - startOfInterval(next, every)) };
}

/**
 * The wanted time, or with `every` the first after it that no job is there for.
 * @param going the id of the scheduler's present job, which is about to be replaced
 * @throws JobStateError when there is none
 */
export function freeSlot(
  scope: QueueScope,
  schedulerId: string,
  every: number | undefined,
  wanted: number,
  going: string | undefined,
): FreeSlot {
  const job = scheduledJobId(schedulerId, wanted);
  const isFree = (id: string) => id === going || findJob(scope, id) === undefined;
  if (isFree(job)) return { next: wanted, job };
  if (every !== undefined) return laterFreeSlot(schedulerId, every, wanted, isFree);
  // Of a pattern: the job of this time was begun early, and changes its own scheduler. The time keeps its job.
  const second = `${job}-2`;
  if (going !== undefined && isFree(second)) return { next: wanted, job: second };
  throw new JobStateError(
    ErrorCode.SchedulerJobIdCollision,
    'Cannot create job scheduler iteration - job ID already exists. addJobScheduler',
  );
}

function laterFreeSlot(
  schedulerId: string,
  every: number,
  wanted: number,
  isFree: (id: string) => boolean,
): FreeSlot {
  for (let slot = 1; slot <= MOST_SLOTS; slot += 1) {
    const next = wanted + slot * every;
    const job = scheduledJobId(schedulerId, next);
    if (isFree(job)) return { next, job };
  }
  throw new JobStateError(
    ErrorCode.SchedulerJobSlotsBusy,
    'Cannot create job scheduler iteration - current and next time slots already have jobs. addJobScheduler',
  );
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
