import type { Client, Pool, PoolConfig } from 'pg';
import { loadPeer } from './load-peer.ts';
import type { SqlDriver, SqlRow, SqlStatement, SqlValue } from './sql-driver.ts';

/** On which every commit of an event is announced, with the name of its bus. */
export const NOTIFY_CHANNEL = 'holdfast_events';

const RELISTEN_MS = 500;

export interface PostgresDriverOptions {
  readonly settings: PoolConfig;
  readonly timeoutMs: number;
  /** The safety net under LISTEN: how often to look all the same. */
  readonly pollIntervalMs: number;
  readonly onError: (error: Error) => void;
}

/** @throws EventsMissingPeerError */
export async function openPostgresDriver(options: PostgresDriverOptions): Promise<SqlDriver> {
  const { default: pg } = await loadPeer('pg', () => import('pg'));
  const { settings, timeoutMs } = options;
  const pool = new pg.Pool({
    max: 4,
    ...settings,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    keepAlive: true,
  });
  // A connection that sits idle may hear that its server ends.
  pool.on('error', options.onError);
  return new PostgresDriver(pool, () => new pg.Client({ ...settings, keepAlive: true }), options);
}

class PostgresDriver implements SqlDriver {
  readonly dialect = 'postgres';
  readonly #pool: Pool;
  readonly #createClient: () => Client;
  readonly #options: PostgresDriverOptions;
  readonly #listeners = new Set<() => void>();
  #listener: Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(pool: Pool, createClient: () => Client, options: PostgresDriverOptions) {
    this.#pool = pool;
    this.#createClient = createClient;
    this.#options = options;
  }

  async read(sql: string, values: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return (await this.#pool.query<SqlRow>(sql, [...values])).rows;
  }

  async write(...statements: readonly SqlStatement[]): Promise<readonly (readonly SqlRow[])[]> {
    const [first] = statements;
    if (first !== undefined && statements.length === 1) return [await this.read(...first)];
    const client = await this.#pool.connect();
    let failure: Error | undefined;
    try {
      await client.query('BEGIN');
      const results: SqlRow[][] = [];
      for (const [sql, values = []] of statements)
        results.push((await client.query<SqlRow>(sql, [...values])).rows);
      await client.query('COMMIT');
      return results;
    } catch (error) {
      failure = error as Error;
      await client.query('ROLLBACK').catch(() => {});
      throw error;
    } finally {
      // One whose transaction could not be ended is not given to anybody else.
      client.release(failure);
    }
  }

  watch(onChange: () => void): () => void {
    this.#listeners.add(onChange);
    if (this.#poll === undefined) {
      this.#poll = setInterval(() => this.#tell(), this.#options.pollIntervalMs).unref();
      void this.#listen();
    }
    return () => void this.#listeners.delete(onChange);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#poll);
    clearTimeout(this.#timer);
    const listener = this.#listener;
    this.#listener = undefined;
    await listener?.end().catch(() => {});
    await this.#pool.end();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  async #listen(): Promise<void> {
    if (this.#closed) return;
    const client = this.#createClient();
    const again = () => {
      if (this.#listener !== client) return;
      this.#listener = undefined;
      this.#timer = setTimeout(() => void this.#listen(), RELISTEN_MS).unref();
    };
    this.#listener = client;
    client.on('error', again);
    client.on('end', again);
    client.on('notification', () => this.#tell());
    try {
      await client.connect();
      await client.query(`LISTEN ${NOTIFY_CHANNEL}`);
      // What was committed while nobody listened.
      this.#tell();
    } catch (error) {
      this.#options.onError(error as Error);
      again();
      await client.end().catch(() => {});
    }
  }
}
