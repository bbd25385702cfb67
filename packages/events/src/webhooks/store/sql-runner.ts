export type SqlValue = string | number | null;
export type SqlRow = Readonly<Record<string, unknown>>;

export interface SqlStatement {
  /** With `?` for each value. */
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** A SQL database, by what the webhook store asks of it; the statements are ones that SQLite and PostgreSQL share. */
export interface SqlRunner {
  /** What the engine calls a whole number of 64 bits. */
  readonly integer: 'INTEGER' | 'BIGINT';
  read(statement: SqlStatement): Promise<readonly SqlRow[]>;
  /** Commits all of them or none; how many rows each changed. */
  write(statements: readonly SqlStatement[]): Promise<readonly number[]>;
  close(): Promise<void>;
}
