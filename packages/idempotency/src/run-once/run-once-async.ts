import {
  IdempotencyError,
  IdempotencyOptionError,
  IdempotencySchemaVersionError,
  IdempotencyStoreError,
  TransactionEndedError,
} from '../errors.ts';
import { checkDurableTx } from '../transaction/durability.ts';
import {
  type AsyncTx,
  isMissingTable,
  isNoTransaction,
  openSqlTx,
  type SqlTx,
} from '../transaction/sql-tx.ts';
import { type RunOnceOptions, type RunOnceResult, resolveRunOnce } from './options.ts';
import { createStatements, SCHEMA_VERSION } from './schema.ts';

/** Writes nothing where a newer version of this package has made the tables. */
const INSERT = `
  INSERT INTO holdfast_run_once (scope, event_id, recorded_at)
  SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS BIGINT) FROM holdfast_run_once_schema
  WHERE version <= ${SCHEMA_VERSION} ON CONFLICT DO NOTHING`;
const FIND_VERSION = 'SELECT version FROM holdfast_run_once_schema';

/** `runOnce` where every statement is awaited: in the caller's transaction, behind a savepoint. */
export async function runOnceAsync<T>(
  eventId: string,
  tx: AsyncTx,
  fn: () => Promise<T> | T,
  options?: RunOnceOptions,
): Promise<RunOnceResult<T>> {
  const { scope, requireDurable, clock } = resolveRunOnce(eventId, options);
  const sql = await storeCall('look at the transaction', async () => openSqlTx(tx));
  if (requireDurable && sql.dialect === 'sqlite')
    await storeCall('read its pragmas', () => checkDurableTx(sql));
  await begin(sql);
  try {
    const isNew = await storeCall('record the event id', () =>
      record(sql, [scope, eventId, clock.wallTime()]),
    );
    const result: RunOnceResult<T> = isNew ? { ran: true, value: await fn() } : { ran: false };
    await release(sql);
    return result;
  } catch (error) {
    await undo(sql);
    throw error;
  }
}

/** Of two at once the second waits here until the transaction of the first has ended. */
async function record(sql: SqlTx, values: readonly unknown[]): Promise<boolean> {
  try {
    if ((await sql.run(INSERT, values)) > 0) return true;
    if (await hasTables(sql)) return false;
  } catch (error) {
    if (!isMissingTable(error)) throw error;
    // PostgreSQL refuses every statement after a failed one, until the savepoint.
    await sql.run('ROLLBACK TO SAVEPOINT holdfast_run_once');
  }
  for (const statement of createStatements(sql.dialect)) await sql.run(statement);
  return (await sql.run(INSERT, values)) > 0;
}

/** @throws IdempotencySchemaVersionError */
async function hasTables(sql: SqlTx): Promise<boolean> {
  const found = await sql.read(FIND_VERSION);
  if (Number(found) > SCHEMA_VERSION) throw new IdempotencySchemaVersionError(Number(found), SCHEMA_VERSION);
  return found !== undefined;
}

/** @throws IdempotencyOptionError when no transaction is open */
async function begin(sql: SqlTx): Promise<void> {
  try {
    await sql.run('SAVEPOINT holdfast_run_once');
  } catch (error) {
    if (isNoTransaction(error)) {
      throw new IdempotencyOptionError(
        'client',
        'runOnce: { client } has no transaction open on it; give the connection on which you began one, not a pool.',
      );
    }
    throw new IdempotencyStoreError('set a savepoint', error);
  }
}

async function release(sql: SqlTx): Promise<void> {
  try {
    await sql.run('RELEASE SAVEPOINT holdfast_run_once');
  } catch (error) {
    if (isNoTransaction(error)) throw new TransactionEndedError();
    throw new IdempotencyStoreError('release its savepoint', error);
  }
}

async function undo(sql: SqlTx): Promise<void> {
  try {
    await sql.run('ROLLBACK TO SAVEPOINT holdfast_run_once');
    await sql.run('RELEASE SAVEPOINT holdfast_run_once');
  } catch {
    // The error that led here says more than the failure to clean up after it.
  }
}

async function storeCall<T>(doing: string, call: () => Promise<T> | T): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof IdempotencyError) throw error;
    throw new IdempotencyStoreError(doing, error);
  }
}
