export type { IdempotencyRequest, IdempotencyRequestOutcome } from './channels.ts';
export { IDEMPOTENCY_DEFAULTS, type PolicyOptions } from './claim/policy.ts';
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
export {
  type PurgeRunOnceOptions,
  RUN_ONCE_DEFAULTS,
  type RunOnceOptions,
  type RunOnceResult,
} from './run-once/options.ts';
export { purgeRunOnce } from './run-once/purge-run-once.ts';
export { runOnce } from './run-once/run-once.ts';
export { MemoryIdempotencyStore, type MemoryIdempotencyStoreOptions } from './stores/memory.ts';
export { PostgresIdempotencyStore, type PostgresIdempotencyStoreOptions } from './stores/postgres.ts';
export { type PurgeExpiredOptions, purgeExpired } from './stores/purge-expired.ts';
export {
  type RedisClient,
  RedisIdempotencyStore,
  type RedisIdempotencyStoreOptions,
} from './stores/redis.ts';
export { SqliteIdempotencyStore, type SqliteIdempotencyStoreOptions } from './stores/sqlite.ts';
export type {
  ClaimOutcome,
  ClaimRequest,
  CompleteOutcome,
  IdempotencyStore,
  Lease,
  PurgeResult,
  StorePurgeOptions,
  Tx,
} from './stores/store.ts';
export type { PgClient, PgResult, PgTx } from './transaction/pg-client.ts';
export type { PrismaTransactionClient, PrismaTx } from './transaction/prisma-client.ts';
export type { AsyncTx } from './transaction/sql-tx.ts';
export type { SqliteDatabase, SqliteStatement, SqliteTx } from './transaction/sqlite-database.ts';
