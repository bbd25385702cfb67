import type { Relation, Table } from '../schema.ts';
import { Counts } from './counts.ts';
import { type Act, type Condition, type Port, step } from './port.ts';

/** What one step of a purge did. */
export interface PurgeOutcome {
  /** Rows removed for good, in each table. */
  readonly counts: Record<string, number>;
  /** The sum of `counts`. */
  readonly removed: number;
  /** Whether there may be more to remove. */
  readonly more: boolean;
}

/**
 * Removes at most `limit` rows that were deleted before a time, of a table and of those below it, children first.
 * A row to which another one still refers stays until that one is gone.
 */
export function* purgeRows(
  port: Port,
  table: Table,
  { deletedBefore, tenantId }: Condition,
  limit: number,
): Act<PurgeOutcome> {
  const tables = childrenFirst(table);
  const rows: Condition = { deletedBefore, tenantId };
  const counts = new Counts();
  for (;;) {
    const before = counts.total;
    for (const member of tables) {
      const left = limit - counts.total;
      if (left === 0) return outcome(counts, true);
      const where = { ...rows, childless: member.children };
      counts.add(member, yield* step(port.remove(member, where, left)));
    }
    if (counts.total > before) continue;
    if ((yield* breakCycles(port, tables, rows, limit)) === 0) return outcome(counts, false);
  }
}

function outcome(counts: Counts, more: boolean): PurgeOutcome {
  return { counts: counts.toObject(), removed: counts.total, more };
}

/** Rows that refer to one another in a circle have no last child. As all of them go, one link can go first. */
function* breakCycles(port: Port, tables: readonly Table[], rows: Condition, limit: number): Act<number> {
  for (const table of tables) {
    for (const relation of table.children) {
      if (!isInCycle(relation)) continue;
      const where = { ...rows, parent: { relation, is: rows } };
      const detached = yield* step(port.detach(relation, where, limit));
      if (detached > 0) return detached;
    }
  }
  return 0;
}

function isInCycle({ child, parent }: Relation): boolean {
  return child.softDelete && (child === parent || tablesBelow(child).has(parent));
}

function tablesBelow(table: Table): Set<Table> {
  const below = new Set<Table>();
  const pending = [table];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const { child } of next.children) {
      if (below.has(child)) continue;
      below.add(child);
      pending.push(child);
    }
  }
  return below;
}

/** The table and all below it that can be purged, each after its children as far as there are no cycles. */
function childrenFirst(table: Table): readonly Table[] {
  const ordered: Table[] = [];
  const seen = new Set<Table>();
  const visit = (next: Table): void => {
    if (seen.has(next)) return;
    seen.add(next);
    for (const { child } of next.children) visit(child);
    if (next.softDelete) ordered.push(next);
  };
  visit(table);
  return ordered;
}
