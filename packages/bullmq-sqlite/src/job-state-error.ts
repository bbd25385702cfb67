import { ErrorCode } from 'bullmq';

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
