import type { BackendFactory, IQueueBackend } from 'bullmq';
import {
  type OpenDatabase,
  type ResolvedConnection,
  resolveConnection,
  type SqliteConnectionOptions,
} from './options.ts';
import { SharedDatabase } from './shared-database.ts';
import { SqliteQueueBackend } from './sqlite-queue-backend.ts';
import { type BackendOptions, refuseUnsupportedOptions } from './worker-options.ts';

const byFile = new Map<string, SharedDatabase>();
const byDatabase = new WeakMap<OpenDatabase, SharedDatabase>();

/**
 * BullMQ on one SQLite file: `const { Queue, Worker, QueueEvents } = withBackend(createSqliteBackend)`, with
 * `connection: { file }` or `{ db }`. All that is made in one process for one file shares one connection, whose
 * tuning is that of the first.
 * @throws SqliteOptionError, SqliteFileError, SqliteBusyError, SqliteWriteError, NotSupportedYetError
 */
export const createSqliteBackend: BackendFactory<IQueueBackend, SqliteConnectionOptions> = (
  name,
  options,
) => {
  const connection = resolveConnection(options.connection);
  const backendOptions = options as BackendOptions;
  refuseUnsupportedOptions(backendOptions);
  return new SqliteQueueBackend(shared(connection).acquire(), name, backendOptions, true);
};

function shared(connection: ResolvedConnection): SharedDatabase {
  const { db, file } = connection;
  if (db !== undefined) {
    const known = byDatabase.get(db);
    if (known !== undefined) return known;
    const opened = new SharedDatabase(connection, () => void byDatabase.delete(db));
    byDatabase.set(db, opened);
    return opened;
  }
  const known = byFile.get(file);
  if (known !== undefined) return known;
  const opened = new SharedDatabase(connection, () => void byFile.delete(file));
  byFile.set(file, opened);
  return opened;
}
