import { prismaCause } from './transaction/prisma-error.ts';

/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export abstract class IdempotencyError extends Error {
  abstract readonly code: string;
}

/** An argument or option that cannot be used. Nothing was run. */
export class IdempotencyOptionError extends IdempotencyError {
  override readonly name = 'IdempotencyOptionError';
  readonly code = 'ERR_IDEMPOTENCY_OPTION';
  /** The name of the option or argument. */
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.option = option;
  }
}

/** The function is async. Its effects could not be part of the transaction, which was rolled back. */
export class AsyncFunctionError extends IdempotencyError {
  override readonly name = 'AsyncFunctionError';
  readonly code = 'ERR_IDEMPOTENCY_ASYNC_FUNCTION';

  constructor() {
    super(
      'runOnce() was given an async function. A better-sqlite3 transaction is synchronous: write to the database in a plain function and await everything else before or after runOnce().',
    );
  }
}

/** The function ended the transaction in which it ran. Whether its effect and the record are kept is not known. */
export class TransactionEndedError extends IdempotencyError {
  override readonly name = 'TransactionEndedError';
  readonly code = 'ERR_IDEMPOTENCY_TRANSACTION_ENDED';

  constructor() {
    super(
      'The function given to runOnce() ended the transaction. Leave COMMIT and ROLLBACK to runOnce() or to its caller.',
    );
  }
}

/** A power loss could undo a commit that was already reported. Nothing was run. */
export class NotDurableError extends IdempotencyError {
  override readonly name = 'NotDurableError';
  readonly code = 'ERR_IDEMPOTENCY_NOT_DURABLE';
  /** The pragma that is too weak. */
  readonly pragma: 'synchronous' | 'journal_mode';

  constructor(pragma: 'synchronous' | 'journal_mode', value: string, remedy: string) {
    super(
      `PRAGMA ${pragma} is ${value} on this connection, so a crash can lose or tear a commit that was reported as done. Call ${remedy} after opening it, or pass { requireDurable: false }.`,
    );
    this.pragma = pragma;
  }
}

/** The tables were made by a newer version of this package. Nothing was run. */
export class IdempotencySchemaVersionError extends IdempotencyError {
  override readonly name = 'IdempotencySchemaVersionError';
  readonly code = 'ERR_IDEMPOTENCY_SCHEMA_VERSION';
  readonly found: number;
  readonly supported: number;

  constructor(found: number, supported: number) {
    super(
      `The run-once tables have schema version ${found}; this copy of @holdfast/idempotency knows up to ${supported}. Upgrade the package in this service.`,
    );
    this.found = found;
    this.supported = supported;
  }
}

/** The database refused a statement of ours; the cause is its error. Nothing of this call is kept. */
export class IdempotencyStoreError extends IdempotencyError {
  override readonly name = 'IdempotencyStoreError';
  readonly code = 'ERR_IDEMPOTENCY_STORE';
  /** Whether another transaction was in the way (a lock, a deadlock, a serialization failure): trying again may help. */
  readonly busy: boolean;

  constructor(doing: string, cause: unknown) {
    const reason = databaseCode(cause);
    const isSqliteBusy = reason.startsWith('SQLITE_BUSY');
    super(`The database could not ${doing} (${reason}). ${remedyOf(reason, isSqliteBusy)}`, { cause });
    this.busy = isSqliteBusy || POSTGRES_BUSY.has(reason);
  }
}

/** The store did not answer, or not in time; the cause says why. The function was not run. */
export class StoreUnavailableError extends IdempotencyError {
  override readonly name = 'StoreUnavailableError';
  readonly code = 'ERR_IDEMPOTENCY_STORE_UNAVAILABLE';
  readonly retryAfterMs = 1000;

  constructor(cause: unknown) {
    super(
      'The idempotency store could not be asked whether this was done before, so it was not run. Try again with the same key; look at the cause.',
      { cause },
    );
  }
}

/** Another call with this key is at work. This one was not run. */
export class InFlightError extends IdempotencyError {
  override readonly name = 'InFlightError';
  readonly code = 'ERR_DUPLICATE_REQUEST_IN_PROGRESS';
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super('A request with this idempotency key is already being processed. Try again with the same key.');
    this.retryAfterMs = retryAfterMs;
  }
}

/** The key was used before with another input. This call was not run. */
export class KeyConflictError extends IdempotencyError {
  override readonly name = 'KeyConflictError';
  readonly code = 'ERR_IDEMPOTENCY_KEY_CONFLICT';

