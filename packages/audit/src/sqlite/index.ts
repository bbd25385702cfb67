export {
  createAuditLog,
  type SqliteAuditLog,
  type SqliteAuditLogOptions,
} from './audit-log.ts';
export { captureTriggersFor, type SqliteCaptureOptions } from './capture.ts';
export type { SqliteDatabase, SqliteStatement, SqliteTx } from './database.ts';
export { migrationFor } from './migration.ts';
