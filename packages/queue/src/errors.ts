import type { FailureClass } from './failures/failure-class.ts';

/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export abstract class QueueError extends Error {
  abstract readonly code: string;
}

/** An option that cannot be used. Thrown at construction. */
export class QueueOptionError extends QueueError {
  override readonly name = 'QueueOptionError';
  readonly code = 'ERR_QUEUE_OPTION';
  readonly option: string;

  constructor(option: string, message: string) {
    super(`${option} ${message}`);
    this.option = option;
  }
}

/** What was given to `enqueue` is not an event. Nothing was enqueued. */
export class InvalidWebhookEventError extends QueueError {
  override readonly name = 'InvalidWebhookEventError';
  readonly code = 'ERR_QUEUE_INVALID_EVENT';
  readonly field: string;

  constructor(field: string, message: string) {
    super(`The event was refused: ${field} ${message}. Nothing was enqueued.`);
    this.field = field;
  }
}

/**
 * The engine did not take the job in time. Where the engine was reached and its answer was lost, the job may have
 * been stored all the same: enqueue the same event again, its id makes the second one a duplicate.
 */
export class QueueUnavailableError extends QueueError {
  override readonly name = 'QueueUnavailableError';
  readonly code = 'ERR_QUEUE_UNAVAILABLE';
  readonly queue: string;
  /** When another try makes sense, in ms from now. */
  readonly retryAfterMs: number;

  constructor(queue: string, what: string, retryAfterMs: number, options?: ErrorOptions) {
    super(
      `The queue ${JSON.stringify(queue)} is unavailable: ${what.replace(/\.$/, '')}. Try again in ${retryAfterMs} ms with the same event id.`,
      options,
    );
    this.queue = queue;
    this.retryAfterMs = retryAfterMs;
  }
}

/** `requireNoEviction` is set and Redis may evict jobs when its memory is full. Nothing was enqueued. */
export class EvictionPolicyError extends QueueError {
  override readonly name = 'EvictionPolicyError';
  readonly code = 'ERR_QUEUE_EVICTION_POLICY';
  /** Undefined where Redis does not tell. */
  readonly policy: string | undefined;

  constructor(queue: string, policy: string | undefined) {
    super(
      `The queue ${JSON.stringify(queue)} requires that Redis evicts nothing, and its maxmemory-policy is ${policy ?? 'not known'}. Set maxmemory-policy to noeviction, or take requireNoEviction away.`,
    );
    this.policy = policy;
  }
}

/** The spool for jobs that the server cannot take is full. Nothing was enqueued. */
export class SpoolFullError extends QueueError {
  override readonly name = 'SpoolFullError';
  readonly code = 'ERR_QUEUE_SPOOL_FULL';
  readonly queue: string;
  /** When another try makes sense, in ms from now. */
  readonly retryAfterMs: number;

