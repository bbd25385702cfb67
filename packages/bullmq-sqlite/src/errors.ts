import { ConnectionClosedError } from 'bullmq';

/** Base of the errors of this package; compare `code`, since `instanceof` fails across copies. */
export abstract class SqliteBackendError extends Error {
  abstract readonly code: string;
}

/** A connection option that cannot be used; thrown where the queue or worker is made. */
export class SqliteOptionError extends SqliteBackendError {
  override readonly name = 'SqliteOptionError';
  readonly code = 'ERR_BULLMQ_SQLITE_OPTION';
  /** The name of the option or argument. */
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.option = option;
  }
}

/** The file cannot be opened or is not a healthy database of this package. */
export class SqliteFileError extends SqliteBackendError {
  override readonly name = 'SqliteFileError';
  readonly code = 'ERR_BULLMQ_SQLITE_FILE';
  readonly file: string;

  constructor(file: string, what: string, cause?: unknown) {
    super(`The queue database ${file} ${what}`, { cause });
    this.file = file;
  }
}

/** A write could not be stored: disk full, read-only file or an I/O error. Nothing of it was written. */
export class SqliteWriteError extends SqliteBackendError {
  override readonly name = 'SqliteWriteError';
  readonly code = 'ERR_BULLMQ_SQLITE_WRITE';
  readonly file: string;

  constructor(file: string, cause: unknown) {
    super(
      `A write to the queue database ${file} failed (${reasonOf(cause)}) and was rolled back. Check free space and permissions, then call again.`,
      { cause },
    );
    this.file = file;
  }
}

/** A job or one of its fields that cannot be stored as it is. Nothing of the call was written. */
export class SqliteJobError extends SqliteBackendError {
  override readonly name = 'SqliteJobError';
  readonly code = 'ERR_BULLMQ_SQLITE_JOB';
}

/**
 * Another connection held the write lock for longer than `busyTimeoutMs`; nothing was written, the call can be
 * repeated. It extends BullMQ's `ConnectionClosedError`, by which a worker tells a store that is away for a moment
 * from a job that failed.
 */
export class SqliteBusyError extends ConnectionClosedError {
  override readonly name: string = 'SqliteBusyError';
  readonly code = 'ERR_BULLMQ_SQLITE_BUSY';
  readonly file: string;

  constructor(file: string, waitedMs: number, cause?: unknown) {
    super(
      `The queue database ${file} stayed locked by another connection for ${waitedMs} ms. Close the program that holds it, or raise busyTimeoutMs.`,
      cause,
    );
    // BullMQ's constructor puts its own name on the instance.
    this.name = 'SqliteBusyError';
    this.file = file;
  }
}

/** Something that BullMQ's backend interface allows and this version does not know. Nothing was written. */
export class NotSupportedYetError extends SqliteBackendError {
  override readonly name = 'NotSupportedYetError';
  readonly code = 'ERR_BULLMQ_SQLITE_NOT_SUPPORTED';
  /** The member or option that was asked for. */
  readonly member: string;

  constructor(member: string, instead = "Use BullMQ's Redis or PostgreSQL backend for queues that need it") {
    super(`${member} is not supported yet by @holdfast/bullmq-sqlite. ${instead}.`);
    this.member = member;
  }
}

function reasonOf(cause: unknown): string {
  return sqliteCode(cause) ?? (cause instanceof Error ? cause.name : 'unknown error');
}

/** SQLite's extended result code such as `SQLITE_BUSY_SNAPSHOT`, or undefined for any other error. */
export function sqliteCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' && error.code.startsWith('SQLITE_') ? error.code : undefined;
}

export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== undefined && (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'));
}

/** Turns an error of SQLite into one of ours; anything else passes unchanged. */
export function describeSqliteError(error: unknown, file: string, waitedMs: number): unknown {
  const code = sqliteCode(error);
  if (code === undefined) return isTooBig(error) ? tooBig(error) : error;
  if (isBusy(error)) return new SqliteBusyError(file, waitedMs, error);
  if (code.startsWith('SQLITE_NOTADB')) {
    return new SqliteFileError(file, 'is not an SQLite database. Point `file` at another path.', error);
  }
  if (code.startsWith('SQLITE_CORRUPT')) {
    return new SqliteFileError(file, 'is damaged. Stop all processes and restore it from a backup.', error);
  }
  if (code.startsWith('SQLITE_CANTOPEN')) {
    return new SqliteFileError(file, 'cannot be opened. Check the path and its permissions.', error);
  }
  // SQLite names the column here, never the value.
  if (code.startsWith('SQLITE_CONSTRAINT')) return wrongKind(error as Error);
  return code.startsWith('SQLITE_TOOBIG') ? tooBig(error) : new SqliteWriteError(file, error);
}

function wrongKind(cause: Error): SqliteJobError {
  return new SqliteJobError(
    `A job was refused: it has a value that cannot be stored (${cause.message}). Check its name, delay, priority and timestamp.`,
    { cause },
  );
}

/** better-sqlite3 refuses such a value by itself, before SQLite sees it. */
function isTooBig(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes('is too big');
}

function tooBig(cause: unknown): SqliteJobError {
  return new SqliteJobError(
    'A job was refused: one of its values takes more than the 1,000,000,000 bytes that SQLite can store. Keep it elsewhere and put a reference to it into the job.',
    { cause },
  );
}
