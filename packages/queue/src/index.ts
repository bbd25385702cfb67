export type {
  DeadLetterAct,
  DeadLettered,
  EngineName,
  EnqueueOperation,
  EnqueueStatus,
  JobOutcome,
  JobSettled,
  JobState,
  ProcessOperation,
  QueueSnapshot,
  QueueTrouble,
  SpoolSnapshot,
  StoreSafety,
} from './channels.ts';
export type {
  LetterDatabase,
  LetterPgClient,
  LetterRedisClient,
  LetterStatement,
} from './dead-letter-queue/clients.ts';
export {
  type DeadLetterOrigin,
  DeadLetterQueue,
  type LetterActOptions,
  type LetterListOptions,
} from './dead-letter-queue/dead-letter-queue.ts';
export {
  DEAD_LETTER_QUEUE_DEFAULTS,
  type DeadLetterQueueDefaults,
  type DeadLetterQueueOptions,
} from './dead-letter-queue/options.ts';
export type { DeadLetterRecord, RecordedError, RetryRecord } from './dead-letter-queue/record.ts';
export type { BulkOptions, BulkProgress, BulkResult } from './dead-letters/bulk.ts';
export type { BulkRun } from './dead-letters/bulk-runs.ts';
export type { DeadLetter, DeadLetterSummary } from './dead-letters/dead-letter.ts';
export type { ActFilter, RecordedAct } from './dead-letters/dead-letter-acts.ts';
export type { ActOptions, DeadLetters, ExpiryOptions } from './dead-letters/dead-letters.ts';
export type { ExpiryResult } from './dead-letters/expiry.ts';
export type { DeadLetterFilter } from './dead-letters/filter.ts';
export type { DeadLetterGroup, DeadLetterGroups } from './dead-letters/groups.ts';
export type { DeadLetterPage, DeadLetterPageRequest } from './dead-letters/page.ts';
export type {
  EngineOptions,
  RedisConnection,
  SqliteDatabaseLike,
  SqliteLocation,
} from './engines/engine-choice.ts';
export type { PostgresAddress, PostgresLocation, PostgresPoolLike } from './engines/postgres-location.ts';
export type {
  RedisAddress,
  RedisClientLike,
  RedisClusterNodes,
  RedisNode,
  RedisSentinels,
} from './engines/redis-location.ts';
export {
  BulkActInterruptedError,
  DeadLetterBusyError,
  DeadLetterNotFoundError,
  DeadLetterStoreError,
  DirectProcessingError,
  DirectProcessingUnfinishedError,
  DiscardFailedError,
  EvictionPolicyError,
  InvalidJobError,
  InvalidWebhookEventError,
  JobAbortedError,
  JobDeferredError,
  JobTimeoutError,
  QueueClosedError,
  QueueError,
  QueueMissingPeerError,
  QueueOptionError,
  QueueUnavailableError,
  SpoolFullError,
  SpoolRefusedError,
  SpoolWriteError,
  WorkerStartError,
} from './errors.ts';
export type { AttemptRecord } from './failures/attempt-history.ts';
export type { DeathClass, FailureClass } from './failures/failure-class.ts';
export { jobIdOf } from './job/job-id.ts';
export type { Redrive } from './job/job-notes.ts';
export {
  type BackoffOptions,
  type KeepCompleted,
  QUEUE_DEFAULTS,
  type QueueDefaults,
  type QueueOptions,
  type WhenUnavailable,
} from './options.ts';
export {
  type AddOptions,
  createJobQueue,
  type EnqueueResult,
  type JobProcessor,
  type JobQueue,
  type JobQueueOptions,
  type QueueControl,
  type QueueMetrics,
} from './queue/job-queue.ts';
export type { SchemaIssue, SchemaResult, StandardSchema } from './queue/standard-schema.ts';
export { SPOOL_DEFAULTS, type SpoolOptions } from './spool/spool-options.ts';
export {
  priorityOf,
  type WebhookEvent,
  type WebhookJob,
  type WebhookProcessor,
} from './webhook/webhook-event.ts';
export { createWebhookQueue, type WebhookQueue, type WebhookQueueOptions } from './webhook/webhook-queue.ts';
export type { QueueJob } from './worker/attempt.ts';
export type { Circuit } from './worker/circuit.ts';
export type { ProcessingStats } from './worker/processing-totals.ts';
