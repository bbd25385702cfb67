/** The part of a better-sqlite3 `Statement` that is called here. */
export interface SqliteStatement {
  run(...parameters: unknown[]): { changes: number };
  get(...parameters: unknown[]): unknown;
}

/** The part of a better-sqlite3 `Database` that is called here; a wrapper around one will do. */
export interface SqliteDatabase {
  /** Whether a transaction is open on this connection. */
  readonly inTransaction: boolean;
  prepare(sql: string): SqliteStatement;
  exec(sql: string): unknown;
}

/** Where the record is written: inside the transaction that is open on `db`, or in one of its own. */
export interface SqliteTx {
  readonly db: SqliteDatabase;
}

/** The value of the only column of the first row, as pragmas answer. */
export function readScalar(db: SqliteDatabase, sql: string): unknown {
  return scalarOf(db.prepare(sql));
}

/** The same of a statement that is kept. */
export function scalarOf(statement: SqliteStatement): unknown {
  const row = statement.get();
  return typeof row === 'object' && row !== null ? Object.values(row)[0] : undefined;
}
