import type { Condition } from '../engine/port.ts';
import type { Table } from '../schema.ts';
import type { Match } from '../sql/condition.ts';
import { postgresDialect as dialect } from '../sql/dialect.ts';
import { existsSql } from '../sql/statements.ts';
import { type PgTransactions, type PgTx, pgCode } from './client.ts';
import { readRows } from './port.ts';

/** A text that is no number or UUID, a number or date out of range, a NUL. */
const REFUSED_VALUES: ReadonlySet<string> = new Set(['22P02', '22003', '22007', '22008', '22021']);

/** Whether PostgreSQL refused a value because a column cannot hold it. */
export function isRefusal(error: unknown): boolean {
  return REFUSED_VALUES.has(pgCode(error));
}

/**
 * Whether PostgreSQL refused a statement because its column cannot hold the key, as a client may send one: then it is
 * the key of no row. The key is asked for alone, since the statement may have had other values that were wrong.
 */
export async function isImpossibleKey(
  error: unknown,
  transactions: PgTransactions,
  tx: PgTx | undefined,
  table: Table,
  { match }: Condition,
): Promise<boolean> {
  return isRefusal(error) && !(await canHold(transactions, tx, table, match as Match));
}

/** Whether the columns can hold the values; no row is looked at. */
export async function canHold(
  transactions: PgTransactions,
  tx: PgTx | undefined,
  table: Table,
  match: Match,
): Promise<boolean> {
  const probe = existsSql(dialect, table, { match }, 0);
  try {
    await transactions.run(tx, (open) => readRows(open, probe));
    return true;
  } catch (error) {
    // What else went wrong went wrong for the statement, too, and is told by its error.
    return !isRefusal(error);
  }
}
