import { type DeadLetterAct, deadLetterActChannel, publish } from './channels.ts';
import type { EngineQueue, QueueEngine } from './engines/engine.ts';

/** The newest so many acts are kept. */
const KEPT_ACTS = 10_000;
const TRIM_BATCH = 100;

type SiblingSource = Pick<QueueEngine<never>, 'sibling'>;

/**
 * Who did what to which dead letter, and when. The records are jobs of a queue of their own that no worker runs, so
 * they are as durable as the queue itself, on every engine.
 */
export class DeadLetterActs {
  readonly #name: string;
  readonly #kept: number;
  #queue: EngineQueue<DeadLetterAct> | undefined;

  constructor(queueName: string, kept: number = KEPT_ACTS) {
    this.#name = `${queueName}.dead-letter-acts`;
    this.#kept = kept;
  }

  async record(engine: SiblingSource, act: DeadLetterAct): Promise<void> {
    const queue = this.#open(engine);
    await queue.add(act.act, act, { timestamp: act.at });
    publish(deadLetterActChannel, () => act);
    const surplus = (await queue.getJobCountByTypes('waiting')) - this.#kept;
    if (surplus < TRIM_BATCH) return;
    const oldest = await queue.getJobs(['waiting'], 0, surplus - 1, true);
    await Promise.all(oldest.map((job) => job.remove()));
  }

  /** Newest first. */
  async list(engine: SiblingSource, limit: number): Promise<DeadLetterAct[]> {
    const jobs = await this.#open(engine).getJobs(['waiting'], 0, limit - 1, false);
    return jobs.map((job) => job.data);
  }

  async close(): Promise<void> {
    await this.#queue?.close();
  }

  #open(engine: SiblingSource): EngineQueue<DeadLetterAct> {
    this.#queue ??= engine.sibling<DeadLetterAct>(this.#name);
    return this.#queue;
  }
}
