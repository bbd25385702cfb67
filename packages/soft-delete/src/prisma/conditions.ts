import type { Condition } from '../engine/port.ts';
import type { Table } from '../schema.ts';
import type { Models } from './models.ts';

/** Arguments of Prisma as they come: the client checks them, not we. */
export type Args = Record<string, unknown>;

export function isArgs(value: unknown): value is Args {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export function asList(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** The condition as a `where` of Prisma. */
export function conditionWhere(models: Models, table: Table, where: Condition): Args {
  const { deletedAt, deletionId } = table.columns;
  const parts: Args[] = isArgs(where.match) ? [where.match] : [];
  if (where.state === 'live') parts.push({ [deletedAt]: null });
  if (where.state === 'deleted') parts.push({ [deletedAt]: { not: null } });
  if (where.deletionId !== undefined) parts.push({ [deletionId]: where.deletionId });
  if (where.notDeletionId !== undefined) {
    parts.push({ OR: [{ [deletionId]: null }, { [deletionId]: { not: where.notDeletionId } }] });
  }
  if (where.deletedBefore !== undefined) parts.push({ [deletedAt]: { lte: new Date(where.deletedBefore) } });
  if (where.tenantId !== undefined) parts.push(...tenantWhere(models, table, where.tenantId));
  if (where.parent !== undefined) {
    const { relation, is } = where.parent;
    const name = models.relations.get(relation)?.parentField ?? '';
    parts.push({ [name]: { is: conditionWhere(models, relation.parent, is) } });
  }
  if (where.child !== undefined) {
    const { relation, is } = where.child;
    const inner = conditionWhere(models, relation.child, is);
    const { childField = '', isList = true } = models.relations.get(relation) ?? {};
    parts.push({ [childField]: isList ? { some: inner } : { is: inner } });
  }
  for (const relation of where.childless ?? []) {
    const { childField = '', isList = true } = models.relations.get(relation) ?? {};
    parts.push({ [childField]: isList ? { none: {} } : { is: null } });
  }
  return { AND: parts };
}

/** @returns nothing for a table whose rows belong to no tenant */
export function tenantWhere(models: Models, table: Table, tenantId: string): Args[] {
  if (table.tenantColumn !== undefined) return [{ [table.tenantColumn]: tenantId }];
  if (table.tenantThrough === undefined) return [];
  const name = models.relations.get(table.tenantThrough)?.parentField ?? '';
  return [{ [name]: { is: { AND: tenantWhere(models, table.tenantThrough.parent, tenantId) } } }];
}
