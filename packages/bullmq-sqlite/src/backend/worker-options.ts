import type { KeepJobs } from 'bullmq';
import type { Limiter } from '../queue/rate-limit.ts';
import type { Claimer } from '../work/claim-job.ts';

/** The options of a queue or worker that a backend reads, as BullMQ passes them on. */
export interface BackendOptions {
  readonly prefix?: string;
  readonly name?: string;
  readonly lockDuration?: number;
  readonly stalledInterval?: number;
  readonly maxStalledCount?: number;
  readonly removeOnComplete?: KeepJobs;
  readonly removeOnFail?: KeepJobs;
  readonly limiter?: Limiter;
  readonly metrics?: { readonly maxDataPoints?: number };
}

const DEFAULT_LOCK_DURATION_MS = 30_000;
export const DEFAULT_STALLED_INTERVAL_MS = 30_000;
export const DEFAULT_MAX_STALLED_COUNT = 1;

export function claimerOf(
  options: BackendOptions,
  token: string,
  name: string | undefined = options.name,
): Claimer {
  const { lockDuration = DEFAULT_LOCK_DURATION_MS, limiter } = options;
  return { token, name, lockDurationMs: lockDuration, limiter };
}
