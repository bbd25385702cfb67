import { RestrictedError } from '../errors.ts';
import type { Relation, Table } from '../schema.ts';
import { Counts } from './counts.ts';
import { type Act, type Condition, type Port, type Stamp, step } from './port.ts';

export interface DeleteOutcome {
  /** Rows that were asked for, without those that followed. */
  readonly roots: number;
  /** Rows marked in each table. */
  readonly counts: Record<string, number>;
}

/**
 * Marks rows and all that depends on them with one deletion id. A row that is marked already is left as it is, so
 * cycles end by themselves.
 * @throws RestrictedError
 */
export function* deleteRows(
  port: Port,
  table: Table,
  where: Condition,
  stamp: Stamp,
  limit?: number,
): Act<DeleteOutcome> {
  const counts = new Counts();
  const roots = counts.add(table, yield* step(port.mark(table, { ...where, state: 'live' }, stamp, limit)));
  if (roots === 0) return { roots, counts: {} };
  const touched = yield* cascade(port, table, where.tenantId, stamp, counts);
  const relations = [...touched].flatMap((parent) => parent.children);
  for (const relation of relations) {
    if (relation.onDelete !== 'restrict') continue;
    if (yield* step(port.exists(relation.child, orphaned(relation, stamp.deletionId)))) {
      throw new RestrictedError(relation.parent.name, relation.child.name);
    }
  }
  for (const relation of relations) {
    if (relation.onDelete === 'set null') {
      yield* step(port.detach(relation, orphaned(relation, stamp.deletionId)));
    }
  }
  return { roots, counts: counts.toObject() };
}

/** Goes down level by level; a table is looked at again whenever more of its rows were marked. */
function* cascade(
  port: Port,
  root: Table,
  tenantId: string | undefined,
  stamp: Stamp,
  counts: Counts,
): Act<ReadonlySet<Table>> {
  const touched = new Set([root]);
  const pending = [root];
  for (let parent = pending.pop(); parent !== undefined; parent = pending.pop()) {
    for (const relation of parent.children) {
      if (relation.onDelete !== 'cascade') continue;
      const where = { ...orphaned(relation, stamp.deletionId), tenantId };
      const marked = counts.add(relation.child, yield* step(port.mark(relation.child, where, stamp)));
      if (marked === 0) continue;
      touched.add(relation.child);
      if (!pending.includes(relation.child)) pending.push(relation.child);
    }
  }
  return touched;
}

/** Rows that are still there and whose parent was marked by this act. */
function orphaned(relation: Relation, deletionId: string): Condition {
  return {
    state: relation.child.softDelete ? 'live' : undefined,
    parent: { relation, is: { deletionId } },
  };
}
