import { QueueOptionError } from '../errors.ts';

/** Where PostgreSQL is; further fields of node-postgres' own options are passed on. */
export interface PostgresAddress {
  /** `postgres://` or `postgresql://`, wins over `host` and `port`. */
  url?: string;
  host?: string;
  port?: number;
  user?: string;
  password?: string | (() => string | Promise<string>);
  database?: string;
  ssl?: boolean | object;
  /** Connections that the producer may have open. Default 10. */
  max?: number;
}

/** A pool of node-postgres: its settings are copied, it is never used itself, and stays yours to end. */
export interface PostgresPoolLike {
  readonly options: object;
  connect(...args: never[]): unknown;
  end(...args: never[]): unknown;
}

/** PostgreSQL: an address, or a pool of node-postgres. */
export interface PostgresLocation {
  postgres: PostgresAddress | PostgresPoolLike;
}

/** Settings of node-postgres, whatever they were given as. */
export interface PostgresChoice {
  readonly settings: Readonly<Record<string, unknown>>;
}

/** @throws QueueOptionError */
export function checkedPostgres(postgres: PostgresAddress | PostgresPoolLike): PostgresChoice {
  if (typeof postgres !== 'object' || postgres === null) {
    throw new QueueOptionError('backend.postgres', 'must be { url }, { host, port, ... } or a pg Pool.');
  }
  if ('connect' in postgres && typeof postgres.connect === 'function') {
    return { settings: settingsOfPool(postgres) };
  }
  const { url, ...rest } = postgres as PostgresAddress;
  if (url === undefined) {
    if (rest.host !== undefined) return { settings: { ...rest } };
    throw new QueueOptionError(
      'backend.postgres',
      'names no server; give { url }, { host, port, ... } or a pg Pool.',
    );
  }
  if (typeof url !== 'string' || !/^postgres(ql)?:\/\//.test(url)) {
    throw new QueueOptionError('backend.postgres.url', 'must begin with postgres:// or postgresql://.');
  }
  return { settings: { ...rest, connectionString: url } };
}

/** node-postgres hides the password of its options from enumeration, so it is named. */
function settingsOfPool({ options }: PostgresPoolLike): Readonly<Record<string, unknown>> {
  const { password } = options as { password?: unknown };
  return password === undefined ? { ...options } : { ...options, password };
}
