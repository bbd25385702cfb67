import type { Condition, Port, Stamp } from '../engine/port.ts';
import { RestoreConflictError } from '../errors.ts';
import type { Relation, Table } from '../schema.ts';
import { type Client, delegateOf } from './client.ts';
import { type Args, conditionWhere } from './conditions.ts';
import type { Models } from './models.ts';

const UNIQUE_VIOLATION = 'P2002';

/** The acts on Prisma's own operations, so that values and names are its matter. */
export function prismaPort(client: Client, models: Models): Port {
  const update = async (table: Table, where: Condition, data: Args, limit?: number): Promise<number> => {
    const args = {
      where: conditionWhere(models, table, where),
      data,
      ...(limit === undefined ? {} : { limit }),
    };
    return countOf(await delegateOf(client, table.name)['updateMany']?.(args));
  };
  return {
    mark: (table: Table, where: Condition, { deletedAt, deletedBy, deletionId }: Stamp, limit?: number) =>
      update(
        table,
        where,
        {
          [table.columns.deletedAt]: new Date(deletedAt),
          [table.columns.deletedBy]: deletedBy,
          [table.columns.deletionId]: deletionId,
        },
        limit,
      ),
    unmark: async (table: Table, where: Condition) => {
      const { deletedAt, deletedBy, deletionId } = table.columns;
      try {
        return await update(table, where, { [deletedAt]: null, [deletedBy]: null, [deletionId]: null });
      } catch (error) {
        throw isUniqueViolation(error) ? new RestoreConflictError(table.name, error) : error;
      }
    },
    detach: ({ child, foreignKey }: Relation, where: Condition, limit?: number) =>
      update(child, where, Object.fromEntries(foreignKey.map((field) => [field, null])), limit),
    exists: async (table: Table, where: Condition) =>
      countOf({
        count: await delegateOf(client, table.name)['count']?.({
          where: conditionWhere(models, table, where),
          take: 1,
        }),
      }) > 0,
    hold: async (table: Table, where: Condition) => {
      // Prisma has no FOR SHARE: writing what is there already locks the rows. SQLite has one writer anyway.
      if (client._engineConfig.activeProvider !== 'sqlite') {
        await update(table, { ...where, state: 'live' }, { [table.columns.deletedAt]: null });
      }
    },
    remove: async (table: Table, where: Condition, limit: number) => {
      const args = { where: conditionWhere(models, table, where), limit };
      return countOf(await delegateOf(client, table.name)['deleteMany']?.(args));
    },
  };
}

function countOf(result: unknown): number {
  return typeof result === 'object' && result !== null && 'count' in result ? Number(result.count) : 0;
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION;
}
