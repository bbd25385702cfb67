/** What is used of a client of `pg`, by shape: any version from 8 on, and whatever behaves like it. */
export interface PgClientLike {
  query: (...args: never[]) => unknown;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly database?: string | undefined;
}

/** A pool of `pg`: it tells of each client that it hands out. */
export interface PgPoolLike {
  connect: (...args: never[]) => unknown;
  on: (event: 'acquire', listener: (client: never) => void) => unknown;
  readonly totalCount: number;
}

/** What a caller gives to `query()` in place of a text. */
export interface PgQueryConfig {
  readonly text?: unknown;
  readonly name?: unknown;
  readonly callback?: unknown;
}

/** A cursor, a stream or a `Query`: it is told what the server says, and says the SQL text itself. */
export interface PgSubmittable extends PgQueryConfig {
  submit(connection: unknown): unknown;
  readonly cursor?: { readonly text?: unknown } | undefined;
  callback?: unknown;
  handleError?: ((error: unknown, connection: unknown) => unknown) | undefined;
  handleReadyForQuery?: ((connection: unknown) => unknown) | undefined;
}

export function isPool(subject: PgClientLike | PgPoolLike): subject is PgPoolLike {
  return 'totalCount' in subject;
}

export function isSubmittable(query: unknown): query is PgSubmittable {
  return typeof (query as PgSubmittable | undefined)?.submit === 'function';
}
