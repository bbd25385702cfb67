import type { BackendFactory } from 'bullmq';
import type { SqliteQueueBackend as PublicBackend } from './backend/public-backend.ts';
import { SqliteQueueBackend } from './backend/sqlite-queue-backend.ts';
import type { BackendOptions } from './backend/worker-options.ts';
import { SharedDatabase } from './database/shared-database.ts';
import {
  type OpenDatabase,
  type ResolvedConnection,
  resolveConnection,
  type SqliteConnectionOptions,
} from './options.ts';

const byFile = new Map<string, SharedDatabase>();
const byDatabase = new WeakMap<OpenDatabase, SharedDatabase>();

/**
 * BullMQ on one SQLite file: `const { Queue, Worker, QueueEvents } = withBackend(createSqliteBackend)`, with
 * `connection: { file }` or `{ db }`. All that is made in one process for one file shares one connection, whose
 * tuning is that of the first.
 * @throws SqliteOptionError, SqliteFileError, SqliteBusyError, SqliteWriteError
 */
export const createSqliteBackend: BackendFactory<PublicBackend, SqliteConnectionOptions> = (
  name,
  options,
  role = {},
) => {
  const connection = resolveConnection(options.connection);
  const backendOptions = options as BackendOptions;
  const backend = new SqliteQueueBackend(shared(connection).acquire(), name, backendOptions, true);
  // Only workers and event readers can be found by `getWorkers` and `getQueueEvents`, as on the other backends.
  if (role.withBlockingConnection === true)
    backend.register(backend.clientName(workerSuffix(backendOptions)));
  return backend;
};

function workerSuffix({ name }: BackendOptions): string {
  return name === undefined || name === '' ? '' : `:w:${name}`;
}

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
