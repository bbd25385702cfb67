import type { Port } from '../engine/port.ts';
import { RestoreConflictError } from '../errors.ts';
import { postgresDialect as dialect } from '../sql/dialect.ts';
import { detachSql, existsSql, holdSql, markSql, removeSql, type Sql, unmarkSql } from '../sql/statements.ts';
import { type PgClient, pgCode } from './client.ts';

const UNIQUE_VIOLATION = '23505';

export async function change(client: PgClient, { text, values }: Sql): Promise<number> {
  return (await client.query(text, values)).rowCount ?? 0;
}

export async function readRows(client: PgClient, { text, values }: Sql): Promise<readonly unknown[]> {
  return (await client.query(text, values)).rows;
}

export function postgresPort(client: PgClient): Port {
  return {
    mark: (table, where, stamp) => change(client, markSql(dialect, table, where, stamp)),
    unmark: async (table, where) => {
      try {
        return await change(client, unmarkSql(dialect, table, where));
      } catch (error) {
        throw pgCode(error) === UNIQUE_VIOLATION ? new RestoreConflictError(table.name, error) : error;
      }
    },
    detach: (relation, where, limit) => change(client, detachSql(dialect, relation, where, limit)),
    exists: async (table, where) => (await readRows(client, existsSql(dialect, table, where))).length > 0,
    hold: async (table, where) => void (await client.query(...parts(holdSql(dialect, table, where)))),
    remove: (table, where, limit) => change(client, removeSql(dialect, table, where, limit)),
  };
}

function parts({ text, values }: Sql): [string, unknown[]] {
  return [text, values];
}
