export type { IdempotencyRequest, IdempotencyRequestOutcome } from './channels.ts';
export {
  AsyncFunctionError,
  BodyNotReadError,
  IdempotencyError,
  IdempotencyMissingPeerError,
  IdempotencyOptionError,
  IdempotencySchemaVersionError,
  IdempotencyStoreError,
  InFlightError,
  InputTooLargeError,
  KeyConflictError,
  LeaseLostError,
  NotDurableError,
  NotReplayableError,
  OutcomeUnknownError,
  StoreFullError,
  StoreUnavailableError,
  TransactionEndedError,
  UncanonicalInputError,
} from './errors.ts';
export { type IdempotentOptions, type IdempotentRun, idempotent, type Reconciled } from './idempotent.ts';
export { type PurgeRunOnceOptions, RUN_ONCE_DEFAULTS, type RunOnceOptions } from './options.ts';
export type { PgClient, PgResult, PgTx } from './pg-client.ts';
export { IDEMPOTENCY_DEFAULTS, type PolicyOptions } from './policy.ts';
export type { PrismaTransactionClient, PrismaTx } from './prisma-client.ts';
export { purgeRunOnce } from './purge.ts';
export { type PurgeExpiredOptions, purgeExpired } from './purge-expired.ts';
export { type RunOnceResult, runOnce } from './run-once.ts';
export type { AsyncTx } from './sql-tx.ts';
export type { SqliteDatabase, SqliteStatement, SqliteTx } from './sqlite-database.ts';
export type {
  ClaimOutcome,
  ClaimRequest,
  CompleteOutcome,
  IdempotencyStore,
  Lease,
  StorePurgeOptions,
  PurgeResult,
  Tx,
} from './store.ts';
export { MemoryIdempotencyStore, type MemoryIdempotencyStoreOptions } from './stores/memory.ts';
export { PostgresIdempotencyStore, type PostgresIdempotencyStoreOptions } from './stores/postgres.ts';
export {
  type RedisClient,
  RedisIdempotencyStore,
  type RedisIdempotencyStoreOptions,
} from './stores/redis.ts';
export { SqliteIdempotencyStore, type SqliteIdempotencyStoreOptions } from './stores/sqlite.ts';
