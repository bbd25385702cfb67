import { type DescribedError, withTrailer } from '../failures/attempt-history.ts';
import type { FailureClass } from '../failures/failure-class.ts';

/** The names by which BullMQ knows what to do with what a processor throws. */
type SignalName = 'Error' | 'UnrecoverableError' | 'DelayedError' | 'WaitingError';

/**
 * What is thrown to BullMQ, always made here and never the processor's own error: a thrown value that happens to have
 * one of BullMQ's names or messages must not steer it.
 */
export class EngineSignal extends Error {
  override readonly name: SignalName;
  /** For a retry. */
  readonly delayMs: number;

  constructor(name: SignalName, message: string, delayMs = 0) {
    super(message);
    this.name = name;
    this.delayMs = delayMs;
  }
}

/** BullMQ takes an error with just this message as its rate limit. */
const RATE_LIMIT_MESSAGE = 'bullmq:rateLimitExceeded';

/** Fails the job, or retries it after `delayMs`, keeping the processor's error as the history has it. */
export function failureSignal(
  error: DescribedError,
  attempt: number,
  failureClass: FailureClass,
  at: number,
  retryAfterMs: number | undefined,
): EngineSignal {
  const message = error.message === RATE_LIMIT_MESSAGE ? `${error.message} (as thrown)` : error.message;
  const signal = new EngineSignal(
    retryAfterMs === undefined ? 'UnrecoverableError' : 'Error',
    message,
    retryAfterMs,
  );
  signal.stack = withTrailer(error.stack, attempt, failureClass, at);
  return signal;
}

/** Says that the job has already been moved and BullMQ is to leave it alone. */
export function movedSignal(to: 'delayed' | 'waiting'): EngineSignal {
  return new EngineSignal(to === 'delayed' ? 'DelayedError' : 'WaitingError', `moved to ${to}`);
}
