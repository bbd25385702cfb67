import type { SqliteDatabase, SqliteStatement } from '../../transaction/sqlite-database.ts';

// Kept from before anyone can replace the timers of the process, as test runners do: a commit must not wait for them.
const { setImmediate, setTimeout } = globalThis;

/** A transaction takes no more writes than this, so that a flood does not hold up the event loop. */
const LARGEST_GROUP = 256;
/** How long to wait before asking again for a lock that somebody else holds: a commit takes about as long. */
const LEAST_RETRY_MS = 1;
const MOST_RETRY_MS = 4;
const LONGEST_WAIT_MS = 5_000;

interface Write {
  readonly run: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Runs writes on one connection: all that are asked for in one turn of the event loop share a transaction, and so one
 * wait for the disk; their promises settle when it has been committed. When a transaction fails, its writes run again
 * one by one, so that only the guilty one fails.
 */
export class SqliteWrites {
  readonly #db: SqliteDatabase;
  readonly #begin: SqliteStatement;
  readonly #commit: SqliteStatement;
  readonly #rollback: SqliteStatement;
  #pending: Write[] = [];
  /** How many of the pending writes run in a transaction of their own. */
  #alone = 0;
  #isScheduled = false;
  #busySince: number | undefined;
  #idle: (() => void)[] = [];

  constructor(db: SqliteDatabase) {
    this.#db = db;
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    this.#rollback = db.prepare('ROLLBACK');
  }

  /** @param run may run more than once, and must not do anything but use the database */
  write<T>(run: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#pending.push({ run, resolve, reject });
      this.#schedule();
    });
  }

  /** Resolves when nothing is pending. */
  settled(): Promise<void> {
    if (this.#pending.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#next());
  }

  #next(): void {
    this.#isScheduled = false;
    if (this.#hasBegun()) {
      const group = this.#pending.splice(0, this.#alone > 0 ? 1 : LARGEST_GROUP);
      if (this.#alone > 0) this.#alone -= 1;
      this.#runGroup(group);
    }
    if (this.#pending.length > 0) this.#schedule();
    else for (const resolve of this.#idle.splice(0)) resolve();
  }

  #hasBegun(): boolean {
    const triedAt = performance.now();
    try {
      // A transaction that the owner of a shared connection left open is none of ours: what is written in it is not
      // committed. It is waited for like another process's.
      if (this.#db.inTransaction) throw new ForeignTransactionError();
      this.#begin.run();
      this.#busySince = undefined;
      return true;
    } catch (error) {
      if (isBusy(error)) this.#waitForLock(error, triedAt);
      else for (const { reject } of this.#pending.splice(0)) reject(error);
      return false;
    }
  }

  /** @param triedAt before SQLite's own wait, which counts too */
  #waitForLock(error: unknown, triedAt: number): void {
    this.#busySince ??= triedAt;
    if (performance.now() - this.#busySince < LONGEST_WAIT_MS) {
      this.#isScheduled = true;
      setTimeout(() => this.#next(), LEAST_RETRY_MS + Math.random() * (MOST_RETRY_MS - LEAST_RETRY_MS));
      return;
    }
    this.#busySince = undefined;
    this.#alone = 0;
    for (const { reject } of this.#pending.splice(0)) reject(error);
  }

  #runGroup(group: readonly Write[]): void {
    const values: unknown[] = [];
    try {
      for (const { run } of group) values.push(run());
      this.#commit.run();
    } catch (error) {
      // SQLite has rolled back by itself after some errors, a full disk for one.
      if (this.#db.inTransaction) this.#rollback.run();
      const [only] = group;
      if (group.length === 1 && only !== undefined) only.reject(error);
      else {
        this.#pending = [...group, ...this.#pending];
        this.#alone = group.length;
      }
      return;
    }
    for (const [index, { resolve }] of group.entries()) resolve(values[index] as never);
  }
}

/** A transaction of the application was open on the shared connection for longer than a write may wait. */
class ForeignTransactionError extends Error {
  override readonly name = 'ForeignTransactionError';
  readonly code = 'SQLITE_BUSY';

  constructor() {
    super('A transaction stays open on the connection that the store was given.');
  }
}

export function isBusy(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('SQLITE_BUSY')
  );
}
