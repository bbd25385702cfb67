import { type Job, type JobType, type PgPool, type PostgresConnection, PostgresQueueBackend } from 'bullmq';
import type { JobToStore } from './engine.ts';
import { newJob } from './new-job.ts';

/** For each job whether the one that now has its id is this one; undefined where none has the id. */
export type AddedJobs = readonly (boolean | undefined)[];

/** What BullMQ calls the ids of each type: its declaration says one of each, and means all. */
type IdsByType = [string][];

interface MetadataRow {
  readonly id: string;
  readonly metadata: string | null;
}

interface BackendOptions {
  readonly pool: PgPool;
  /** Under which a worker's listening connection is seen in `pg_stat_activity`. */
  readonly listenName?: string;
}

/**
 * BullMQ's backend, with what it does otherwise on PostgreSQL than on the other engines put right.
 */
export class AlignedBackend extends PostgresQueueBackend {
  readonly #pool: PgPool;

  constructor(
    connection: PostgresConnection,
    queueName: string,
    options: object,
    { pool, listenName }: BackendOptions,
  ) {
    super(
      connection,
      queueName,
      options as ConstructorParameters<typeof PostgresQueueBackend>[2],
      true,
      listenName,
    );
    this.#pool = pool;
  }

  /** Adds jobs in one transaction, and tells by their tokens which of them have their ids now. */
  async addAndTell(jobs: readonly JobToStore[]): Promise<AddedJobs> {
    const [first] = jobs;
    // The statement for many makes tables of its own, which for one job costs more than it saves.
    if (first !== undefined && jobs.length === 1) await this.addJob(newJob(first), first.jobId);
    else await this.addJobs(jobs.map((job) => ({ job: newJob(job), jobId: job.jobId })));
    const { rows } = await this.#pool.query(
      "SELECT id, opts -> 'telemetry' ->> 'metadata' AS metadata FROM job WHERE queue = $1 AND id = ANY($2::text[])",
      [this.qualifiedName, jobs.map(({ jobId }) => jobId)],
    );
    const metadata = new Map((rows as MetadataRow[]).map((row) => [row.id, row.metadata ?? '']));
    return jobs.map(({ jobId, token }) => metadata.get(jobId)?.includes(token));
  }

  /** BullMQ counts a range of waiting jobs from the newest one, also where the oldest are asked for. */
  override async getRanges(types: JobType[], start = 0, end = -1, asc = false): Promise<IdsByType> {
    if (!asc || end < 0) return super.getRanges(types, start, end, asc);
    const ranges = await Promise.all(
      types.map(async (type) => {
        const isWaiting = type === 'wait' || type === 'waiting';
        if (isWaiting) return this.#oldestWaiting(start, end - start + 1);
        const [ids = []] = await super.getRanges([type], start, end, asc);
        return ids;
      }),
    );
    return ranges as IdsByType;
  }

  /** Newest first, as BullMQ expects it: it turns the list round. */
  async #oldestWaiting(offset: number, limit: number): Promise<string[]> {
    const { rows } = await this.#pool.query(
      "SELECT id FROM job WHERE queue = $1 AND state = 'waiting' AND priority = 0 ORDER BY seq OFFSET $2 LIMIT $3",
      [this.qualifiedName, offset, limit],
    );
    return (rows as { id: string }[]).map(({ id }) => id).toReversed();
  }

  /**
   * BullMQ forgets the failed attempts of a job that is run again by hand; here they stay. In one transaction, so that
   * no worker sees the job without them.
   */
  override async retryFinishedJob(
    ...[job, state, options]: Parameters<PostgresQueueBackend['retryFinishedJob']>
  ): Promise<void> {
    const { stacktrace } = job as Job;
    if (!stacktrace || stacktrace.length === 0) {
      await super.retryFinishedJob(job, state, options);
      return;
    }
    const client = await this.#pool.connect();
    let broken = true;
    try {
      await client.query('BEGIN');
      const { rows } = await client.query('SELECT reprocess_job($1, $2, $3, $4, $5, $6) AS code', [
        this.qualifiedName,
        job.id,
        state,
        false,
        options?.resetAttemptsMade ?? false,
        options?.resetAttemptsStarted ?? false,
      ]);
      const { code } = rows[0] as { code: number };
      if (code !== 1) throw new Error(`The job ${job.id} is not ${state} any more (code ${code}).`);
      await client.query('UPDATE job SET stacktrace = $3::jsonb WHERE queue = $1 AND id = $2', [
        this.qualifiedName,
        job.id,
        JSON.stringify(stacktrace),
      ]);
      await client.query('COMMIT');
      broken = false;
    } finally {
      // A connection in the middle of a transaction is thrown away, and the server rolls it back.
      client.release(broken);
    }
  }
}
