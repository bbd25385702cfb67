import type { JobJson } from 'bullmq';
import type { JobToStore } from './engine.ts';

/**
 * A new job as BullMQ's backends take it. BullMQ's own `Job` would be built only to be turned into this, and checks
 * options that are made here and never wrong.
 */
export function newJob({ jobId, jobName, json, options }: JobToStore): JobJson {
  return {
    id: jobId,
    name: jobName,
    data: json,
    opts: options,
    progress: 0,
    attemptsMade: 0,
    attemptsStarted: 0,
    stalledCounter: 0,
    ...(options.delay !== undefined && { delay: options.delay }),
    timestamp: options.timestamp ?? Date.now(),
    failedReason: '',
    returnvalue: 'null',
  };
}
