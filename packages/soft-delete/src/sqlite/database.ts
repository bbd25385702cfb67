/** The part of a better-sqlite3 `Statement` that is called here. */
export interface SqliteStatement {
  run(...parameters: unknown[]): { changes: number };
  get(...parameters: unknown[]): unknown;
  all(...parameters: unknown[]): unknown[];
}

/** The part of a better-sqlite3 `Database` that is called here; a wrapper around one will do. */
export interface SqliteDatabase {
  /** Whether a transaction is open on this connection. */
  readonly inTransaction: boolean;
  prepare(sql: string): SqliteStatement;
  exec(sql: string): unknown;
}

/** Work in a transaction of its own, or in a savepoint of the one that is open: what throws changes nothing. */
export function atomically<T>(db: SqliteDatabase, work: () => T): T {
  const nested = db.inTransaction;
  db.exec(nested ? 'SAVEPOINT holdfast_soft_delete' : 'BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec(nested ? 'RELEASE holdfast_soft_delete' : 'COMMIT');
    return result;
  } catch (error) {
    // Some failures of SQLite end the whole transaction; then there is nothing left to undo.
    if (db.inTransaction) {
      db.exec(nested ? 'ROLLBACK TO holdfast_soft_delete; RELEASE holdfast_soft_delete' : 'ROLLBACK');
    }
    throw error;
  }
}
