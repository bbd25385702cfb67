export type { SqliteQueueBackend } from './backend/public-backend.ts';
export { createSqliteBackend } from './create-sqlite-backend.ts';
export {
  NotSupportedYetError,
  SqliteBackendError,
  SqliteBusyError,
  SqliteFileError,
  SqliteJobError,
  SqliteOptionError,
  SqliteWriteError,
} from './errors.ts';
export type { AddedJob } from './jobs/add-job.ts';
export {
  type Durability,
  type OpenDatabase,
  SQLITE_BACKEND_DEFAULTS,
  type SqliteConnectionOptions,
  type SqliteTuning,
} from './options.ts';
