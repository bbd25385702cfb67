import { SoftDeleteOptionError } from '../errors.ts';

/** The part of a `pg` result that is read here. */
export interface PgResult {
  readonly rows: readonly unknown[];
  readonly rowCount: number | null;
}

/** The part of a `pg` Client that is called here. */
export interface PgClient {
  query(text: string, values?: unknown[]): Promise<PgResult>;
}

/** A connection of a pool. */
export interface PgPoolClient extends PgClient {
  release(error?: Error | boolean): void;
  on?(event: 'error', listener: (error: Error) => void): unknown;
  off?(event: 'error', listener: (error: Error) => void): unknown;
}

/** The part of a `pg` Pool that is called here. */
export interface PgPool extends PgClient {
  connect(): Promise<PgPoolClient>;
}

/** A `pg` client on which the caller has begun a transaction. */
export interface PgTx {
  readonly client: PgClient;
}

/** Either a pool, or one connection; it stays the caller's to end. */
export interface PgConnection {
  /** A `pg` Pool: each act takes a connection of its own. */
  pool?: PgPool;
  /** A connected `pg` Client: acts wait for one another, and reads for acts. */
  client?: PgClient;
}

const MOST_TRIES = 4;
/** Serialization failure and deadlock: the database asks for the transaction to be run again. */
const TRY_AGAIN = new Set(['40001', '40P01']);

/** Runs work in transactions: its own on the connection that was given, or inside the caller's. */
export class PgTransactions {
  readonly #connection: PgConnection;
  /** On a single connection transactions wait for one another. */
  #previous: Promise<unknown> = Promise.resolve();

  /** @throws SoftDeleteOptionError */
  constructor({ pool, client }: PgConnection) {
    if ((pool === undefined) === (client === undefined)) {
      throw new SoftDeleteOptionError('pool', 'Give either pool or client, a connected pg Pool or Client.');
    }
    this.#connection = pool === undefined ? { client: client as PgClient } : { pool };
  }

  /** What throws changes nothing. A deadlock is tried again where the transaction is our own. */
  run<T>(tx: PgTx | undefined, work: (client: PgClient) => Promise<T>): Promise<T> {
    if (tx !== undefined) return inSavepoint(tx.client, work);
    const { pool, client } = this.#connection;
    if (pool !== undefined) return again(() => withPooledClient(pool, (taken) => inTransaction(taken, work)));
    return this.#inTurn(() => again(() => inTransaction(client as PgClient, work)));
  }

  /** One statement. On a single connection it waits for the acts: one that is refused would end theirs. */
  once<T>(tx: PgTx | undefined, work: (client: PgClient) => Promise<T>): Promise<T> {
    if (tx !== undefined) return work(tx.client);
    const { pool, client } = this.#connection;
    return pool === undefined ? this.#inTurn(() => work(client as PgClient)) : work(pool);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#previous.then(work);
    this.#previous = turn.catch(() => undefined);
    return turn;
  }
}

async function again<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === MOST_TRIES || !TRY_AGAIN.has(pgCode(error))) throw error;
    }
  }
}

/** Runs work on a connection of the pool, which gets it back, or is told that it broke. */
export async function withPooledClient<T>(pool: PgPool, work: (client: PgClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  client.on?.('error', ignore);
  let broken = true;
  try {
    const result = await work(client);
    broken = false;
    return result;
  } catch (error) {
    broken = !(await isUsable(client));
    throw error;
  } finally {
    client.off?.('error', ignore);
    client.release(broken);
  }
}

/**
 * A connection that ends between two statements says so by this event, and without a listener that ends the process.
 * The next statement fails with the same news.
 */
function ignore(): void {}

/** Whether it still answers: not after its transaction was ended by an error. */
export async function isUsable(client: PgClient): Promise<boolean> {
  try {
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  }
}

async function inTransaction<T>(client: PgClient, work: (client: PgClient) => Promise<T>): Promise<T> {
  await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
  try {
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function inSavepoint<T>(client: PgClient, work: (client: PgClient) => Promise<T>): Promise<T> {
  await client.query('SAVEPOINT holdfast_soft_delete');
  try {
    const result = await work(client);
    await client.query('RELEASE SAVEPOINT holdfast_soft_delete');
    return result;
  } catch (error) {
    await client.query('ROLLBACK TO SAVEPOINT holdfast_soft_delete').catch(() => undefined);
    throw error;
  }
}

export function pgCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
