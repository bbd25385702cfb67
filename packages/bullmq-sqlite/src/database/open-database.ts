import Database from 'better-sqlite3';
import { describeSqliteError } from '../errors.ts';
import type { ResolvedConnection } from '../options.ts';
import { ensureSchema } from './schema.ts';

/** Pages kept in memory, in KiB, written negative as SQLite wants it. */
const CACHE_KIB = 16_384;

/** The write-ahead log is cut to this size when it has been taken over into the database. */
const LOG_LIMIT_BYTES = 67_108_864;

/**
 * Opens the database, or takes the caller's, and makes it ready.
 * @throws SqliteFileError, SqliteBusyError or SqliteWriteError when it cannot serve
 */
export function openDatabase(connection: ResolvedConnection): Database.Database {
  const { file, busyTimeoutMs } = connection;
  // What the caller brought is known to be of better-sqlite3: `resolveConnection` has looked.
  let db = connection.db as Database.Database | undefined;
  try {
    db ??= new Database(file, { timeout: busyTimeoutMs });
    configure(db, connection);
    ensureSchema(db, file);
    // From here on a lock is waited for with timers, so that the event loop goes on: see CommitQueue.
    if (connection.db === undefined) db.pragma('busy_timeout = 0');
    return db;
  } catch (error) {
    if (connection.db === undefined) db?.close();
    throw describeSqliteError(error, file, busyTimeoutMs);
  }
}

function configure(db: Database.Database, { durability }: ResolvedConnection): void {
  if (!db.memory) db.pragma('journal_mode = WAL');
  // better-sqlite3 is built to use NORMAL in WAL mode, under which a power cut may undo the last commits.
  db.pragma(`synchronous = ${durability === 'power-loss' ? 'FULL' : 'NORMAL'}`);
  // What a burst has made of the log is given back at the next checkpoint.
  db.pragma(`journal_size_limit = ${LOG_LIMIT_BYTES}`);
  db.pragma(`cache_size = -${CACHE_KIB}`);
}
