import {
  type DeadLettered,
  deadLetterChannel,
  type JobOutcome,
  type JobSettled,
  publish,
  settledChannel,
} from '../channels.ts';
import type { EngineJob } from '../engines/engine.ts';
import { readAttempt } from '../failures/attempt-history.ts';
import { readCarrier } from '../job/job-metadata.ts';
import type { ProcessingTotals } from './processing-totals.ts';

/** On the job itself: a weak map of many jobs is work for each collection. */
const DURATION = Symbol('durationMs');
type Timed = { [DURATION]?: number };

/** Tells how attempts ended, once the engine has recorded it. */
export class WorkerFacts<Data> {
  readonly #queue: string;
  readonly #totals: ProcessingTotals;

  constructor(queue: string, totals: ProcessingTotals) {
    this.#queue = queue;
    this.#totals = totals;
  }

  /** The processor is done; the engine has not recorded it yet. */
  ended(job: EngineJob<Data>, durationMs: number): void {
    (job as Timed)[DURATION] = durationMs;
  }

  completed(job: EngineJob<Data>): void {
    this.#settled(job, 'completed');
  }

  /** @param job undefined where BullMQ no longer knows it */
  failed(job: EngineJob<Data> | undefined): void {
    if (job === undefined) return;
    const dead = job.finishedOn !== undefined && job.finishedOn !== null;
    this.#settled(job, dead ? 'dead' : 'retried');
    if (dead) publish<DeadLettered>(deadLetterChannel, () => this.#deadLetter(job));
  }

  moved(job: EngineJob<Data>, outcome: 'parked' | 'returned'): void {
    this.#settled(job, outcome);
  }

  #settled(job: EngineJob<Data>, outcome: JobOutcome): void {
    const durationMs = (job as Timed)[DURATION] ?? 0;
    this.#totals.add(outcome, durationMs);
    publish<JobSettled>(settledChannel, () => ({
      queue: this.#queue,
      jobName: job.name,
      outcome,
      durationMs,
      waitMs: Math.max(0, (job.processedOn ?? job.timestamp) - job.timestamp),
    }));
  }

  #deadLetter(job: EngineJob<Data>): DeadLettered {
    return {
      queue: this.#queue,
      jobId: job.id ?? '',
      jobName: job.name,
      reason: job.failedReason,
      failureClass: readAttempt(job.stacktrace?.at(-1) ?? '').failureClass ?? 'stalled',
      carrier: readCarrier(job.opts.telemetry?.metadata),
    };
  }
}
