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
  SQLITE_BACKEND_DEFAULTS,
  type Durability,
  type OpenDatabase,
  type SqliteConnectionOptions,
  type SqliteTuning,
} from './options.ts';
