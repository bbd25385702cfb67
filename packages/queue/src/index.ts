export type {
  DeadLetterAct,
  DeadLettered,
  EngineName,
  EnqueueOperation,
  EnqueueStatus,
  JobOutcome,
  JobSettled,
  ProcessOperation,
  QueueSnapshot,
  QueueTrouble,
  SpoolSnapshot,
  StoreSafety,
} from './channels.ts';
export type {
  ActOptions,
  DeadLetter,
  DeadLetterPage,
  DeadLetterSummary,
  DeadLetters,
} from './dead-letters.ts';
export type { RedisConnection, SqliteDatabaseLike, SqliteLocation } from './engines/engine-choice.ts';
export type { PostgresAddress, PostgresLocation, PostgresPoolLike } from './engines/postgres-location.ts';
export type {
  RedisAddress,
  RedisClientLike,
  RedisClusterNodes,
  RedisNode,
  RedisSentinels,
} from './engines/redis-location.ts';
export {
  DeadLetterNotFoundError,
  DirectProcessingError,
  DiscardFailedError,
  EvictionPolicyError,
  InvalidEventError,
  InvalidJobError,
  JobAbortedError,
  JobDeferredError,
  JobTimeoutError,
  MissingPeerError,
  QueueClosedError,
  QueueError,
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
  DEFAULTS,
  type KeepCompleted,
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
