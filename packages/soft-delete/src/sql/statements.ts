import type { Condition, Stamp } from '../engine/port.ts';
import type { Relation, Table } from '../schema.ts';
import { conditionSql } from './condition.ts';
import { type Dialect, quote, quoteList, Statement } from './dialect.ts';

export interface Sql {
  readonly text: string;
  readonly values: unknown[];
}

/** Order and part of what is read. */
export interface ReadOptions {
  /** Columns and their direction, the first one counting most. Default the order of the database. */
  orderBy?: Readonly<Record<string, 'asc' | 'desc'>> | undefined;
  /** Most rows to read. */
  limit?: number | undefined;
  /** Rows to skip before. Default 0. */
  offset?: number | undefined;
}

export function markSql(dialect: Dialect, table: Table, where: Condition, stamp: Stamp): Sql {
  const { deletedAt, deletedBy, deletionId } = table.columns;
  return updateSql(dialect, table, where, {
    [deletedAt]: dialect.timestamp(stamp.deletedAt),
    [deletedBy]: stamp.deletedBy,
    [deletionId]: stamp.deletionId,
  });
}

export function unmarkSql(dialect: Dialect, table: Table, where: Condition): Sql {
  const { deletedAt, deletedBy, deletionId } = table.columns;
  return updateSql(dialect, table, where, { [deletedAt]: null, [deletedBy]: null, [deletionId]: null });
}

export function updateSql(
  dialect: Dialect,
  table: Table,
  where: Condition,
  set: Readonly<Record<string, unknown>>,
): Sql {
  const statement = new Statement(dialect);
  const alias = statement.alias();
  const assignments = Object.entries(set).map(
    ([column, value]) => `${quote(column)} = ${value === null ? 'NULL' : statement.bind(value)}`,
  );
  const filter = conditionSql(statement, table, alias, where);
  const text = `UPDATE ${quote(table.name)} AS ${alias} SET ${assignments.join(', ')} WHERE ${filter}`;
  return { text, values: statement.values };
}

export function detachSql(
  dialect: Dialect,
  relation: Relation,
  where: Condition,
  limit: number | undefined,
): Sql {
  if (limit === undefined) {
    const nothing = Object.fromEntries(relation.foreignKey.map((column) => [column, null]));
    return updateSql(dialect, relation.child, where, nothing);
  }
  const statement = new Statement(dialect);
  const nulls = relation.foreignKey.map((column) => `${quote(column)} = NULL`).join(', ');
  const rows = chosenRows(statement, relation.child, where, limit);
  return {
    text: `UPDATE ${quote(relation.child.name)} SET ${nulls} WHERE ${rows}`,
    values: statement.values,
  };
}

export function removeSql(dialect: Dialect, table: Table, where: Condition, limit: number): Sql {
  const statement = new Statement(dialect);
  const rows = chosenRows(statement, table, where, limit);
  return { text: `DELETE FROM ${quote(table.name)} WHERE ${rows}`, values: statement.values };
}

export function deleteSql(dialect: Dialect, table: Table, where: Condition): Sql {
  const statement = new Statement(dialect);
  const alias = statement.alias();
  const filter = conditionSql(statement, table, alias, where);
  return { text: `DELETE FROM ${quote(table.name)} AS ${alias} WHERE ${filter}`, values: statement.values };
}

function chosenRows(statement: Statement, table: Table, where: Condition, limit: number): string {
  const alias = statement.alias();
  const filter = conditionSql(statement, table, alias, where);
  const bound = ` LIMIT ${statement.bind(limit)}`;
  const keys = quoteList(table.primaryKey, alias);
  const lock = statement.dialect.lockForRemoval;
  return `(${quoteList(table.primaryKey)}) IN (SELECT ${keys} FROM ${quote(table.name)} AS ${alias} WHERE ${filter}${bound}${lock})`;
}

/** `most` 0 asks the database only whether it takes the values. */
export function existsSql(dialect: Dialect, table: Table, where: Condition, most: 0 | 1 = 1): Sql {
  const statement = new Statement(dialect);
  const alias = statement.alias();
  const filter = conditionSql(statement, table, alias, where);
  return {
    text: `SELECT 1 AS found FROM ${quote(table.name)} AS ${alias} WHERE ${filter} LIMIT ${most}`,
    values: statement.values,
  };
}

export function holdSql(dialect: Dialect, table: Table, where: Condition): Sql {
  const statement = new Statement(dialect);
  const alias = statement.alias();
  const filter = conditionSql(statement, table, alias, where);
  const rows = `SELECT 1 FROM ${quote(table.name)} AS ${alias} WHERE ${filter}${dialect.lockForHold}`;
  return { text: `SELECT count(*) AS held FROM (${rows}) AS rows_held`, values: statement.values };
}

export function selectSql(dialect: Dialect, table: Table, where: Condition, options: ReadOptions = {}): Sql {
  const statement = new Statement(dialect);
  const alias = statement.alias();
  const filter = conditionSql(statement, table, alias, where);
  const order = Object.entries(options.orderBy ?? {}).map(
    ([column, direction]) => `${alias}.${quote(column)} ${direction === 'desc' ? 'DESC' : 'ASC'}`,
  );
  const orderBy = order.length === 0 ? '' : ` ORDER BY ${order.join(', ')}`;
  return {
    text: `SELECT ${alias}.* FROM ${quote(table.name)} AS ${alias} WHERE ${filter}${orderBy}${page(statement, options)}`,
    values: statement.values,
  };
}

function page(statement: Statement, { limit, offset }: ReadOptions): string {
  const { engine } = statement.dialect;
  // SQLite has no OFFSET without a LIMIT; -1 means all.
  const most = limit ?? (offset !== undefined && engine === 'sqlite' ? -1 : undefined);
  const bound = most === undefined ? '' : ` LIMIT ${statement.bind(most)}`;
  return offset === undefined ? bound : `${bound} OFFSET ${statement.bind(offset)}`;
}

export function countSql(dialect: Dialect, table: Table, where: Condition): Sql {
  const statement = new Statement(dialect);
  const alias = statement.alias();
  const filter = conditionSql(statement, table, alias, where);
  return {
    text: `SELECT count(*) AS total FROM ${quote(table.name)} AS ${alias} WHERE ${filter}`,
    values: statement.values,
  };
}

export function insertSql(dialect: Dialect, table: Table, values: Readonly<Record<string, unknown>>): Sql {
  const statement = new Statement(dialect);
  const marks = Object.values(values).map((value) => statement.bind(value));
  const into = `INSERT INTO ${quote(table.name)} (${quoteList(Object.keys(values))})`;
  return { text: `${into} VALUES (${marks.join(', ')}) RETURNING *`, values: statement.values };
}
