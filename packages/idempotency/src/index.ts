export {
  AsyncFunctionError,
  IdempotencyError,
  IdempotencyOptionError,
  IdempotencyStoreError,
  NotDurableError,
  SchemaVersionError,
  TransactionEndedError,
} from './errors.ts';
export { type PurgeOptions, RUN_ONCE_DEFAULTS, type RunOnceOptions } from './options.ts';
export { type PurgeResult, purge } from './purge.ts';
export { type RunOnceResult, runOnce } from './run-once.ts';
export type { SqliteDatabase, SqliteStatement, SqliteTx } from './sqlite-database.ts';
