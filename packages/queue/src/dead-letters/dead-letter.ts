import type { Carrier } from '@holdfast/context';
import type { Job } from 'bullmq';
import type { EngineJob } from '../engines/engine.ts';
import { type AttemptRecord, readAttempt } from '../failures/attempt-history.ts';
import type { DeathClass } from '../failures/failure-class.ts';
import { readCarrier } from '../job/job-metadata.ts';
import { type Redrive, redrivesOf } from '../job/job-notes.ts';
import { fingerprintOf } from './fingerprint.ts';

/** A job that failed for good, as it stands in a list. */
export interface DeadLetterSummary {
  readonly id: string;
  readonly jobName: string;
  /** The message of the last error. */
  readonly reason: string;
  readonly failureClass: DeathClass;
  /** The same for all that died of the same failure: 16 hexadecimal digits. */
  readonly fingerprint: string;
  /** Epoch ms. */
  readonly failedAt: number;
  /** Epoch ms. */
  readonly enqueuedAt: number;
  /** Attempts spent since it was enqueued or last redriven. */
  readonly attempts: number;
  /** How often its workers died or hung. */
  readonly stalls: number;
  /** How often it was redriven before this death. */
  readonly redrives: number;
  /** The producer's context: its trace is where to look. */
  readonly carrier: Carrier;
}

/** A job that failed for good, with its data and its history. */
export interface DeadLetter<Data> extends DeadLetterSummary {
  readonly data: Data;
  /** The stack of the last error. */
  readonly stack: string;
  /** Every failed attempt, the oldest first, over all redrives. */
  readonly history: readonly AttemptRecord[];
  /** Who redrove it and when, the oldest first; the newest hundred are kept. */
  readonly redriveLog: readonly Redrive[];
}

export function summarise(job: Job): DeadLetterSummary {
  const { fingerprint, failureClass } = fingerprintOf(job);
  return {
    id: job.id ?? '',
    jobName: job.name,
    reason: job.failedReason,
    failureClass,
    fingerprint,
    failedAt: job.finishedOn ?? 0,
    enqueuedAt: job.timestamp,
    attempts: job.attemptsMade,
    stalls: job.stalledCounter,
    redrives: redrivesOf(job).count,
    carrier: readCarrier(job.opts.telemetry?.metadata),
  };
}

export function detail<Data>(job: EngineJob<Data>): DeadLetter<Data> {
  const history = (job.stacktrace ?? []).map(readAttempt);
  return {
    ...summarise(job),
    data: job.data,
    stack: history.at(-1)?.stack ?? '',
    history,
    redriveLog: redrivesOf(job).log,
  };
}
