import { type Carrier, fromCarrier, runWithTrace } from '@holdfast/context';
import type { Clock, Timer } from '@holdfast/context/clock';
import { isScope } from '@holdfast/context/storage';
import { type JobOutcome, type ProcessOperation, processChannel } from '../channels.ts';
import type { EngineJob } from '../engines/engine.ts';
import { JobAbortedError, JobTimeoutError } from '../errors.ts';
import { judge, type Verdict } from '../failures/failure-verdict.ts';
import { readBackoff } from '../job/job-backoff.ts';
import { readCarrier } from '../job/job-metadata.ts';
import { readNotes } from '../job/job-notes.ts';
import type { ResolvedOptions } from '../options.ts';

/** One attempt at a job: what a processor is given. */
export interface QueueJob<Data> {
  readonly id: string;
  readonly name: string;
  readonly data: Data;
  /** 1-based. */
  readonly attempt: number;
  /** Counts the first attempt. */
  readonly maxAttempts: number;
  /**
   * Aborts when the time of the attempt is up, when the worker shuts down and cannot wait any longer, or when another
   * worker has taken the job.
   */
  readonly signal: AbortSignal;
  /** Epoch ms. */
  readonly enqueuedAt: number;
}

export type AttemptResult =
  | { readonly kind: 'completed'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly verdict: Verdict; readonly error: unknown };

const OUTCOMES: Record<Verdict['kind'], JobOutcome> = {
  retry: 'retried',
  dead: 'dead',
  park: 'parked',
  return: 'returned',
};

/** How long a processor has to stop after its signal was aborted. */
const STOP_GRACE_MS = 1000;

/** A job of BullMQ, by what an attempt reads of it. */
export type AttemptedJob<Data> = Pick<
  EngineJob<Data>,
  'id' | 'name' | 'data' | 'timestamp' | 'attemptsMade' | 'progress' | 'opts'
>;

/** One run of the processor over one job. */
export class Attempt<Data> {
  readonly carrier: Carrier;
  readonly number: number;
  readonly maxAttempts: number;
  readonly #job: AttemptedJob<Data>;
  readonly #options: ResolvedOptions;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #controller = new AbortController();
  /** Where it was told to a tracer before it was settled. */
  #verdict: Verdict | undefined;
  #settle: (result: AttemptResult) => void = () => {};

  constructor(job: AttemptedJob<Data>, options: ResolvedOptions) {
    this.carrier = readCarrier(job.opts.telemetry?.metadata);
    this.number = job.attemptsMade + 1;
    this.maxAttempts = Math.max(job.opts.attempts ?? 1, 1);
    this.#job = job;
    this.#options = options;
    this.#clock = options.clock;
    this.#startedAt = options.clock.now();
  }

  get durationMs(): number {
    return this.#clock.now() - this.#startedAt;
  }

  /** Asks the processor to stop. */
  abort(reason: JobAbortedError): void {
    this.#controller.abort(reason);
  }

  /** Stops waiting for a processor that did not stop when asked: the job goes back, what it still does is ignored. */
  abandon(): void {
    const verdict: Verdict = { kind: 'return', failureClass: 'cancelled' };
    this.#settle({ kind: 'failed', verdict, error: new JobAbortedError('shutdown') });
  }

  /** The same for one that went on after its time was up: the attempt has failed. */
  #giveUp(error: JobTimeoutError): void {
    this.#settle({ kind: 'failed', verdict: this.#judge(error), error });
  }

  /** Runs the processor in the context of the producer, and as an operation that a tracer can see. */
  run(processor: (input: QueueJob<Data>) => unknown): Promise<AttemptResult> {
    const context = fromCarrier(this.carrier);
    // One scope for the producer's context and the job's signal; without a time there is nothing to release.
    if (isScope(context)) context.shortenDeadline(Number.POSITIVE_INFINITY, this.#controller.signal);
    return new Promise((resolve) => {
      const timer = this.#startTimer();
      this.#settle = (result) => {
        timer?.cancel();
        resolve(result);
      };
      runWithTrace(context, () => this.#process(processor)).then(
        (value) => this.#settle({ kind: 'completed', value }),
        (error: unknown) => this.#settle(this.#failure(error)),
      );
    });
  }

  #startTimer(): Timer | undefined {
    const { jobTimeoutMs } = this.#options;
    if (jobTimeoutMs === undefined) return undefined;
    let timer = this.#clock.setTimer(() => {
      const error = new JobTimeoutError(jobTimeoutMs);
      this.#controller.abort(error);
      timer = this.#clock.setTimer(() => this.#giveUp(error), STOP_GRACE_MS);
    }, jobTimeoutMs);
    return { cancel: () => timer.cancel() };
  }

  #process(processor: (input: QueueJob<Data>) => unknown): Promise<unknown> {
    if (!processChannel.hasSubscribers) return this.#call(processor);
    const operation = this.#operation();
    return processChannel.tracePromise(
      () =>
        this.#call(processor).then(
          (value) => {
            operation.outcome = 'completed';
            return value;
          },
          (error: unknown) => {
            this.#verdict = this.#judge(error);
            operation.outcome = OUTCOMES[this.#verdict.kind];
            throw error;
          },
        ),
      operation,
    );
  }

  /** Not an async function: what it returns for a processor's own promise is that promise. */
  #call(processor: (input: QueueJob<Data>) => unknown): Promise<unknown> {
    try {
      return Promise.resolve(processor(this.#input()));
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  #failure(error: unknown): AttemptResult {
    return { kind: 'failed', verdict: this.#verdict ?? this.#judge(error), error: this.#causeOf(error) };
  }

  /** What a processor throws because its time was up is only how it stopped. */
  #causeOf(error: unknown): unknown {
    const { reason } = this.#controller.signal;
    return reason instanceof JobTimeoutError ? reason : error;
  }

  #judge(thrown: unknown): Verdict {
    const error = this.#causeOf(thrown);
    const state = {
      signal: this.#controller.signal,
      attempt: this.number,
      maxAttempts: this.maxAttempts,
      parkedMs: readNotes(this.#job).parkedMs,
    };
    const { backoff, maxParkMs } = this.#options;
    return judge(error, state, { backoff: readBackoff(this.#job.opts.backoff) ?? backoff, maxParkMs });
  }

  #input(): QueueJob<Data> {
    return {
      id: this.#job.id ?? '',
      name: this.#job.name,
      data: this.#job.data,
      attempt: this.number,
      maxAttempts: this.maxAttempts,
      signal: this.#controller.signal,
      enqueuedAt: this.#job.timestamp,
    };
  }

  #operation(): ProcessOperation {
    return {
      queue: this.#options.queueName,
      jobId: this.#job.id ?? '',
      jobName: this.#job.name,
      engine: this.#options.engine.engine,
      attempt: this.number,
      maxAttempts: this.maxAttempts,
      carrier: this.carrier,
      enqueuedAt: this.#job.timestamp,
    };
  }
}
