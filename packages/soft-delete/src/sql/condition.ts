import type { Condition } from '../engine/port.ts';
import type { Table } from '../schema.ts';
import { quote, quoteList, type Statement } from './dialect.ts';

/**
 * Columns and what they must equal; null means IS NULL, a list means one of them. A value that the column cannot hold
 * is that of no row, undefined too.
 */
export type Match = Readonly<Record<string, unknown>>;

/** The condition as SQL over the row `alias` of `table`. */
export function conditionSql(statement: Statement, table: Table, alias: string, where: Condition): string {
  const parts = [
    ...stateSql(statement, table, alias, where),
    ...matchSql(statement, alias, where.match as Match | undefined),
  ];
  if (where.tenantId !== undefined) parts.push(...tenantSql(statement, table, alias, where.tenantId));
  if (where.parent !== undefined) {
    const { relation, is } = where.parent;
    const inner = subquery(statement, relation.parent, relation.references, is);
    parts.push(`(${quoteList(relation.foreignKey, alias)}) IN (${inner})`);
  }
  if (where.child !== undefined) {
    const { relation, is } = where.child;
    const inner = subquery(statement, relation.child, relation.foreignKey, is);
    parts.push(`(${quoteList(relation.references, alias)}) IN (${inner})`);
  }
  for (const relation of where.childless ?? []) {
    const child = statement.alias();
    const joins = relation.foreignKey.map(
      (column, index) =>
        `${child}.${quote(column)} = ${alias}.${quote(relation.references[index] ?? column)}`,
    );
    parts.push(
      `NOT EXISTS (SELECT 1 FROM ${quote(relation.child.name)} AS ${child} WHERE ${joins.join(' AND ')})`,
    );
  }
  return parts.length === 0 ? '1 = 1' : parts.join(' AND ');
}

function tenantSql(
  statement: Statement,
  { tenantColumn, tenantThrough }: Table,
  alias: string,
  tenantId: string,
): string[] {
  if (tenantColumn !== undefined) return [`${alias}.${quote(tenantColumn)} = ${statement.bind(tenantId)}`];
  if (tenantThrough === undefined) return [];
  const { parent, references, foreignKey } = tenantThrough;
  return [`(${quoteList(foreignKey, alias)}) IN (${subquery(statement, parent, references, { tenantId })})`];
}

function stateSql(statement: Statement, { columns }: Table, alias: string, where: Condition): string[] {
  const deletedAt = `${alias}.${quote(columns.deletedAt)}`;
  const deletionId = `${alias}.${quote(columns.deletionId)}`;
  const parts: string[] = [];
  if (where.state === 'live') parts.push(`${deletedAt} IS NULL`);
  if (where.state === 'deleted') parts.push(`${deletedAt} IS NOT NULL`);
  if (where.deletionId !== undefined) parts.push(`${deletionId} = ${statement.bind(where.deletionId)}`);
  if (where.notDeletionId !== undefined) {
    parts.push(`(${deletionId} IS NULL OR ${deletionId} <> ${statement.bind(where.notDeletionId)})`);
  }
  if (where.deletedBefore !== undefined) {
    parts.push(`${deletedAt} <= ${statement.bind(statement.dialect.timestamp(where.deletedBefore))}`);
  }
  return parts;
}

function matchSql(statement: Statement, alias: string, match: Match | undefined): string[] {
  return Object.entries(match ?? {}).map(([column, value]) => {
    const name = `${alias}.${quote(column)}`;
    if (value === null) return `${name} IS NULL`;
    const values = (Array.isArray(value) ? value : [value])
      .map((item: unknown) => statement.dialect.comparable(item))
      .filter((item) => item !== undefined);
    if (values.length === 0) return '1 = 0';
    const marks = values.map((item) => statement.bind(item));
    return Array.isArray(value) ? `${name} IN (${marks.join(', ')})` : `${name} = ${marks.join()}`;
  });
}

function subquery(statement: Statement, table: Table, columns: readonly string[], where: Condition): string {
  const alias = statement.alias();
  const filter = conditionSql(statement, table, alias, where);
  return `SELECT ${quoteList(columns, alias)} FROM ${quote(table.name)} AS ${alias} WHERE ${filter}`;
}
