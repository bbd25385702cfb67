import { checkDurable } from '../transaction/durability.ts';
import type { SqliteDatabase, SqliteStatement } from '../transaction/sqlite-database.ts';
import { ensureTables, isMissingTable } from './schema.ts';

/** What is kept for each connection, so that nothing is prepared or checked twice. */
export interface Connection {
  /** Writes the record. @returns false when it was there already */
  record(scope: string, eventId: string, recordedAt: number): boolean;
  /** Removes records. @returns how many */
  removeOlder(recordedBefore: number, scope: string | null, limit: number): number;
  readonly begin: SqliteStatement;
  readonly commit: SqliteStatement;
  readonly rollback: SqliteStatement;
  readonly savepoint: SqliteStatement;
  readonly release: SqliteStatement;
  readonly rollbackToSavepoint: SqliteStatement;
  /** Checked once, when first asked for: a later change of the pragma is not seen. */
  requireDurable(): void;
}

const INSERT =
  'INSERT INTO holdfast_run_once (scope, event_id, recorded_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING';
const DELETE = `
  DELETE FROM holdfast_run_once WHERE (scope, event_id) IN (
    SELECT scope, event_id FROM holdfast_run_once
    WHERE recorded_at <= ? AND (? IS NULL OR scope = ?)
    ORDER BY recorded_at LIMIT ?
  )`;

const connections = new WeakMap<SqliteDatabase, Connection>();

export function connectionOf(db: SqliteDatabase): Connection {
  let connection = connections.get(db);
  if (connection === undefined) {
    connection = open(db);
    connections.set(db, connection);
  }
  return connection;
}

function open(db: SqliteDatabase): Connection {
  const insert = onOwnTables(db, INSERT);
  const remove = onOwnTables(db, DELETE);
  let durable = false;
  return {
    record: (scope, eventId, recordedAt) => insert(scope, eventId, recordedAt) > 0,
    removeOlder: (recordedBefore, scope, limit) => remove(recordedBefore, scope, scope, limit),
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),
    savepoint: db.prepare('SAVEPOINT holdfast_run_once'),
    release: db.prepare('RELEASE holdfast_run_once'),
    rollbackToSavepoint: db.prepare('ROLLBACK TO holdfast_run_once'),
    requireDurable() {
      if (durable) return;
      checkDurable(db);
      durable = true;
    },
  };
}

/**
 * Prepares at first use, when the tables have been made. Made inside the caller's transaction they vanish with its
 * rollback, so they are made again whenever they are found missing.
 */
function onOwnTables(db: SqliteDatabase, sql: string): (...parameters: unknown[]) => number {
  let statement: SqliteStatement | undefined;
  const prepare = () => {
    ensureTables(db);
    statement = db.prepare(sql);
    return statement;
  };
  return (...parameters) => {
    try {
      return (statement ?? prepare()).run(...parameters).changes;
    } catch (error) {
      if (!isMissingTable(error)) throw error;
      return prepare().run(...parameters).changes;
    }
  };
}
