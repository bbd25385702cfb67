import { ParentDeletedError } from '../errors.ts';
import type { Table } from '../schema.ts';
import { Counts } from './counts.ts';
import { type Act, type Condition, type Port, step } from './port.ts';

/**
 * Brings back exactly the rows that are meant, of every table given: those of one deletion id, or a single row that
 * was marked without one.
 * @throws ParentDeletedError when a parent that is not restored with them is deleted
 * @throws RestoreConflictError when a live row has the same unique value
 */
export function* restoreRows(
  port: Port,
  tables: readonly Table[],
  rows: Condition,
): Act<Record<string, number>> {
  for (const table of tables) yield* checkParents(port, table, rows);
  const counts = new Counts();
  for (const table of tables) counts.add(table, yield* step(port.unmark(table, rows)));
  return counts.toObject();
}

function* checkParents(port: Port, table: Table, rows: Condition): Act<void> {
  for (const relation of table.parents) {
    if (relation.onDelete === 'keep' || !relation.parent.softDelete) continue;
    // Held first: whoever deletes the parent at this moment has either done so by now, or will see the row as live.
    yield* step(port.hold(relation.parent, { state: 'live', child: { relation, is: rows } }));
    const parent: Condition = { state: 'deleted', notDeletionId: rows.deletionId };
    if (yield* step(port.exists(table, { ...rows, parent: { relation, is: parent } }))) {
      throw new ParentDeletedError(table.name, relation.parent.name);
    }
  }
}

/** Every table that an act which reached `table` can have reached: those joined to it by cascades. */
export function cascadeFamily(table: Table): readonly Table[] {
  const family = new Set([table]);
  for (const member of family) {
    for (const { onDelete, parent, child } of [...member.children, ...member.parents]) {
      if (onDelete === 'cascade' && parent.softDelete) family.add(parent).add(child);
    }
  }
  return [...family];
}
