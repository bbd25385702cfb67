/** Where the effects of the proof are kept, outside of the servers that are killed. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { RequestIdempotency } from '@holdfast/idempotency/http';
import Database from 'better-sqlite3';
import pg from 'pg';
import type { Effect } from './kinds.ts';

export interface Effects {
  /** Commits an effect by itself. */
  plain(effect: Effect): Promise<void>;
  /** Commits an effect and the answer to it in one transaction; missing where the store has none. */
  together?(effect: Effect, request: RequestIdempotency, answer: object): Promise<void>;
}

const CREATE = 'CREATE TABLE IF NOT EXISTS effects (key text NOT NULL, id text NOT NULL)';
const INSERT = 'INSERT INTO effects (key, id) VALUES';

/** One line for each; a line that was begun is written whole, whatever becomes of the process. */
export function fileEffects(path: string): Effects {
  return { plain: async ({ key, id }) => appendFileSync(path, `${key} ${id}\n`) };
}

export function readFileEffects(path: string): Effect[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const [key = '', id = ''] = line.split(' ');
    return { key, id };
  });
}

export function openSqlite(path: string): Database.Database {
  const db = new Database(path, { timeout: 10_000 });
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(CREATE);
  return db;
}

export function sqliteEffects(db: Database.Database): Effects {
  const insert = db.prepare(`${INSERT} (?, ?)`);
  return {
    plain: async ({ key, id }) => void insert.run(key, id),
    together: async ({ key, id }, request, answer) => {
      const both = db.transaction(() => {
        insert.run(key, id);
        request.complete({ db }, { status: 201, body: answer });
      });
      both.immediate();
    },
  };
}

export async function preparePostgres(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(CREATE);
  await client.end();
}

export function postgresEffects(pool: pg.Pool): Effects {
  return {
    plain: async ({ key, id }) => void (await pool.query(`${INSERT} ($1, $2)`, [key, id])),
    together: async ({ key, id }, request, answer) => {
      const client = await pool.connect();
      // A cut connection fails the statement that is under way; between two it must not end the process.
      const ignore = () => undefined;
      client.on('error', ignore);
      let failure: Error | undefined;
      try {
        await client.query('BEGIN');
        await client.query(`${INSERT} ($1, $2)`, [key, id]);
        await request.complete({ client }, { status: 201, body: answer });
        await client.query('COMMIT');
      } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error));
        throw failure;
      } finally {
        client.off('error', ignore);
        // A connection in an unknown state is thrown away, which rolls its transaction back.
        client.release(failure);
      }
    },
  };
}

export async function readPostgresEffects(url: string): Promise<Effect[]> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query<Effect>('SELECT key, id FROM effects');
  await client.end();
  return rows;
}
