import { MissingColumnsError, SoftDeleteOptionError } from '../errors.ts';
import type { Schema } from '../schema.ts';
import { quote } from '../sql/dialect.ts';
import type { PgClient } from './client.ts';

const COLUMNS = `
  SELECT attname AS name FROM pg_attribute
  WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`;

/** The columns of a table in the search path; none when there is no such table. */
export async function columnsOf(client: PgClient, table: string): Promise<ReadonlySet<string>> {
  const { rows } = await client.query(COLUMNS, [quote(table)]);
  return new Set((rows as { name: string }[]).map(({ name }) => name));
}

/** @throws SoftDeleteOptionError, MissingColumnsError */
export async function checkColumns(client: PgClient, schema: Schema): Promise<void> {
  for (const { name, softDelete, columns, primaryKey, tenantColumn } of schema.values()) {
    const found = await columnsOf(client, name);
    if (found.size === 0)
      throw new SoftDeleteOptionError('table', `There is no table "${name}" in the search path.`);
    const needed = [...primaryKey, ...(tenantColumn === undefined ? [] : [tenantColumn])];
    if (softDelete) needed.push(...Object.values(columns));
    const missing = needed.filter((column) => !found.has(column));
    if (missing.length > 0) {
      throw new MissingColumnsError(
        name,
        missing,
        'Run migrationFor() on it first, or name its own columns in the options.',
      );
    }
  }
}
