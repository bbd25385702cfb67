import { NotDurableError, SchemaVersionError } from './errors.ts';
import { readScalar, type SqliteDatabase } from './sqlite-database.ts';

export const SCHEMA_VERSION = 1;

const CREATE_TABLES = `
  CREATE TABLE IF NOT EXISTS holdfast_run_once_schema (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS holdfast_run_once (
    scope TEXT NOT NULL,
    event_id TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (scope, event_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS holdfast_run_once_by_age ON holdfast_run_once (recorded_at);
  INSERT INTO holdfast_run_once_schema (id, version) VALUES (1, ${SCHEMA_VERSION}) ON CONFLICT (id) DO NOTHING;
`;

/**
 * Makes the tables where they are missing. They become part of the transaction that is open, if one is.
 * @throws SchemaVersionError when a newer version of this package made them
 */
export function ensureTables(db: SqliteDatabase): void {
  db.exec(CREATE_TABLES);
  const found = Number(readScalar(db, 'SELECT version FROM holdfast_run_once_schema'));
  if (found > SCHEMA_VERSION) throw new SchemaVersionError(found, SCHEMA_VERSION);
}

/** Whether the error says that our tables are gone: the caller rolled back the transaction that had made them. */
export function isMissingTable(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('no such table: holdfast_run_once');
}

const FULL = 2;
const SYNCHRONOUS_NAMES = ['OFF', 'NORMAL', 'FULL', 'EXTRA'];
const ATOMIC_JOURNALS = new Set(['wal', 'delete', 'truncate', 'persist']);

/**
 * A queue marks its job as done once the effect is committed. Were that commit undone by a power loss, the job
 * would not come again: what is reported must be on the disk.
 * @throws NotDurableError
 * @see https://www.sqlite.org/pragma.html#pragma_synchronous
 */
export function checkDurable(db: SqliteDatabase): void {
  if (isInMemory(db)) return;
  const journal = String(readScalar(db, 'PRAGMA journal_mode'));
  if (!ATOMIC_JOURNALS.has(journal)) {
    throw new NotDurableError('journal_mode', journal, "db.pragma('journal_mode = WAL')");
  }
  const synchronous = Number(readScalar(db, 'PRAGMA synchronous'));
  if (synchronous < FULL) {
    const name = SYNCHRONOUS_NAMES[synchronous] ?? String(synchronous);
    throw new NotDurableError('synchronous', name, "db.pragma('synchronous = FULL')");
  }
}

function isInMemory(db: SqliteDatabase): boolean {
  const file = readScalar(db, "SELECT file FROM pragma_database_list WHERE name = 'main'");
  return file === '' || file === null;
}
