import {
  AsyncFunctionError,
  IdempotencyError,
  IdempotencyStoreError,
  TransactionEndedError,
} from '../errors.ts';
import type { AsyncTx } from '../transaction/sql-tx.ts';
import type { SqliteDatabase, SqliteTx } from '../transaction/sqlite-database.ts';
import { type Connection, connectionOf } from './connection.ts';
import { type RunOnceOptions, type RunOnceResult, resolveRunOnce } from './options.ts';
import { runOnceAsync } from './run-once-async.ts';

/**
 * Runs `fn` when no call with this event id and scope has committed before, and records the id in the same
 * transaction: the effect and the record commit together or not at all. With `{ db }` it joins the transaction that is
 * open, or makes one; with `{ client }` and `{ prisma }` it is always yours, `fn` may be async, and everything is
 * awaited. A throw of `fn` undoes what it wrote, forgets the id and is thrown on.
 * @throws IdempotencyOptionError for an event id of 0 or more than 512 characters, or where no transaction is open
 * @throws AsyncFunctionError when `fn` is async with `{ db }`
 * @throws NotDurableError on a SQLite connection with `synchronous` below FULL
 * @throws IdempotencyStoreError when the database refuses, `busy` when another connection held the lock
 */
export function runOnce<T>(
  eventId: string,
  tx: SqliteTx,
  fn: () => T,
  options?: RunOnceOptions,
): RunOnceResult<T>;
export function runOnce<T>(
  eventId: string,
  tx: AsyncTx,
  fn: () => Promise<T> | T,
  options?: RunOnceOptions,
): Promise<RunOnceResult<T>>;
export function runOnce<T>(
  eventId: string,
  tx: SqliteTx | AsyncTx,
  fn: () => Promise<T> | T,
  options?: RunOnceOptions,
): RunOnceResult<unknown> | Promise<RunOnceResult<T>> {
  return 'db' in tx ? runOnceSync(eventId, tx, fn, options) : runOnceAsync(eventId, tx, fn, options);
}

function runOnceSync<T>(
  eventId: string,
  tx: SqliteTx,
  fn: () => T,
  options?: RunOnceOptions,
): RunOnceResult<T> {
  const { scope, requireDurable, clock } = resolveRunOnce(eventId, options);
  if (isAsyncFunction(fn)) throw new AsyncFunctionError();
  const { db } = tx;
  const connection = storeCall('prepare the run-once record', () => connectionOf(db));
  if (requireDurable) storeCall('read its pragmas', () => connection.requireDurable());
  const frame = db.inTransaction ? savepointOf(connection) : transactionOf(connection);
  storeCall('begin the transaction', () => frame.begin());
  try {
    const isNew = storeCall('record the event id', () => connection.record(scope, eventId, clock.wallTime()));
    const result: RunOnceResult<T> = isNew ? { ran: true, value: callSync(fn) } : { ran: false };
    if (!db.inTransaction) throw new TransactionEndedError();
    frame.commit();
    return result;
  } catch (error) {
    undo(db, frame);
    throw error;
  }
}

/** One unit that is kept or undone as a whole. */
interface Frame {
  begin(): void;
  /** @throws TransactionEndedError or IdempotencyStoreError */
  commit(): void;
  rollback(): void;
}

function transactionOf({ begin, commit, rollback }: Connection): Frame {
  return {
    begin: () => void begin.run(),
    commit: () => storeCall('commit', () => commit.run()),
    rollback: () => void rollback.run(),
  };
}

/** A savepoint, because the caller may catch what `fn` throws and commit the rest of its transaction. */
function savepointOf({ savepoint, release, rollbackToSavepoint }: Connection): Frame {
  return {
    begin: () => void savepoint.run(),
    commit() {
      try {
        release.run();
      } catch (error) {
        if (error instanceof Error && error.message.startsWith('no such savepoint'))
          throw new TransactionEndedError();
        throw new IdempotencyStoreError('release its savepoint', error);
      }
    },
    rollback() {
      rollbackToSavepoint.run();
      release.run();
    },
  };
}

/** SQLite ends a transaction by itself on some errors (disk full, I/O); then there is nothing left to undo. */
function undo(db: SqliteDatabase, frame: Frame): void {
  if (!db.inTransaction) return;
  try {
    frame.rollback();
  } catch {
    // The error that led here says more than the failure to clean up after it.
  }
}

function callSync<T>(fn: () => T): T {
  const value = fn();
  if (!isThenable(value)) return value;
  // Its rejection is nobody's business any more: the error below is what the caller must see.
  value.then(undefined, () => {});
  throw new AsyncFunctionError();
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Seen before the call, so that an async function does not begin its work at all. */
function isAsyncFunction(fn: () => unknown): boolean {
  return Object.prototype.toString.call(fn) === '[object AsyncFunction]';
}

function storeCall<T>(doing: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof IdempotencyError) throw error;
    throw new IdempotencyStoreError(doing, error);
  }
}
