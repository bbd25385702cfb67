/** The part of a better-sqlite3 `Statement` that is called here. */
export interface SqliteStatement {
  run(...parameters: unknown[]): { changes: number };
  all(...parameters: unknown[]): unknown[];
}

/** The part of a better-sqlite3 `Database` that is called here; a wrapper around one will do. */
export interface SqliteDatabase {
  /** Whether a transaction is open on this connection. */
  readonly inTransaction: boolean;
  prepare(sql: string): SqliteStatement;
  exec(sql: string): unknown;
}

/** Where the change is written: inside the transaction that is open on `db`, or in one of its own. */
export interface SqliteTx {
  readonly db: SqliteDatabase;
}
