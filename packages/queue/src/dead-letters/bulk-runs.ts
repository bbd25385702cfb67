import { createHash } from 'node:crypto';
import type { EngineQueue, QueueEngine } from '../engines/engine.ts';
import { QueueOptionError } from '../errors.ts';
import type { DeadLetterFilter } from './filter.ts';

const KEPT_RUNS = 1000;

type SiblingSource = Pick<QueueEngine<never>, 'sibling'>;

/** A redrive or discard of many dead letters, on record from its first moment. */
export interface BulkRun {
  readonly run: string;
  readonly act: 'redrive' | 'discard';
  readonly filter: DeadLetterFilter;
  /** Who began it. */
  readonly by: string;
  /** It takes letters that were dead at this time, and none that died later; epoch ms. */
  readonly begunAt: number;
  /** Epoch ms; undefined where it was cut off, aborted or still runs: it can be resumed. */
  readonly endedAt?: number;
}

/** The bulk acts of a queue, as jobs of a queue of their own that no worker runs. */
export class BulkRuns {
  readonly #name: string;
  #queue: EngineQueue<BulkRun> | undefined;

  constructor(queueName: string) {
    this.#name = `${queueName}.dead-letter-runs`;
  }

  /**
   * Begins a run, or finds the one of this name.
   * @throws QueueOptionError where that is of another act or filter
   */
  async begin(engine: SiblingSource, run: BulkRun): Promise<BulkRun> {
    const queue = this.#open(engine);
    const jobId = runId(run.run);
    await queue.add(run.act, run, { jobId, timestamp: run.begunAt });
    const begun = (await queue.getJob(jobId))?.data ?? run;
    if (
      begun.act !== run.act ||
      JSON.stringify(sorted(begun.filter)) !== JSON.stringify(sorted(run.filter))
    ) {
      throw new QueueOptionError(
        'run',
        `${JSON.stringify(run.run)} was begun as a ${begun.act} with the filter ${JSON.stringify(begun.filter)}; resume it with these, or take another name.`,
      );
    }
    await this.#trim(queue);
    return begun;
  }

  async end(engine: SiblingSource, run: BulkRun): Promise<void> {
    const job = await this.#open(engine).getJob(runId(run.run));
    await job?.updateData(run);
  }

  /** Newest first. */
  async list(engine: SiblingSource, limit: number): Promise<BulkRun[]> {
    const jobs = await this.#open(engine).getJobs(['waiting'], 0, limit - 1, false);
    return jobs.map(({ data }) => data);
  }

  async close(): Promise<void> {
    await this.#queue?.close();
  }

  async #trim(queue: EngineQueue<BulkRun>): Promise<void> {
    const surplus = (await queue.getJobCountByTypes('waiting')) - KEPT_RUNS;
    if (surplus <= 0) return;
    const oldest = await queue.getJobs(['waiting'], 0, surplus - 1, true);
    await Promise.allSettled(oldest.map((job) => job.remove()));
  }

  #open(engine: SiblingSource): EngineQueue<BulkRun> {
    if (this.#queue === undefined) {
      this.#queue = engine.sibling<BulkRun>(this.#name);
      // Its calls fail on their own; the queue beside it reports a lost connection.
      this.#queue.on('error', () => {});
    }
    return this.#queue;
  }
}

function runId(run: string): string {
  return `run-${createHash('sha256').update(run).digest('hex').slice(0, 40)}`;
}

function sorted(filter: DeadLetterFilter): [string, unknown][] {
  return Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1));
}
