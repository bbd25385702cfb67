import { OutboxTransactionError } from '../errors.ts';
import type { EventToLog } from '../log/event-log.ts';
import { insertStatement, type OutboxTable } from './outbox-table.ts';
import type { AsyncTx, SqliteDatabase, SqliteStatement, SqliteTx } from './transaction.ts';

const LOCK_KEY = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 2))';

const statements = new WeakMap<SqliteDatabase, SqliteStatement>();

/** Writes the row before it returns. @throws OutboxTransactionError; what the database throws */
export function writeRow({ db }: SqliteTx, table: OutboxTable, bus: string, event: EventToLog): void {
  if (table.dialect !== 'sqlite') throw notHere();
  let changes: number;
  try {
    let insert = statements.get(db);
    if (insert === undefined) {
      insert = db.prepare(own(insertStatement('sqlite', false)));
      statements.set(db, insert);
    }
    ({ changes } = insert.run(...valuesOf(table, bus, event)));
  } catch (error) {
    throw isMissingTable(error) ? notHere(error) : error;
  }
  if (changes !== 1) throw notHere();
}

/**
 * Writes the row in a transaction of `pg` or Prisma. On PostgreSQL two transactions that publish with one key wait for
 * each other, so that the numbers of the rows of a key are in the order of their commits.
 * @throws OutboxTransactionError; what the database throws
 */
export async function writeRowAsync(
  tx: AsyncTx,
  table: OutboxTable,
  bus: string,
  event: EventToLog,
): Promise<void> {
  const { dialect } = table;
  if ('client' in tx && dialect !== 'postgres') throw notHere();
  const run = async (sql: string, values: readonly unknown[]): Promise<number> => {
    if ('client' in tx) return (await tx.client.query(sql, [...values])).rowCount ?? 0;
    return tx.prisma.$executeRawUnsafe(dialect === 'sqlite' ? own(sql) : sql, ...values);
  };
  let written: number;
  try {
    if (dialect === 'postgres' && event.key !== null) await run(LOCK_KEY, [`${bus}/${event.key}`]);
    const isTold = dialect === 'postgres' && table.tellsOfNext();
    written = await run(insertStatement(dialect, isTold), valuesOf(table, bus, event));
  } catch (error) {
    throw isMissingTable(error) ? notHere(error) : error;
  }
  if (written !== 1) throw notHere();
}

function valuesOf(table: OutboxTable, bus: string, { id, type, key, body }: EventToLog): readonly unknown[] {
  return [bus, id, type, key, body, table.identity];
}

/** Every value is named once and in order, so that the sign alone will do. */
function own(sql: string): string {
  return sql.replaceAll(/\$\d+/g, '?');
}

function isMissingTable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const text = `${'code' in error ? String(error.code) : ''} ${error.message}`;
  return /42P01|no such table: holdfast_outbox|holdfast_outbox\w*\\?" does not exist/.test(text);
}

function notHere(cause?: unknown): OutboxTransactionError {
  return new OutboxTransactionError(
    'publish: the transaction is on another database than the outbox, so the event would never leave it. Nothing was written: roll back, and give createEventBus the option outbox with the database of your transactions.',
    { cause },
  );
}
