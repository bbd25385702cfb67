import type { QueueRecord } from './queue-record.ts';
import type { QueueScope } from './queue-scope.ts';

/** Redis' answer for a key that is not there, which BullMQ passes on to its callers. */
const NO_LIMIT_SET = -2;

const META_MAX = 'max';
const META_DURATION = 'duration';

/** At most `max` jobs are started in `duration` ms. BullMQ's worker option of the same name. */
export interface Limiter {
  readonly max: number;
  readonly duration: number;
}

/** The limit that holds: the queue's number before the worker's, the worker's time before the queue's. */
export function effectiveLimit({ meta }: QueueRecord, ofWorker: Limiter | undefined): Limiter | undefined {
  const max = meta.get(META_MAX);
  if (max === undefined) return ofWorker;
  return { max: Number(max), duration: ofWorker?.duration ?? Number(meta.get(META_DURATION) ?? 0) };
}

/** Ms until another job may be started; 0 when one may be now. */
export function limitedForMs({ record, expiryNow }: QueueScope, max: number | undefined): number {
  if (max === undefined || record.rateUntil <= expiryNow || record.rateCount < max) return 0;
  return record.rateUntil - expiryNow;
}

/** Counts a started job; the first one of a window opens it. */
export function countStart({ record, expiryNow }: QueueScope, { duration }: Limiter): void {
  if (record.rateUntil <= expiryNow) {
    record.rateCount = 0;
    record.rateUntil = expiryNow + Math.floor(Math.abs(duration));
  }
  record.rateCount += 1;
  record.dirty = true;
}

/** Nothing is started for `forMs`, by workers that have a limit or on a queue that has one. */
export function limitNow({ record, expiryNow }: QueueScope, forMs: number): void {
  record.rateCount = Number.MAX_SAFE_INTEGER;
  record.rateUntil = expiryNow + Math.ceil(forMs);
  record.dirty = true;
}

/** Whether there was a limit in force, which is lifted. */
export function liftLimit({ record, expiryNow }: QueueScope): boolean {
  const inForce = record.rateUntil > expiryNow;
  record.rateCount = 0;
  record.rateUntil = 0;
  record.dirty = true;
  return inForce;
}

/** Ms left: for `max` jobs, else for the queue's own number, else of the window whatever has been started in it. */
export function rateLimitTtl(scope: QueueScope, max: number | undefined): number {
  const { record, expiryNow } = scope;
  const most = max ?? record.meta.get(META_MAX);
  if (most !== undefined) return limitedForMs(scope, Number(most));
  return record.rateUntil > expiryNow ? record.rateUntil - expiryNow : NO_LIMIT_SET;
}
