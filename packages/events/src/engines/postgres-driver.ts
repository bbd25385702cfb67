import type { Client, Pool, PoolConfig } from 'pg';
import { loadPeer } from './load-peer.ts';
import type { SqlDriver, SqlRow, SqlStatement, SqlValue } from './sql-driver.ts';

/** On which every commit of an event is announced, with the name of its bus. */
export const NOTIFY_CHANNEL = 'holdfast_events';

const RELISTEN_MS = 500;
const UNSYNCED: SqlStatement = ['SET LOCAL synchronous_commit TO off'];

/** The safety net under LISTEN: at every so manieth poll is looked without a word from the server. */
const POLLS_WHEN_QUIET = 10;
/** After a word, commits that nobody tells of may follow: for so long is looked at every poll. */
const LIVELY_MS = 1000;

export interface PostgresDriverOptions {
  readonly settings: PoolConfig;
  readonly timeoutMs: number;
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
    // The statements of a transaction in one round trip; versions of pg that do not know this take one for each.
    pipeline: true,
  } as PoolConfig);
  // A connection that sits idle may hear that its server ends.
  pool.on('error', options.onError);
  // One that ends in the middle of a transaction says so here, and without a listener that ends the process; the
  // statements that are under way fail.
  pool.on('connect', (client) => client.on('error', () => undefined));
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
  #polls = 0;
  #livelyUntil = 0;
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
    return this.#transact(statements);
  }

  async writeUnsynced(...statements: readonly SqlStatement[]): Promise<readonly (readonly SqlRow[])[]> {
    const [, ...rows] = await this.#transact([UNSYNCED, ...statements]);
    return rows;
  }

  async #transact(statements: readonly SqlStatement[]): Promise<readonly (readonly SqlRow[])[]> {
    const client = await this.#pool.connect();
    const all: readonly SqlStatement[] = [['BEGIN'], ...statements, ['COMMIT']];
    // None waits for the one before: after one that fails the server refuses the others, and rolls back at the end.
    const results = await Promise.allSettled(
      all.map(([sql, values = []]) => client.query<SqlRow>(sql, [...values])),
    );
    const failed = results.find((result) => result.status === 'rejected');
    // One whose transaction may not have ended is not given to anybody else.
    client.release(failed?.reason as Error | undefined);
    if (failed !== undefined) throw failed.reason;
    return results.slice(1, -1).map((result) => (result.status === 'fulfilled' ? result.value.rows : []));
  }

  watch(onChange: () => void): () => void {
    this.#listeners.add(onChange);
    if (this.#poll === undefined) {
      this.#poll = setInterval(() => this.#look(), this.#options.pollIntervalMs).unref();
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

  #look(): void {
    this.#polls += 1;
    if (performance.now() < this.#livelyUntil || this.#polls % POLLS_WHEN_QUIET === 0) this.#tell();
  }

  #notified(): void {
    this.#livelyUntil = performance.now() + LIVELY_MS;
    this.#tell();
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
    client.on('notification', () => this.#notified());
    try {
      await client.connect();
      await client.query(`LISTEN ${NOTIFY_CHANNEL}`);
      // What was committed while nobody listened.
      this.#tell();
    } catch (error) {
      // One that was closed while it connected is no trouble.
      if (!this.#closed) this.#options.onError(error as Error);
      again();
      await client.end().catch(() => {});
    }
  }
}
