/** The part of a `pg` result that is read here. */
export interface PgResult {
  readonly rows: readonly unknown[];
  readonly rowCount: number | null;
}

/** The part of a `pg` Pool or Client that is called here. */
export interface PgClient {
  query(text: string, values?: unknown[]): Promise<PgResult>;
}

/** A `pg` client on which the caller has begun a transaction. */
export interface PgTx {
  readonly client: PgClient;
}
