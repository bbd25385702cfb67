import { join } from 'node:path';
import { QueueOptionError } from '../errors.ts';

/** An ioredis client, by what is used of it: it is copied, never used itself, and stays yours to close. */
export interface RedisClientLike {
  duplicate(override?: object): unknown;
  readonly options: object;
  readonly status: string;
}

/** Where Redis is; further fields of ioredis' own options are passed on. */
export interface RedisAddress {
  /** `redis://` or `rediss://`, wins over `host` and `port`. */
  url?: string;
  host?: string;
  port?: number;
  username?: string;
  password?: string;
  db?: number;
  tls?: object;
}

/** A better-sqlite3 database that is open, by what shows that it is one. */
export interface SqliteDatabaseLike {
  readonly name: string;
  readonly open: boolean;
  prepare(source: string): unknown;
}

export type SqliteLocation = { file: string } | { db: SqliteDatabaseLike };

/** Which engine a queue runs on. */
export interface EngineOptions {
  /** Redis. */
  connection?: RedisAddress | RedisClientLike;
  /** SQLite. Default, where no `connection` is given either: `queue.db` in `HOLDFAST_DATA_DIR` or `./.holdfast`. */
  backend?: SqliteLocation;
}

export type EngineChoice =
  | { readonly engine: 'redis'; readonly connection: RedisAddress | RedisClientLike }
  | { readonly engine: 'sqlite'; readonly location: SqliteLocation };

/** @throws QueueOptionError */
export function chooseEngine({ connection, backend }: EngineOptions): EngineChoice {
  if (connection !== undefined && backend !== undefined) {
    throw new QueueOptionError('connection', 'and backend are both given; give one of them.');
  }
  if (connection !== undefined) return { engine: 'redis', connection: checkedConnection(connection) };
  return { engine: 'sqlite', location: backend === undefined ? defaultLocation() : checkedLocation(backend) };
}

export function isRedisClient(connection: RedisAddress | RedisClientLike): connection is RedisClientLike {
  return 'duplicate' in connection && typeof connection.duplicate === 'function';
}

function checkedConnection(connection: RedisAddress | RedisClientLike): RedisAddress | RedisClientLike {
  if (typeof connection !== 'object' || connection === null) {
    throw new QueueOptionError('connection', 'must be { url }, { host, port } or an ioredis client.');
  }
  if (isRedisClient(connection)) return connection;
  const { url, host, port } = connection;
  if (url === undefined && host === undefined && port === undefined) {
    throw new QueueOptionError(
      'connection',
      'names no server; give { url }, { host, port } or an ioredis client.',
    );
  }
  if (url !== undefined && !/^rediss?:\/\//.test(url)) {
    throw new QueueOptionError('connection.url', 'must begin with redis:// or rediss://.');
  }
  return connection;
}

function checkedLocation(backend: SqliteLocation): SqliteLocation {
  if (typeof backend === 'object' && backend !== null) {
    if ('db' in backend && typeof backend.db?.prepare === 'function') return { db: backend.db };
    if ('file' in backend && typeof backend.file === 'string' && backend.file !== '')
      return { file: backend.file };
  }
  throw new QueueOptionError('backend', 'must be { file: path } or { db: an open better-sqlite3 database }.');
}

function defaultLocation(): SqliteLocation {
  return { file: join(process.env['HOLDFAST_DATA_DIR'] ?? '.holdfast', 'queue.db') };
}
