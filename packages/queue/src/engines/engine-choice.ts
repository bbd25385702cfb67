import { join } from 'node:path';
import { QueueOptionError } from '../errors.ts';
import { checkedPostgres, type PostgresChoice, type PostgresLocation } from './postgres-location.ts';
import {
  checkedConnection,
  type RedisAddress,
  type RedisClientLike,
  type RedisClusterNodes,
  type RedisSentinels,
} from './redis-location.ts';

/** A better-sqlite3 database that is open, by what shows that it is one. */
export interface SqliteDatabaseLike {
  readonly name: string;
  readonly open: boolean;
  prepare(source: string): unknown;
}

/** SQLite: the path of a file, or an open better-sqlite3 database. */
export type SqliteLocation = { file: string } | { db: SqliteDatabaseLike };

/** Redis: one server, Sentinels, a Cluster, or an ioredis client of either. */
export type RedisConnection = RedisAddress | RedisSentinels | RedisClusterNodes | RedisClientLike;

/** Which engine a queue runs on. */
export interface EngineOptions {
  /** Redis: one server, Sentinel, Cluster, or an ioredis client of either, which is copied. */
  connection?: RedisConnection;
  /**
   * SQLite, or PostgreSQL with `{ postgres }`. Default, where no `connection` is given either: SQLite, `queue.db` in
   * `HOLDFAST_DATA_DIR` or `./.holdfast`.
   */
  backend?: SqliteLocation | PostgresLocation;
}

export type EngineChoice =
  | { readonly engine: 'redis'; readonly connection: RedisConnection }
  | { readonly engine: 'sqlite'; readonly location: SqliteLocation }
  | { readonly engine: 'postgres'; readonly location: PostgresChoice };

/** @throws QueueOptionError */
export function chooseEngine({ connection, backend }: EngineOptions): EngineChoice {
  if (connection !== undefined && backend !== undefined) {
    throw new QueueOptionError('connection', 'and backend are both given; give one of them.');
  }
  if (connection !== undefined) return { engine: 'redis', connection: checkedConnection(connection) };
  if (backend === undefined) return { engine: 'sqlite', location: { file: join(dataFolder(), 'queue.db') } };
  if (typeof backend === 'object' && backend !== null && 'postgres' in backend) {
    return { engine: 'postgres', location: checkedPostgres(backend.postgres) };
  }
  return { engine: 'sqlite', location: checkedLocation(backend) };
}

/** Where everything lies that was given no place of its own. */
export function dataFolder(): string {
  return process.env['HOLDFAST_DATA_DIR'] ?? '.holdfast';
}

function checkedLocation(backend: SqliteLocation): SqliteLocation {
  if (typeof backend === 'object' && backend !== null) {
    if ('db' in backend && typeof backend.db?.prepare === 'function') return { db: backend.db };
    if ('file' in backend && typeof backend.file === 'string' && backend.file !== '')
      return { file: backend.file };
  }
  throw new QueueOptionError(
    'backend',
    'must be { file: path }, { db: an open better-sqlite3 database } or { postgres: { url } or a pg Pool }.',
  );
}
