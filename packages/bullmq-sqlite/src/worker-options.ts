import type { KeepJobs } from 'bullmq';
import type { Claimer } from './claim-job.ts';
import { NotSupportedYetError } from './errors.ts';

/** The options of a queue or worker that a backend reads, as BullMQ passes them on. */
export interface BackendOptions {
  readonly prefix?: string;
  readonly name?: string;
  readonly lockDuration?: number;
  readonly stalledInterval?: number;
  readonly maxStalledCount?: number;
  readonly removeOnComplete?: KeepJobs;
  readonly removeOnFail?: KeepJobs;
  readonly limiter?: unknown;
  readonly metrics?: unknown;
}

const DEFAULT_LOCK_DURATION_MS = 30_000;
export const DEFAULT_STALLED_INTERVAL_MS = 30_000;
export const DEFAULT_MAX_STALLED_COUNT = 1;

/** @throws NotSupportedYetError for worker options that would be ignored */
export function refuseUnsupportedOptions(options: BackendOptions): void {
  if (options.limiter !== undefined) {
    throw new NotSupportedYetError(
      'The worker option `limiter`',
      'Leave it out, or limit with `concurrency`',
    );
  }
  if (options.metrics !== undefined) {
    throw new NotSupportedYetError('The worker option `metrics`', 'Leave it out, or count the QueueEvents');
  }
}

export function claimerOf(
  options: BackendOptions,
  token: string,
  name: string | undefined = options.name,
): Claimer {
  return { token, name, lockDurationMs: options.lockDuration ?? DEFAULT_LOCK_DURATION_MS };
}
