import { resolve } from 'node:path';
import type { PostgresLocation, RedisConnection, SqliteLocation } from '@holdfast/queue';
import type { PoolConfig } from 'pg';
import { EventsOptionError } from '../errors.ts';

/** Where a store is. */
export type Place =
  | { readonly engine: 'redis'; readonly connection: RedisConnection }
  | { readonly engine: 'sqlite'; readonly file: string }
  | { readonly engine: 'postgres'; readonly settings: PoolConfig };

/** @throws EventsOptionError */
export function placeOf(
  option: string,
  location: SqliteLocation | PostgresLocation,
): Exclude<Place, { engine: 'redis' }> {
  if (typeof location === 'object' && location !== null) {
    if ('postgres' in location)
      return { engine: 'postgres', settings: settingsOf(option, location.postgres) };
    const file = 'file' in location ? location.file : location.db?.name;
    if (typeof file === 'string' && file !== '' && file !== ':memory:')
      return { engine: 'sqlite', file: resolve(file) };
  }
  throw new EventsOptionError(
    option,
    'must be { file: path }, { db: a better-sqlite3 database on a file } or { postgres: { url } or a pg Pool }.',
  );
}

function settingsOf(option: string, postgres: PostgresLocation['postgres']): PoolConfig {
  if (typeof postgres === 'object' && postgres !== null) {
    if ('connect' in postgres) {
      // node-postgres hides the password of its options from enumeration, so it is named.
      const { password } = postgres.options as { password?: string };
      return { ...postgres.options, ...(password !== undefined && { password }) };
    }
    const { url, ...rest } = postgres;
    if (typeof url === 'string' && /^postgres(ql)?:\/\//.test(url))
      return { ...(rest as PoolConfig), connectionString: url };
    if (url === undefined && rest.host !== undefined) return rest as PoolConfig;
  }
  throw new EventsOptionError(
    option,
    'names no PostgreSQL; give { postgres: { url: "postgresql://…" } }, { postgres: { host, port, … } } or a pg Pool.',
  );
}

/** The same place for a queue, which copies what it is given. */
export function queuePlace(
  place: Place,
  connections: number,
): { connection: RedisConnection } | { backend: SqliteLocation | PostgresLocation } {
  if (place.engine === 'redis') return { connection: place.connection };
  if (place.engine === 'sqlite') return { backend: { file: place.file } };
  const { connectionString, ...rest } = place.settings;
  const settings = { ...rest, max: connections } as Record<string, unknown>;
  if (connectionString !== undefined) settings['url'] = connectionString;
  return { backend: { postgres: settings } } as { backend: PostgresLocation };
}
