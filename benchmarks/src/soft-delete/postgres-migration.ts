import { migrationFor } from '@holdfast/soft-delete/postgres';
import { startPostgres } from '@holdfast/test-servers';
import pg from 'pg';

const MILLION = 1_000_000;

export interface PostgresMigrationFigures {
  readonly seconds: number;
  /** The longest that a single-row update of another connection took meanwhile, in ms. */
  readonly longestWriteMs: number;
  readonly rows: number;
}

/** Migrates a million rows while another connection writes to the table without a pause. */
export async function migrateOnPostgres(): Promise<PostgresMigrationFigures> {
  const server = await startPostgres();
  const pool = new pg.Pool({ connectionString: server.url });
  try {
    await pool.query(
      'CREATE TABLE events (id int PRIMARY KEY, tenant_id text NOT NULL, name text NOT NULL, UNIQUE (tenant_id, name))',
    );
    await pool.query(
      "INSERT INTO events SELECT i, 't' || i % 10, 'event ' || i FROM generate_series(1, $1::int) i",
      [MILLION],
    );
    await pool.query('VACUUM ANALYZE events');
    let longestWriteMs = 0;
    let isOver = false;
    const writing = (async () => {
      for (let n = 1; !isOver; n += 1) {
        const began = performance.now();
        await pool.query('UPDATE events SET name = name WHERE id = $1', [(n * 7919) % MILLION]);
        longestWriteMs = Math.max(longestWriteMs, performance.now() - began);
      }
    })();
    const began = performance.now();
    await migrationFor('events', { pool }).up();
    const seconds = (performance.now() - began) / 1_000;
    isOver = true;
    await writing;
    const { rows } = await pool.query('SELECT count(*)::int AS total FROM events');
    return { seconds, longestWriteMs, rows: (rows[0] as { total: number }).total };
  } finally {
    await pool.end();
    await server.stop();
  }
}
