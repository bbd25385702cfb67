import { createHash, randomUUID } from 'node:crypto';
import { type DeadLetterAct, deadLetterActChannel, publish } from '../channels.ts';
import type { EngineQueue, QueueEngine } from '../engines/engine.ts';
import { SharedAdds } from '../engines/shared-adds.ts';
import { DeadLetterBusyError, DeadLetterNotFoundError } from '../errors.ts';

/** The newest so many acts are kept. */
const KEPT_ACTS = 10_000;
const TRIM_EVERY = 50;
const LARGEST_TRIM = 1000;
const LIST_CHUNK = 500;
/** How long whoever began an act has it for himself: longer than it takes, and than clocks of operators differ. */
const CLAIM_MS = 30_000;

/** About what a record takes. */
const RECORD_BYTES = 500;

type SiblingSource = Pick<QueueEngine<never>, 'sibling'>;

/** An act on the record. */
export interface RecordedAct extends DeadLetterAct {
  /** False where whoever began it was cut off, or is still at it: the letter itself shows what came of it. */
  readonly confirmed: boolean;
}

/** Which acts are meant; what is left out does not matter. */
export interface ActFilter {
  jobId?: string;
  by?: string;
  run?: string;
  /** 1 to 1000. Default 50. */
  limit?: number;
}

interface StoredAct extends RecordedAct {
  readonly token: string;
}

interface NewRecord {
  readonly jobId: string;
  readonly record: StoredAct;
}

/** The right to act on one death of one job, which one caller at a time has. */
export interface Claim {
  /** Puts on record that it is done, and publishes it. */
  confirm(): Promise<void>;
  /** Takes the act off the record: it did not take place. */
  release(): Promise<void>;
}

export interface ActsSettings {
  readonly kept?: number;
  readonly claimMs?: number;
}

/**
 * Who did what to which dead letter, and when. The records are jobs of a queue of their own that no worker runs, so
 * they are as durable as the queue itself, on every engine. A record is made before the act, under an id made of the
 * letter and its death: as an id can be taken only once, it is the claim that keeps two operators apart.
 */
export class DeadLetterActs {
  readonly claimMs: number;
  readonly #name: string;
  readonly #kept: number;
  /** Claims that are made at once are one transaction. */
  readonly #adds = new SharedAdds({
    addAll: (records: readonly NewRecord[]) => this.#addAll(records),
    bytesOf: () => RECORD_BYTES,
  });
  #queue: EngineQueue<StoredAct> | undefined;
  #recorded = 0;

  constructor(queueName: string, { kept = KEPT_ACTS, claimMs = CLAIM_MS }: ActsSettings = {}) {
    this.#name = `${queueName}.dead-letter-acts`;
    this.#kept = kept;
    this.claimMs = claimMs;
  }

  /**
   * @throws DeadLetterBusyError where another claim holds
   * @throws DeadLetterNotFoundError where the act on this death was done
   */
  async claim(engine: SiblingSource, act: DeadLetterAct): Promise<Claim> {
    const queue = this.#open(engine);
    const record: StoredAct = { ...act, confirmed: false, token: randomUUID() };
    for (let generation = 1; ; ) {
      const jobId = claimId(act, generation);
      await this.#adds.add({ jobId, record });
      const stored = (await queue.getJob(jobId))?.data;
      // Released between the two: the id is free again.
      if (stored === undefined) continue;
      if (stored.token === record.token) return this.#claimed(queue, jobId, record);
      if (stored.confirmed) throw new DeadLetterNotFoundError(act.queue, act.jobId);
      const leftMs = stored.at + this.claimMs - act.at;
      if (leftMs > 0) throw new DeadLetterBusyError(act.jobId, stored.act, leftMs);
      generation += 1;
    }
  }

  /** Newest first. */
  async list(
    engine: SiblingSource,
    { limit = LIST_CHUNK, ...filter }: ActFilter = {},
  ): Promise<RecordedAct[]> {
    const queue = this.#open(engine);
    const found: RecordedAct[] = [];
    for (let start = 0; start < this.#kept; start += LIST_CHUNK) {
      const end = Math.min(start + LIST_CHUNK, this.#kept) - 1;
      const jobs = await queue.getJobs(['waiting'], start, end, false);
      for (const { data } of jobs) if (isMeant(data, filter)) found.push(shown(data));
      if (jobs.length === 0 || found.length >= limit) break;
    }
    return found.slice(0, limit);
  }

  async close(): Promise<void> {
    await this.#queue?.close();
  }

  async #addAll(records: readonly NewRecord[]): Promise<readonly undefined[]> {
    const jobs = records.map(({ jobId, record }) => {
      return { name: record.act, data: record, opts: { jobId, timestamp: record.at } };
    });
    await this.#queue?.addBulk(jobs);
    return records.map(() => undefined);
  }

  async #claimed(queue: EngineQueue<StoredAct>, jobId: string, record: StoredAct): Promise<Claim> {
    this.#recorded += 1;
    if (this.#recorded % TRIM_EVERY === 1) await this.#trim(queue);
    return {
      confirm: async () => {
        const job = await queue.getJob(jobId);
        await job?.updateData({ ...record, confirmed: true });
        publish<DeadLetterAct>(deadLetterActChannel, () => asAct(record));
      },
      release: async () => {
        const job = await queue.getJob(jobId);
        if (job?.data.token === record.token) await job.remove();
      },
    };
  }

  async #trim(queue: EngineQueue<StoredAct>): Promise<void> {
    const surplus = (await queue.getJobCountByTypes('waiting')) - this.#kept;
    if (surplus <= 0) return;
    const oldest = await queue.getJobs(['waiting'], 0, Math.min(surplus, LARGEST_TRIM) - 1, true);
    // Another process may trim the same ones.
    await Promise.allSettled(oldest.map((job) => job.remove()));
  }

  #open(engine: SiblingSource): EngineQueue<StoredAct> {
    if (this.#queue === undefined) {
      this.#queue = engine.sibling<StoredAct>(this.#name);
      // Its calls fail on their own; the queue beside it reports a lost connection.
      this.#queue.on('error', () => {});
    }
    return this.#queue;
  }
}

function claimId({ jobId, failedAt }: DeadLetterAct, generation: number): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([jobId, failedAt, generation]))
    .digest('hex');
  return `act-${digest.slice(0, 40)}`;
}

function isMeant(act: StoredAct, { jobId, by, run }: ActFilter): boolean {
  return (
    (jobId === undefined || jobId === act.jobId) &&
    (by === undefined || by === act.by) &&
    (run === undefined || run === act.run)
  );
}

function shown({ token: _token, ...act }: StoredAct): RecordedAct {
  return act;
}

function asAct({ token: _token, confirmed: _confirmed, ...act }: StoredAct): DeadLetterAct {
  return act;
}