  constructor(queue: string, what: string, retryAfterMs: number, options?: ErrorOptions) {
    super(
      `The queue ${JSON.stringify(queue)} is unavailable and its spool is full: ${what}. Bring the server back, or raise the limit. Try again in ${retryAfterMs} ms with the same id.`,
      options,
    );
    this.queue = queue;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The queue is unavailable and its spool could not be written, on a full or broken disk. Nothing is known to be stored. */
export class SpoolWriteError extends QueueError {
  override readonly name = 'SpoolWriteError';
  readonly code = 'ERR_QUEUE_SPOOL_WRITE';
  readonly queue: string;
  /** When another try makes sense, in ms from now. */
  readonly retryAfterMs: number;

  constructor(queue: string, retryAfterMs: number, options: ErrorOptions) {
    super(
      `The queue ${JSON.stringify(queue)} is unavailable and its spool could not be written: see the cause. Look after the disk, and try again with the same id.`,
      options,
    );
    this.queue = queue;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The server refuses a job that was spooled, and takes others. It stays in the spool and is tried again later. */
export class SpoolRefusedError extends QueueError {
  override readonly name = 'SpoolRefusedError';
  readonly code = 'ERR_QUEUE_SPOOL_REFUSED';
  readonly jobId: string;

  constructor(jobId: string, options: ErrorOptions) {
    super(
      `The server refused the spooled job ${JSON.stringify(jobId)} and took others: see the cause. It stays in the spool.`,
      options,
    );
    this.jobId = jobId;
  }
}

/** What was given to `add` is not a job. Nothing was enqueued. */
export class InvalidJobError extends QueueError {
  override readonly name = 'InvalidJobError';
  readonly code = 'ERR_QUEUE_INVALID_JOB';
  readonly field: string;

  constructor(field: string, message: string, options?: ErrorOptions) {
    super(`The job was refused: ${field} ${message}. Nothing was enqueued.`, options);
    this.field = field;
  }
}

/** An attempt took longer than `jobTimeoutMs`. */
export class JobTimeoutError extends QueueError {
  override readonly name = 'JobTimeoutError';
  readonly code = 'ERR_QUEUE_JOB_TIMEOUT';
  readonly failureClass: FailureClass = 'transient';

  constructor(limitMs: number) {
    super(`The attempt took longer than ${limitMs} ms (jobTimeoutMs): stop, the job is tried again.`);
  }
}

/**
 * Thrown by a processor that cannot run a job yet: it is put back for `retryAfterMs` without spending an attempt, as
 * often as it takes. A job that waits for its predecessor does so.
 */
export class JobDeferredError extends QueueError {
  override readonly name = 'JobDeferredError';
  readonly code = 'ERR_QUEUE_JOB_DEFERRED';
  readonly failureClass: FailureClass = 'overload';
  readonly retryAfterMs: number;

  /** @param retryAfterMs 0 to 31536000000, a year; anything else is one second */
  constructor(retryAfterMs: number, options?: ErrorOptions) {
    const delayMs = retryAfterMs >= 0 && retryAfterMs <= 31_536_000_000 ? retryAfterMs : 1000;
    super(`The job cannot run yet and is put back for ${delayMs} ms.`, options);
    this.retryAfterMs = delayMs;
  }
}

/** The queue was unavailable, the event was processed at once instead, and the processor failed. */
export class DirectProcessingError extends QueueError {
  override readonly name = 'DirectProcessingError';
  readonly code = 'ERR_QUEUE_DIRECT_PROCESSING';

  constructor(queue: string, options: ErrorOptions) {
    super(
      `The queue ${JSON.stringify(queue)} is unavailable and processing the event directly failed: see the cause. Let the sender deliver it again.`,
      options,
    );
  }
}

/**
 * The queue was unavailable, the event is being processed at once instead, and the processor was not done when the time
 * of the enqueue was up. It goes on; a failure is told to `onError`.
 */
export class DirectProcessingUnfinishedError extends QueueError {
  override readonly name = 'DirectProcessingUnfinishedError';
  readonly code = 'ERR_QUEUE_DIRECT_UNFINISHED';

  constructor(queue: string, limitMs: number) {
    super(
      `The queue ${JSON.stringify(queue)} is unavailable and the event, processed directly, was not done in the ${Math.round(limitMs)} ms that were left of the enqueue; the processor goes on. Let the sender deliver the event again.`,
    );
  }
}

/** A method was called after `close()`. */
export class QueueClosedError extends QueueError {
  override readonly name = 'QueueClosedError';
  readonly code = 'ERR_QUEUE_CLOSED';

  constructor(queue: string) {
    super(`The queue ${JSON.stringify(queue)} is closed. Create a new one to go on.`);
  }
}

/** `startWorker()` was called without a processor, or a second time. */
export class WorkerStartError extends QueueError {
  override readonly name = 'WorkerStartError';
  readonly code = 'ERR_QUEUE_WORKER_START';
}

/** An optional peer dependency that the chosen engine needs is not installed. */
export class QueueMissingPeerError extends QueueError {
  override readonly name = 'QueueMissingPeerError';
  readonly code = 'ERR_QUEUE_MISSING_PEER';
  readonly peer: string;

  constructor(peer: string, options: ErrorOptions) {
    super(
      `This queue needs the package ${peer}, which could not be loaded: run "npm install ${peer}".`,
      options,
    );
    this.peer = peer;
  }
}

/** No dead letter has this id: it never died, was redriven or was discarded. */
export class DeadLetterNotFoundError extends QueueError {
  override readonly name = 'DeadLetterNotFoundError';
  readonly code = 'ERR_QUEUE_DEAD_LETTER_NOT_FOUND';
  readonly jobId: string;

  constructor(queue: string, jobId: string) {
    super(
      `The queue ${JSON.stringify(queue)} has no dead letter ${JSON.stringify(jobId)}. List them to see the ids there are.`,
    );
    this.jobId = jobId;
  }
}

/** A dead letter could not be removed; it is still there. */
export class DiscardFailedError extends QueueError {
  override readonly name = 'DiscardFailedError';
  readonly code = 'ERR_QUEUE_DISCARD_FAILED';
  readonly jobId: string;

  constructor(jobId: string, options?: ErrorOptions) {
    super(`The dead letter ${JSON.stringify(jobId)} was not removed and is still there. Try again.`, options);
    this.jobId = jobId;
  }
}

/** Somebody else has begun to redrive or discard this dead letter and is not done. Nothing was done here. */
export class DeadLetterBusyError extends QueueError {
  override readonly name = 'DeadLetterBusyError';
  readonly code = 'ERR_QUEUE_DEAD_LETTER_BUSY';
  readonly jobId: string;
  /** When the other one's claim ends, in ms from now. */
  readonly retryAfterMs: number;

  constructor(jobId: string, act: string, retryAfterMs: number) {
    super(
      `Another ${act} of the dead letter ${JSON.stringify(jobId)} is under way, nothing was done. If it was cut off, try again in ${retryAfterMs} ms.`,
    );
    this.jobId = jobId;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A redrive or discard of many was cut off by a failure. What was done is done; it can be resumed. */
export class BulkActInterruptedError extends QueueError {
  override readonly name = 'BulkActInterruptedError';
  readonly code = 'ERR_QUEUE_BULK_INTERRUPTED';
  readonly run: string;
  /** Letters redriven or discarded before. */
  readonly done: number;

  constructor(act: string, run: string, done: number, options: ErrorOptions) {
    super(
      `The ${act} was cut off after ${done} dead letters: see the cause. Call it again with run: ${JSON.stringify(run)} to go on where it stopped.`,
      options,
    );
    this.run = run;
    this.done = done;
  }
}

/** The store of a `DeadLetterQueue` failed or did not answer. What was asked for may have been done. */
export class DeadLetterStoreError extends QueueError {
  override readonly name = 'DeadLetterStoreError';
  readonly code = 'ERR_QUEUE_DEAD_LETTER_STORE';

  constructor(doing: string, options: ErrorOptions) {
    super(
      `The store of the dead letters failed to ${doing}: see the cause. Check that it can be reached, then try again.`,
      options,
    );
  }
}

/** Why a job's signal was aborted: the worker shuts down, or another worker has taken the job over. */
export class JobAbortedError extends QueueError {
  override readonly name = 'JobAbortedError';
  readonly code = 'ERR_QUEUE_JOB_ABORTED';
  readonly failureClass: FailureClass = 'cancelled';
  readonly reason: 'shutdown' | 'lock-lost';

  constructor(reason: 'shutdown' | 'lock-lost') {
    super(
      reason === 'shutdown'
        ? 'The worker is shutting down: stop, the job is run again by another worker.'
        : 'The lock on the job was lost: stop, another worker may be running it.',
    );
    this.reason = reason;
  }
}
