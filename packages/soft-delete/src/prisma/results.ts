import { type Args, isArgs } from './conditions.ts';
import type { Model } from './models.ts';
import { marksOf } from './selection.ts';
import { below, type View } from './view.ts';

/** Replaces single related rows that may not be seen by null, and takes out the fields that were only read to judge. */
export function judged(view: View, model: Model, asked: Args, result: unknown): unknown {
  if (Array.isArray(result)) return result.map((row) => judged(view, model, asked, row));
  if (!isRow(result)) return result;
  for (const [name, wanted] of wantedRelations(asked)) {
    const relation = model.relations.get(name);
    const value = result[name];
    if (relation === undefined || value === null || value === undefined) continue;
    const inner = isArgs(wanted) ? wanted : {};
    const rows = judged(below(view), relation.model, inner, value);
    result[name] = relation.isList ? rows : single(below(view), relation.model, inner, rows);
  }
  return result;
}

/** @returns null for a row that may not be seen */
export function single(view: View, model: Model, asked: Args, row: unknown): unknown {
  if (!isRow(row)) return row;
  const { columns, tenantColumn } = model.table;
  const marks = marksOf(view, model);
  const isDeleted = columns.deletedAt in marks && (row[columns.deletedAt] ?? null) !== null;
  const isOurs =
    tenantColumn === undefined || !(tenantColumn in marks) || row[tenantColumn] === view.tenantId;
  if (isDeleted || !isOurs) return null;
  const { select, omit } = asked;
  for (const name of Object.keys(marks)) {
    if ((isArgs(select) && select[name] !== true) || (isArgs(omit) && omit[name] === true)) delete row[name];
  }
  return row;
}

function wantedRelations({ select, include }: Args): [string, unknown][] {
  const fields = isArgs(select) ? select : isArgs(include) ? include : {};
  return Object.entries(fields).filter(([, wanted]) => wanted !== false && wanted !== undefined);
}

function isRow(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(value instanceof Date) && !Array.isArray(value);
}