  constructor() {
    super(
      'Idempotency key was already used with a different request payload. Use a new key for a new input.',
    );
  }
}

/** An earlier call with this key began and did not say how it ended. This one was not run. */
export class OutcomeUnknownError extends IdempotencyError {
  override readonly name = 'OutcomeUnknownError';
  readonly code = 'ERR_IDEMPOTENCY_OUTCOME_UNKNOWN';

  constructor() {
    super(
      'An earlier call with this idempotency key began and did not report its end, so its effect may have happened. Find out before a new key is used; onLeaseExpired can do it.',
    );
  }
}

/** The claim belongs to another owner by now, or its record is gone. Roll back what was written under it. */
export class LeaseLostError extends IdempotencyError {
  override readonly name = 'LeaseLostError';
  readonly code = 'ERR_IDEMPOTENCY_LEASE_LOST';

  constructor() {
    super(
      'The claim on this idempotency key was lost: its lease ran out and another call took over. Roll back; the other call answers.',
    );
  }
}

/** The input is too large to be told from another. Nothing was run. */
export class InputTooLargeError extends IdempotencyError {
  override readonly name = 'InputTooLargeError';
  readonly code = 'ERR_IDEMPOTENCY_INPUT_TOO_LARGE';
  readonly limit: number;

  constructor(limit: number) {
    super(
      `The input of an idempotent call is larger than ${limit}. Send less, raise the limit, or give a fingerprint of your own.`,
    );
    this.limit = limit;
  }
}

/** The input has no canonical form to tell it from another by. Nothing was run. */
export class UncanonicalInputError extends IdempotencyError {
  override readonly name = 'UncanonicalInputError';
  readonly code = 'ERR_IDEMPOTENCY_INPUT';

  constructor(reason: string) {
    super(
      `The input of an idempotent call ${reason}. Give a value that JSON can hold, or a fingerprint of your own.`,
    );
  }
}

/** No parser was mounted before the idempotency middleware, so two requests could not be told apart. Nothing was run. */
export class BodyNotReadError extends IdempotencyError {
  override readonly name = 'BodyNotReadError';
  readonly code = 'ERR_IDEMPOTENCY_BODY_NOT_READ';

  constructor() {
    super(
      'The request has a body that no parser has read. Mount express.json() or express.raw() before idempotencyMiddleware(), or give it the option fingerprint.',
    );
  }
}

/** The package that a store with a `url` or `file` connects with is not installed. Nothing was run. */
export class IdempotencyMissingPeerError extends IdempotencyError {
  override readonly name = 'IdempotencyMissingPeerError';
  readonly code = 'ERR_IDEMPOTENCY_MISSING_PEER';
  readonly peer: string;

  constructor(peer: string, options: ErrorOptions) {
    super(
      `This idempotency store needs the package ${peer}, which could not be loaded: run "npm install ${peer}".`,
      options,
    );
    this.peer = peer;
  }
}

/** The memory store holds as many records as it may. Nothing was run. */
export class StoreFullError extends IdempotencyError {
  override readonly name = 'StoreFullError';
  readonly code = 'ERR_IDEMPOTENCY_STORE_FULL';

  constructor() {
    super(
      'The memory store holds maxRecords records. Use another store, a shorter TTL, or raise maxRecords.',
    );
  }
}

/** The result cannot be given to a later call: it is too large, or no JSON. It ran once and is not run again. */
export class NotReplayableError extends IdempotencyError {
  override readonly name = 'NotReplayableError';
  readonly code = 'ERR_IDEMPOTENCY_NOT_REPLAYABLE';

  constructor() {
    super(
      'The call with this idempotency key was done, but its result was too large to be kept. Read it another way.',
    );
  }
}

/** Serialization failure, deadlock, lock not available. */
const POSTGRES_BUSY = new Set(['40001', '40P01', '55P03']);

function remedyOf(reason: string, isSqliteBusy: boolean): string {
  if (isSqliteBusy)
    return 'Another connection holds the lock: try again, raise busy_timeout, or begin your own transaction with BEGIN IMMEDIATE.';
  return POSTGRES_BUSY.has(reason)
    ? 'Another transaction was in the way: roll yours back and run it again.'
    : 'Look at the cause.';
}

function databaseCode(error: unknown): string {
  const cause = prismaCause(error);
  if (cause !== undefined) return cause.code;
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'unknown error';
}
