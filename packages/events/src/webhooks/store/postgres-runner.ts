import type { PostgresAddress, PostgresPoolLike } from '@holdfast/queue';
import { WebhookMissingPeerError } from '../errors.ts';
import type { SqlRow, SqlRunner, SqlStatement } from './sql-runner.ts';

/** The part of a pg `Pool` that is called here. */
interface Pool {
  query(text: string, values: unknown[]): Promise<Result>;
  connect(): Promise<Client>;
  end(): Promise<void>;
}

interface Client {
  query(text: string, values?: unknown[]): Promise<Result>;
  release(error?: Error | boolean): void;
  on?(event: 'error', listener: () => void): unknown;
  off?(event: 'error', listener: () => void): unknown;
}

interface Result {
  readonly rows: readonly SqlRow[];
  readonly rowCount: number | null;
}

/** A pool that was given stays the caller's to end. */
export async function openPostgresRunner(where: PostgresAddress | PostgresPoolLike): Promise<SqlRunner> {
  const isOwn = !('connect' in where && typeof where.connect === 'function');
  const pool = isOwn ? await createPool(where as PostgresAddress) : (where as unknown as Pool);
  const numbered = new Map<string, string>();

  /** `$1` for the first `?`, and so on: no statement of the store has a `?` in a text. */
  function translate(sql: string): string {
    let text = numbered.get(sql);
    if (text === undefined) {
      let index = 0;
      text = sql.replace(/\?/g, () => `$${++index}`);
      numbered.set(sql, text);
    }
    return text;
  }

  async function writeAll(client: Client, statements: readonly SqlStatement[]): Promise<number[]> {
    await client.query('BEGIN');
    const changes: number[] = [];
    for (const { sql, values } of statements)
      changes.push((await client.query(translate(sql), [...values])).rowCount ?? 0);
    await client.query('COMMIT');
    return changes;
  }

  return {
    integer: 'BIGINT',
    read: async ({ sql, values }) => (await pool.query(translate(sql), [...values])).rows,
    write: async (statements) => {
      const [only, second] = statements;
      if (only === undefined) return [];
      if (second === undefined)
        return [(await pool.query(translate(only.sql), [...only.values])).rowCount ?? 0];
      const client = await pool.connect();
      client.on?.('error', ignore);
      let broken = false;
      try {
        return await writeAll(client, statements);
      } catch (error) {
        broken = await client.query('ROLLBACK').then(
          () => false,
          () => true,
        );
        throw error;
      } finally {
        client.off?.('error', ignore);
        client.release(broken);
      }
    },
    close: async () => {
      if (isOwn) await pool.end();
    },
  };
}

/**
 * A connection that ends between two statements says so by this event, and without a listener that ends the process.
 * The next statement fails with the same news.
 */
function ignore(): void {}

async function createPool({ url, ...rest }: PostgresAddress): Promise<Pool> {
  const { default: pg } = await import('pg').catch((cause: unknown) => {
    throw new WebhookMissingPeerError('pg', { cause });
  });
  const pool = new pg.Pool({ ...(rest as object), ...(url !== undefined && { connectionString: url }) });
  // A connection that breaks while idle is replaced at the next query, which says so if it cannot.
  pool.on('error', () => {});
  return pool as unknown as Pool;
}
