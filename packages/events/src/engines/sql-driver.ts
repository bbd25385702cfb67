/** A database by the little that the log and the outbox ask of it: single statements with `$1`, `$2` … */
export interface SqlDriver {
  readonly dialect: 'sqlite' | 'postgres';
  /** Runs one statement that only reads. */
  read(sql: string, values?: readonly SqlValue[]): Promise<readonly SqlRow[]>;
  /** Runs statements in one transaction, in this order. @returns the rows of each */
  write(...statements: readonly SqlStatement[]): Promise<readonly (readonly SqlRow[])[]>;
  /**
   * The same for what a loss of power may undo, together with whatever was written after it: the commit does not wait
   * for the disk. The next `write` brings it there, too.
   */
  writeUnsynced(...statements: readonly SqlStatement[]): Promise<readonly (readonly SqlRow[])[]>;
  /**
   * Calls when something may have been committed by another connection.
   * @returns a function that ends it
   */
  watch(onChange: () => void): () => void;
  close(): Promise<void>;
}

export type SqlValue = string | number | null | readonly (string | null)[];
export type SqlRow = Readonly<Record<string, unknown>>;
export type SqlStatement = readonly [sql: string, values?: readonly SqlValue[]];

/** Arbitrary, and the same in every process: two that make the tables at once wait for each other. */
const SCHEMA_LOCK = 7_046_383;

export function schemaLock({ dialect }: Pick<SqlDriver, 'dialect'>): readonly SqlStatement[] {
  return dialect === 'postgres' ? [[`SELECT pg_advisory_xact_lock(${SCHEMA_LOCK})`]] : [];
}

/** Epoch ms by the database's own clock, so that processes with different clocks agree on a lease. */
export function nowOf(dialect: SqlDriver['dialect']): string {
  return dialect === 'postgres'
    ? '(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint'
    : "CAST(unixepoch('subsec') * 1000 AS INTEGER)";
}
