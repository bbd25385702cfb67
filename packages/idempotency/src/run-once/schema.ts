import { IdempotencySchemaVersionError } from '../errors.ts';
import type { Dialect } from '../transaction/sql-tx.ts';
import { readScalar, type SqliteDatabase } from '../transaction/sqlite-database.ts';

export const SCHEMA_VERSION = 1;

/** Arbitrary, and the same in every process: two that make the tables at once wait for each other. */
const LOCK = 7_046_382;

/** One by one, since a driver may take only one at a time. */
export function createStatements(dialect: Dialect): readonly string[] {
  const isSqlite = dialect === 'sqlite';
  const integer = isSqlite ? 'INTEGER' : 'BIGINT';
  return [
    ...(isSqlite ? [] : [`SELECT pg_advisory_xact_lock(${LOCK})`]),
    `CREATE TABLE IF NOT EXISTS holdfast_run_once_schema (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      version INTEGER NOT NULL
    )${isSqlite ? ' STRICT' : ''}`,
    `CREATE TABLE IF NOT EXISTS holdfast_run_once (
      scope TEXT NOT NULL,
      event_id TEXT NOT NULL,
      recorded_at ${integer} NOT NULL,
      PRIMARY KEY (scope, event_id)
    )${isSqlite ? ' STRICT, WITHOUT ROWID' : ''}`,
    'CREATE INDEX IF NOT EXISTS holdfast_run_once_by_age ON holdfast_run_once (recorded_at)',
    `INSERT INTO holdfast_run_once_schema (id, version) VALUES (1, ${SCHEMA_VERSION}) ON CONFLICT (id) DO NOTHING`,
  ];
}

/**
 * Makes the tables where they are missing. They become part of the transaction that is open, if one is.
 * @throws IdempotencySchemaVersionError when a newer version of this package made them
 */
export function ensureTables(db: SqliteDatabase): void {
  db.exec(createStatements('sqlite').join(';'));
  const found = Number(readScalar(db, 'SELECT version FROM holdfast_run_once_schema'));
  if (found > SCHEMA_VERSION) throw new IdempotencySchemaVersionError(found, SCHEMA_VERSION);
}

/** Whether the error says that our tables are gone: the caller rolled back the transaction that had made them. */
export function isMissingTable(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('no such table: holdfast_run_once');
}
