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
export type {
  ActOptions,
  DeadLetter,
  DeadLetterPage,
  DeadLetterSummary,
  DeadLetters,
} from './dead-letters.ts';
export type { RedisAddress, RedisClientLike, SqliteDatabaseLike, SqliteLocation } from './engine-choice.ts';
export {
  DeadLetterNotFoundError,
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
