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
  /**
   * Commits all of them or none; how many rows each changed.
   * @param durability `process`: what was committed survives the end of the process, and a loss of power only once
   * something later was committed; default `power`, it survives that, too
   */
  write(statements: readonly SqlStatement[], durability?: 'power' | 'process'): Promise<readonly number[]>;
  close(): Promise<void>;
}
