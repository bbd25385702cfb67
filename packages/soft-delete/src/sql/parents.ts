import type { Condition } from '../engine/port.ts';
import type { Relation, Table } from '../schema.ts';
import type { Row } from './repository-plan.ts';

/** The parents that a new row names and that must be live; none for a foreign key that is null. */
export function parentMatches(
  table: Table,
  row: Readonly<Row>,
  tenantId: string | undefined,
): readonly { readonly relation: Relation; readonly where: Condition }[] {
  return table.parents.flatMap((relation) => {
    const values = relation.foreignKey.map((column) => row[column]);
    if (values.some((value) => value === undefined || value === null)) return [];
    const match = Object.fromEntries(relation.references.map((column, index) => [column, values[index]]));
    const state = relation.parent.softDelete ? ('live' as const) : undefined;
    return [{ relation, where: { match, state, tenantId } }];
  });
}
