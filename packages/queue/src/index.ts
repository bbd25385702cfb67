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
export type {
  RedisAddress,
  RedisClientLike,
  SqliteDatabaseLike,
  SqliteLocation,
} from './engines/engine-choice.ts';
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
export type { AttemptRecord } from './failures/attempt-history.ts';
export type { DeathClass, FailureClass } from './failures/failure-class.ts';
export { jobIdOf } from './job/job-id.ts';
export type { Redrive } from './job/job-notes.ts';
export {
  type BackoffOptions,
  DEFAULTS,
  type KeepCompleted,
  type QueueDefaults,
  type WebhookQueueOptions,
} from './options.ts';
export {
  priorityOf,
  type WebhookEvent,
  type WebhookJob,
  type WebhookProcessor,
} from './webhook/webhook-event.ts';
export {
  createWebhookQueue,
  type EnqueueResult,
  type QueueMetrics,
  type WebhookQueue,
} from './webhook/webhook-queue.ts';
export type { ProcessingStats } from './worker/processing-totals.ts';
