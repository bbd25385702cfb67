/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export abstract class IdempotencyError extends Error {
  abstract readonly code: string;
}

/** An argument or option that cannot be used. Nothing was run. */
export class IdempotencyOptionError extends IdempotencyError {
  override readonly name = 'IdempotencyOptionError';
  readonly code = 'ERR_IDEMPOTENCY_OPTION';
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
export class SchemaVersionError extends IdempotencyError {
  override readonly name = 'SchemaVersionError';
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

/** SQLite refused a statement of ours; the cause is its error. Nothing of this call is kept. */
export class IdempotencyStoreError extends IdempotencyError {
  override readonly name = 'IdempotencyStoreError';
  readonly code = 'ERR_IDEMPOTENCY_STORE';
  /** Whether another connection held the lock for longer than `busy_timeout`, so that trying again may help. */
  readonly busy: boolean;

  constructor(doing: string, cause: unknown) {
    const reason = sqliteCode(cause);
    const busy = reason.startsWith('SQLITE_BUSY');
    const remedy = busy
      ? 'Another connection holds the lock: try again, raise busy_timeout, or begin your own transaction with BEGIN IMMEDIATE.'
      : 'Look at the cause.';
    super(`SQLite could not ${doing} (${reason}). ${remedy}`, { cause });
    this.busy = busy;
  }
}

function sqliteCode(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'unknown error';
}
