import { startPostgres } from '@holdfast/test-servers';
import pg from 'pg';

/** A server of its own, and a pool to look at what the queue has done there. */
export interface PostgresAndPool {
  readonly url: string;
  readonly pool: pg.Pool;
  stop(): Promise<void>;
}

export async function startPostgresAndPool(): Promise<PostgresAndPool> {
  const server = await startPostgres();
  const pool = new pg.Pool({ connectionString: server.url });
  return {
    url: server.url,
    pool,
    stop: async () => {
      await pool.end();
      await server.stop();
    },
  };
}
