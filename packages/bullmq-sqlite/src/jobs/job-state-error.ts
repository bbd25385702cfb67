import { ErrorCode, UnrecoverableError } from 'bullmq';

/**
 * A refusal in BullMQ's own terms: numeric `code` and message are the same for every backend, and callers and BullMQ
 * itself branch on them. It is thrown before the operation has written anything, so the others of its transaction
 * are not touched.
 */
export class JobStateError extends Error {
  /** One of BullMQ's `ErrorCode`, -1 to -11. */
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** A refusal that BullMQ's worker must take as final: the job fails without another attempt. */
export class FailedChildrenError extends UnrecoverableError {
  readonly code: number = ErrorCode.JobHasFailedChildren;

  constructor(jobId: string, command: string) {
    super(`Cannot complete job ${jobId} because it has at least one failed child. ${command}`);
    // BullMQ looks at the name where `instanceof` may not hold, and its constructor puts this class's there.
    this.name = 'UnrecoverableError';
  }
}

/** A refusal after something has been written: the whole operation is undone, and refused with the `cause`. */
export class UndoneError extends Error {
  constructor(cause: unknown) {
    super('undone', { cause });
  }
}

/** Whether an operation has refused, and so written nothing. */
export function isRefusal(error: unknown): boolean {
  return error instanceof JobStateError || error instanceof FailedChildrenError;
}

export function missingJob(jobId: string, command: string): JobStateError {
  return new JobStateError(ErrorCode.JobNotExist, `Missing key for job ${jobId}. ${command}`);
}

export function missingLock(jobId: string, command: string): JobStateError {
  return new JobStateError(ErrorCode.JobLockNotExist, `Missing lock for job ${jobId}. ${command}`);
}

export function foreignLock(jobId: string, command: string): JobStateError {
  return new JobStateError(
    ErrorCode.JobLockMismatch,
    `Lock mismatch for job ${jobId}. Cmd ${command} from active`,
  );
}

export function notInState(jobId: string, command: string, state: string): JobStateError {
  return new JobStateError(ErrorCode.JobNotInState, `Job ${jobId} is not in the ${state} state. ${command}`);
}
