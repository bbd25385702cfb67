/** The backend as BullMQ knows it: what `queue.getBackend()` gives. */
export type { IQueueBackend as SqliteQueueBackend } from 'bullmq';
export { createSqliteBackend } from './create-sqlite-backend.ts';
export {
  NotSupportedYetError,
  SqliteBackendError,
  SqliteBusyError,
  SqliteFileError,
  SqliteOptionError,
  SqliteWriteError,
} from './errors.ts';
export {
  DEFAULTS,
  type Durability,
  type OpenDatabase,
  type SqliteConnectionOptions,
  type SqliteTuning,
} from './options.ts';
