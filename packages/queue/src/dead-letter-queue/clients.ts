/** What the stores call of the clients that an application gives them. */

/** The part of a better-sqlite3 statement that is called here. */
export interface LetterStatement {
  run(...values: unknown[]): { changes: number };
  get(...values: unknown[]): unknown;
  all(...values: unknown[]): unknown[];
}

/** The part of a better-sqlite3 database that is called here. */
export interface LetterDatabase {
  prepare(source: string): LetterStatement;
  exec(source: string): unknown;
}

/** The part of an ioredis `Redis` or `Cluster` that is called here. */
export interface LetterRedisClient {
  call(command: string, ...args: (string | number)[]): Promise<unknown>;
  /** A Cluster's. */
  nodes?(role: 'master'): LetterRedisClient[];
}

/** The part of a `pg` Pool or Client that is called here. */
export interface LetterPgClient {
  query(text: string, values?: unknown[]): Promise<{ rows: readonly unknown[]; rowCount: number | null }>;
}
