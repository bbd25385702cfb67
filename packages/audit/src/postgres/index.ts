export { createAuditLog, type PostgresAuditLog, type PostgresAuditLogOptions } from './audit-log.ts';
export { captureTriggersFor, type PostgresCaptureOptions } from './capture.ts';
export type { PgClient, PgResult, PgTx } from './client.ts';
export { migrationFor } from './migration.ts';
export type { PostgresTableOptions } from './names.ts';
