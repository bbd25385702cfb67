import { toCarrier } from '@holdfast/context';
import { settlesWithin } from '../engines/time-limit.ts';
import { DirectProcessingError, DirectProcessingUnfinishedError, JobAbortedError } from '../errors.ts';
import { writeMetadata } from '../job/job-metadata.ts';
import type { ResolvedOptions } from '../options.ts';
import { Attempt, type AttemptResult, type QueueJob } from '../worker/attempt.ts';
import type { JobToAdd } from './producer.ts';

export interface DirectProcessingParts<Data> {
  readonly options: ResolvedOptions;
  readonly processor: (input: QueueJob<Data>) => unknown;
  /** Told of a failure that came after the enqueue had been answered. */
  readonly onTrouble: (error: Error) => void;
}

interface Run<Data> {
  readonly attempt: Attempt<Data>;
  readonly result: Promise<AttemptResult>;
}

/**
 * Runs the processor in the producer's process while the queue is unavailable. A job is a job here too: it has the
 * producer's trace and nothing of its deadline, so the enqueue may be answered while it goes on. A second enqueue of
 * the same id waits for the run that is under way.
 */
export class DirectProcessing<Data> {
  readonly #parts: DirectProcessingParts<Data>;
  readonly #runs = new Map<string, Run<Data>>();

  constructor(parts: DirectProcessingParts<Data>) {
    this.#parts = parts;
  }

  /**
   * Resolves when the processor is done.
   * @throws DirectProcessingError where it failed, DirectProcessingUnfinishedError where it is not done in `limitMs`
   */
  async process(job: JobToAdd, data: Data, limitMs: number): Promise<void> {
    const { options, onTrouble } = this.#parts;
    const { result } = this.#runs.get(job.jobId) ?? this.#start(job, data);
    if (!(await settlesWithin(result, limitMs, options.clock))) {
      void result.then((late) => {
        if (late.kind === 'failed') onTrouble(this.#failure(late.error));
      });
      throw new DirectProcessingUnfinishedError(options.queueName, limitMs);
    }
    const ended = await result;
    if (ended.kind === 'failed') throw this.#failure(ended.error);
  }

  /** Waits for what runs, then asks it to stop. */
  async close(): Promise<void> {
    const { closeTimeoutMs, clock } = this.#parts.options;
    const runs = [...this.#runs.values()];
    const all = Promise.all(runs.map(({ result }) => result));
    if (runs.length === 0 || (await settlesWithin(all, closeTimeoutMs, clock))) return;
    for (const { attempt } of runs) attempt.abort(new JobAbortedError('shutdown'));
  }

  #start({ jobId: id, jobName: name }: JobToAdd, data: Data): Run<Data> {
    const { options, processor } = this.#parts;
    const metadata = writeMetadata(toCarrier(), '');
    const attempt = new Attempt<Data>(
      {
        id,
        name,
        data,
        timestamp: options.clock.wallTime(),
        attemptsMade: 0,
        progress: 0,
        opts: { attempts: 1, telemetry: { metadata } },
      },
      options,
    );
    const result = attempt.run(processor).finally(() => this.#runs.delete(id));
    const run = { attempt, result };
    this.#runs.set(id, run);
    return run;
  }

  #failure(cause: unknown): DirectProcessingError {
    return new DirectProcessingError(this.#parts.options.queueName, { cause });
  }
}
