import { mkdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { SqliteFileError, SqliteOptionError } from './errors.ts';

/** What a commit survives: loss of power (`synchronous=FULL`), or only the end of the process (`NORMAL`). */
export type Durability = 'power-loss' | 'process';

/** How a connection writes and waits. */
export interface SqliteTuning {
  /** @default 'power-loss' */
  durability?: Durability;
  /** How long a write waits for another process's lock before SqliteBusyError, 0 to 600000 ms. @default 5000 */
  busyTimeoutMs?: number;
  /** The safety net under the file watcher: how often a waiting worker looks, 5 to 60000 ms. @default 500 */
  pollIntervalMs?: number;
}

/** An open better-sqlite3 `Database`, by what is asked of it first; so users need no types of that package. */
export interface OpenDatabase {
  readonly open: boolean;
  readonly memory: boolean;
  readonly name: string;
  readonly inTransaction: boolean;
  prepare(source: string): unknown;
  exec(source: string): unknown;
  pragma(source: string, options?: { simple?: boolean }): unknown;
}

/** The `connection` option of Queue, Worker and QueueEvents: a file, or a better-sqlite3 database that is open. */
export type SqliteConnectionOptions =
  | (SqliteTuning & {
      /** Path of the database; file and folder are made when missing. */
      file: string;
    })
  | (SqliteTuning & {
      /** An open connection, which stays the caller's to close. */
      db: OpenDatabase;
    });

/** Every default of a connection. Durations in ms. */
export const SQLITE_BACKEND_DEFAULTS: Readonly<Required<SqliteTuning>> = Object.freeze({
  durability: 'power-loss',
  busyTimeoutMs: 5000,
  pollIntervalMs: 500,
});

export interface ResolvedConnection extends Required<SqliteTuning> {
  /** Absolute path, links resolved; '' for a database in memory. */
  readonly file: string;
  readonly db: OpenDatabase | undefined;
}

/** @throws SqliteOptionError naming the option, its value and what it must be */
export function resolveConnection(connection: SqliteConnectionOptions): ResolvedConnection {
  if (typeof connection !== 'object' || connection === null) {
    throw new SqliteOptionError(
      'connection',
      'connection must be { file: path } or { db: open better-sqlite3 database }.',
    );
  }
  return { ...resolveSource(connection), ...resolveTuning(connection) };
}

function resolveSource(connection: object): { file: string; db: OpenDatabase | undefined } {
  const { file, db } = connection as { file?: unknown; db?: unknown };
  if ((file === undefined) === (db === undefined)) {
    throw new SqliteOptionError('connection', 'connection needs either file or db, and not both.');
  }
  if (db !== undefined) {
    if (!isDatabase(db))
      throw new SqliteOptionError('connection.db', 'connection.db must be an open better-sqlite3 database.');
    return { file: db.memory ? '' : canonicalPath(db.name), db };
  }
  if (typeof file !== 'string' || file === '' || file.startsWith(':memory:')) {
    throw new SqliteOptionError(
      'connection.file',
      `connection.file is ${JSON.stringify(file)}; it must be a path. For a database in memory pass { db: new Database(':memory:') }.`,
    );
  }
  return { file: canonicalPath(file), db: undefined };
}

function resolveTuning(connection: SqliteTuning): Required<SqliteTuning> {
  const { durability = SQLITE_BACKEND_DEFAULTS.durability } = connection;
  if (durability !== 'power-loss' && durability !== 'process') {
    throw new SqliteOptionError(
      'connection.durability',
      `connection.durability is ${JSON.stringify(durability)}; it must be 'power-loss' or 'process'.`,
    );
  }
  return {
    durability,
    busyTimeoutMs: inRange(
      'busyTimeoutMs',
      connection.busyTimeoutMs ?? SQLITE_BACKEND_DEFAULTS.busyTimeoutMs,
      0,
      600_000,
    ),
    pollIntervalMs: inRange(
      'pollIntervalMs',
      connection.pollIntervalMs ?? SQLITE_BACKEND_DEFAULTS.pollIntervalMs,
      5,
      60_000,
    ),
  };
}

function inRange(name: string, value: number, least: number, most: number): number {
  if (typeof value !== 'number' || !(value >= least && value <= most)) {
    throw new SqliteOptionError(
      `connection.${name}`,
      `connection.${name} is ${value}; it must be ${least} to ${most} milliseconds.`,
    );
  }
  return value;
}

function isDatabase(db: unknown): db is OpenDatabase {
  return typeof db === 'object' && db !== null && 'prepare' in db && 'open' in db && db.open === true;
}

/** One name for one file, whichever way it is reached, so that a process opens it once. */
function canonicalPath(file: string): string {
  const path = resolve(file);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return join(realpathSync(dirname(path)), basename(path));
  } catch (cause) {
    throw new SqliteFileError(path, 'cannot be opened: its folder cannot be made. Check the path.', cause);
  }
}
