import type { Condition } from '../engine/port.ts';
import { SoftDeleteFilterError } from '../errors.ts';
import type { Table } from '../schema.ts';
import type { Match } from '../sql/condition.ts';
import { checkFilterColumns } from '../sql/filter.ts';
import { isUsable, type PgTransactions, type PgTx, pgCode } from './client.ts';
import { columnsOf } from './columns.ts';
import { canHold, isRefusal } from './refusals.ts';

const UNDEFINED_COLUMN = '42703';
/** The column's type has no equality, as `json` has none. */
const UNDEFINED_OPERATOR = '42883';
/** A client can send thousands of values that are wrong, and each is found by questions to the database. */
const MOST_PROBES = 100;

/** Runs work on the rows of a filter; values that their columns cannot hold are then left out, as those of no row. */
export type Filtered = <T>(
  where: Condition,
  scope: { readonly tx?: PgTx },
  work: (possible: Condition) => Promise<T>,
) => Promise<T>;

export function filteredOn(transactions: PgTransactions, table: Table): Filtered {
  return async (where, { tx }, work) => {
    try {
      return await work(where);
    } catch (error) {
      if (!isOfFilter(error)) throw error;
      const match = where.match as Match;
      // A refused read ends the caller's transaction; what was wrong is then asked for outside of it.
      const ended = tx !== undefined && !(await isUsable(tx.client));
      const asked = ended ? undefined : tx;
      await checkStatement(error, transactions, asked, table, match);
      const possible = await new Probe(transactions, asked, table, error).possible(match);
      if (possible === match) throw error;
      if (!ended) return work({ ...where, match: possible });
      const reason = 'has a value that the column cannot hold, which has ended your transaction,';
      throw new SoftDeleteFilterError(table.name, changedColumn(match, possible), reason, { cause: error });
    }
  };
}

/** Whether a filter can have brought it about. */
function isOfFilter(error: unknown): boolean {
  return isRefusal(error) || [UNDEFINED_COLUMN, UNDEFINED_OPERATOR].includes(pgCode(error));
}

/** @throws SoftDeleteFilterError for what is wrong with a column; the error itself where it is about no value */
async function checkStatement(
  error: unknown,
  transactions: PgTransactions,
  tx: PgTx | undefined,
  table: Table,
  match: Match,
): Promise<void> {
  if (isRefusal(error)) return;
  if (pgCode(error) === UNDEFINED_COLUMN) {
    checkFilterColumns(table, match, await transactions.once(tx, (open) => columnsOf(open, table.name)));
  }
  if (pgCode(error) === UNDEFINED_OPERATOR) {
    const reason = 'has a column whose type has no equality';
    throw new SoftDeleteFilterError(table.name, undefined, reason, { cause: error });
  }
  throw error;
}

function changedColumn(match: Match, possible: Match): string | undefined {
  return Object.keys(match).find((column) => match[column] !== possible[column]);
}

/** Finds the values of a filter that their columns can hold. */
class Probe {
  readonly #transactions: PgTransactions;
  readonly #tx: PgTx | undefined;
  readonly #table: Table;
  readonly #cause: unknown;
  #left = MOST_PROBES;

  constructor(transactions: PgTransactions, tx: PgTx | undefined, table: Table, cause: unknown) {
    this.#transactions = transactions;
    this.#tx = tx;
    this.#table = table;
    this.#cause = cause;
  }

  /** The same object when nothing is wrong with it. */
  async possible(match: Match): Promise<Match> {
    let result = match;
    for (const [column, value] of Object.entries(match)) {
      const values: readonly unknown[] = Array.isArray(value) ? value : [value];
      const possible = await this.#possibleOf(column, values);
      if (possible.length < values.length) result = { ...result, [column]: possible };
    }
    return result;
  }

  /** Halves a list until what is wrong stands alone. */
  async #possibleOf(column: string, values: readonly unknown[]): Promise<readonly unknown[]> {
    if (values.length === 0 || (await this.#canHold(column, values))) return values;
    if (values.length === 1) return [];
    const middle = Math.ceil(values.length / 2);
    const first = await this.#possibleOf(column, values.slice(0, middle));
    return [...first, ...(await this.#possibleOf(column, values.slice(middle)))];
  }

  #canHold(column: string, values: readonly unknown[]): Promise<boolean> {
    this.#left -= 1;
    if (this.#left < 0) {
      const reason = 'has too many values that the column cannot hold';
      throw new SoftDeleteFilterError(this.#table.name, column, reason, { cause: this.#cause });
    }
    return canHold(this.#transactions, this.#tx, this.#table, { [column]: values });
  }
}
