export type { AttemptRecord } from './attempt-history.ts';
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
} from './channels.ts';
export type { LetterDatabase, LetterPgClient, LetterRedisClient } from './dead-letter-queue/clients.ts';
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
export type { RedisAddress, RedisClientLike, SqliteDatabaseLike, SqliteLocation } from './engine-choice.ts';
export {
  BulkActInterruptedError,
  DeadLetterBusyError,
  DeadLetterNotFoundError,
  DeadLetterStoreError,
  DirectProcessingError,
  DiscardFailedError,
  InvalidEventError,
  JobAbortedError,
  MissingPeerError,
  QueueClosedError,
  QueueError,
  QueueOptionError,
  QueueUnavailableError,
  WorkerStartError,
} from './errors.ts';
export type { DeathClass, FailureClass } from './failure-class.ts';
export { jobIdOf } from './job-id.ts';
export type { Redrive } from './job-notes.ts';
export {
  type BackoffOptions,
  DEFAULTS,
  type KeepCompleted,
  type QueueDefaults,
  type WebhookQueueOptions,
} from './options.ts';
export type { ProcessingStats } from './processing-totals.ts';
export { priorityOf, type WebhookEvent, type WebhookJob, type WebhookProcessor } from './webhook-event.ts';
export {
  createWebhookQueue,
  type EnqueueResult,
  type QueueMetrics,
  type WebhookQueue,
} from './webhook-queue.ts';
