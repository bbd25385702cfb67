import { SoftDeleteFilterError } from '../errors.ts';
import { isName, type Table } from '../schema.ts';
import type { Match } from './condition.ts';

/** Both databases take as many in one statement, with room for the values that are not the filter's. */
const MOST_VALUES = 30_000;

/**
 * The filter of a caller, which may come from a client as it is.
 * @throws SoftDeleteFilterError for what is no filter; a value that no row can have is none
 */
export function checkFilter({ name: table }: Table, filter: unknown): Match {
  if (typeof filter !== 'object' || filter === null || Array.isArray(filter)) {
    throw new SoftDeleteFilterError(table, undefined, 'is not an object of columns and values');
  }
  let count = 0;
  for (const [column, value] of Object.entries(filter)) {
    if (!isName(column)) throw new SoftDeleteFilterError(table, undefined, 'has a column that cannot be');
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (!values.every(isPlainValue)) {
      throw new SoftDeleteFilterError(
        table,
        column,
        'has an object or a list in a list where a value must be',
      );
    }
    count += values.length;
  }
  if (count > MOST_VALUES)
    throw new SoftDeleteFilterError(table, undefined, `has more than ${MOST_VALUES} values`);
  return filter as Match;
}

/** Refuses a filter by a column that is not there. @throws SoftDeleteFilterError */
export function checkFilterColumns({ name }: Table, match: unknown, columns: ReadonlySet<string>): void {
  const unknown = Object.keys(match ?? {}).find((column) => !columns.has(column));
  if (unknown !== undefined)
    throw new SoftDeleteFilterError(name, unknown, 'has a column that the table has not');
}

/** Whether a column can be compared with it: text, number, bytes, time, yes or no, or nothing. */
export function isPlainValue(value: unknown): boolean {
  if (value === null || value instanceof Date || value instanceof Uint8Array) return true;
  return !['object', 'function', 'symbol'].includes(typeof value);
}
