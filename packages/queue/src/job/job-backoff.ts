import type { JobsOptions } from 'bullmq';
import type { BackoffOptions } from '../options.ts';

/** The delay of a retry is worked out by the worker, from the failure. */
const BACKOFF_TYPE = 'holdfast';

type StoredBackoff = Required<BackoffOptions>;

/** @param own of this job alone, where it is not that of its queue */
export function writeBackoff(own: StoredBackoff | undefined): NonNullable<JobsOptions['backoff']> {
  return { type: BACKOFF_TYPE, ...own };
}

/** The backoff that a job was added with, or undefined where it has that of its queue. */
export function readBackoff(stored: unknown): StoredBackoff | undefined {
  if (typeof stored !== 'object' || stored === null) return undefined;
  const { initialDelayMs, maxDelayMs, multiplier } = stored as Partial<StoredBackoff>;
  if (initialDelayMs === undefined || maxDelayMs === undefined || multiplier === undefined) return undefined;
  return { initialDelayMs, maxDelayMs, multiplier };
}
