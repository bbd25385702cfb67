import { type Job, type PgPool, PostgresQueueBackend } from 'bullmq';
import type { PatientConnection } from './postgres-connection.ts';

interface BackendOptions {
  readonly pool: PgPool;
  /** Under which a worker's listening connection is seen in `pg_stat_activity`. */
  readonly listenName?: string;
}

/**
 * BullMQ's backend forgets the failed attempts of a job that is run again by hand; here they stay, as on the other
 * engines. In one transaction, so that no worker sees the job without them.
 */
export class RememberingBackend extends PostgresQueueBackend {
  readonly #pool: PgPool;

  constructor(
    connection: PatientConnection,
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
