import type { Database, Statement } from 'better-sqlite3';
import { ConnectionClosedError } from 'bullmq';
import { describeSqliteError, isBusy, SqliteBusyError } from '../errors.ts';
import { isRefusal, UndoneError } from '../jobs/job-state-error.ts';

// Kept from before anyone can replace the timers of the process, as test runners do: a commit must not wait for them.
const { setImmediate, setTimeout } = globalThis;

/** How long to wait before asking again for a lock that another process holds: a commit takes about as long. */
const LEAST_RETRY_MS = 1;
const MOST_RETRY_MS = 4;

/** Of `PRAGMA synchronous`. */
const FULL = 2;

/** A transaction takes no more operations after this, so that a flood does not hold up the event loop. */
const LONGEST_BATCH_MS = 10;
/** How many operations pass between two looks at the clock. */
const LOOK_EVERY = 16;

/**
 * `read` needs no lock where no write is asked for with it. A `claim` need not outlive a loss of power, which leaves
 * what was claimed as it was before.
 */
type OperationKind = 'read' | 'claim' | 'write';

interface Operation {
  readonly kind: OperationKind;
  readonly run: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/** What happens around the operations of one transaction. */
export interface TransactionHooks {
  /** After BEGIN, before the first operation. */
  begin(): void;
  /** Before COMMIT: writes what the operations left in memory. */
  flush(): void;
  /** After COMMIT. */
  committed(): void;
  /** After ROLLBACK. */
  rolledBack(): void;
}

/**
 * Runs operations on one connection: all that are asked for in one turn of the event loop share a transaction, and
 * their promises settle when it has been committed. A refusal (JobStateError) concerns one operation alone. Any other
 * error rolls the transaction back, and its operations run again one by one, so that only the guilty one fails.
 */
export class CommitQueue {
  readonly #db: Database;
  readonly #file: string;
  readonly #busyTimeoutMs: number;
  readonly #hooks: TransactionHooks;
  readonly #beginImmediate: Statement;
  readonly #commit: Statement;
  /** Whether a commit waits for the disk. */
  readonly #isSynced: boolean;
  #pending: Operation[] = [];
  /** How many of the pending operations must run in a transaction of their own. */
  #alone = 0;
  #scheduled = false;
  #busySince: number | undefined;
  #idle: (() => void)[] = [];

  constructor(db: Database, file: string, busyTimeoutMs: number, hooks: TransactionHooks) {
    this.#db = db;
    this.#file = file;
    this.#busyTimeoutMs = busyTimeoutMs;
    this.#hooks = hooks;
    this.#beginImmediate = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    this.#isSynced = Number(db.pragma('synchronous', { simple: true })) >= FULL;
  }

  /** Runs `run` in the next transaction. It may run more than once, and must not do anything but use the database. */
  write<T>(run: () => T): Promise<T> {
    return this.#ask(run, 'write');
  }

  /** The same for what a loss of power may undo: a transaction of nothing else does not wait for the disk. */
  claim<T>(run: () => T): Promise<T> {
    return this.#ask(run, 'claim');
  }

  /** Runs `run` in its turn: it sees the writes that were asked for before it. */
  read<T>(run: () => T): Promise<T> {
    return this.#ask(run, 'read');
  }

  /** Resolves when nothing is pending. */
  settled(): Promise<void> {
    if (this.#pending.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Fails what is pending; for a database that is closed under us. */
  abandon(): void {
    for (const operation of this.#pending.splice(0)) operation.reject(new ConnectionClosedError());
    this.#reportIdle();
  }

  #ask<T>(run: () => T, kind: OperationKind): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#pending.push({ run, resolve, reject, kind });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#commitPending());
  }

  #commitPending(): void {
    this.#scheduled = false;
    if (this.#pending.length === 0) return;
    if (!this.#db.open) this.abandon();
    else if (this.#pending.every(({ kind }) => kind === 'read')) this.#readAll();
    else if (this.#needsDisk()) this.#transact();
    else this.#withoutDisk(() => this.#transact());
  }

  #transact(): void {
    if (this.#begin()) this.#commitBatch();
  }

  #needsDisk(): boolean {
    if (!this.#isSynced || this.#db.inTransaction) return true;
    const next = this.#alone > 0 ? this.#pending.slice(0, 1) : this.#pending;
    return next.some(({ kind }) => kind === 'write');
  }

  /** Nothing else runs on this connection before its level is back; later commits bring this one to the disk, too. */
  #withoutDisk(work: () => void): void {
    this.#db.exec('PRAGMA synchronous = NORMAL');
    try {
      work();
    } finally {
      if (this.#db.open) this.#db.exec('PRAGMA synchronous = FULL');
    }
  }

  /** Without a transaction, so that readers never wait for a writer in another process. */
  #readAll(): void {
    for (const operation of this.#pending.splice(0)) {
      try {
        runOne(operation)();
      } catch (error) {
        // A database that is being recovered answers busy even to a reader, who then waits like a writer.
        if (isBusy(error)) this.#pending.push({ ...operation, kind: 'claim' });
        else operation.reject(this.#describe(error));
      }
    }
    if (this.#pending.length > 0) this.#schedule();
    else this.#reportIdle();
  }

  #commitBatch(): void {
    const batch = this.#alone > 0 ? this.#pending.splice(0, 1) : this.#pending.splice(0);
    if (this.#alone > 0) this.#alone -= 1;
    this.#runBatch(batch);
    if (this.#pending.length > 0) this.#schedule();
    else this.#reportIdle();
  }

  #begin(): boolean {
    try {
      // A transaction that the owner of a shared connection left open is waited for like another process's.
      if (this.#db.inTransaction) throw new ForeignTransaction();
      this.#beginImmediate.run();
      this.#busySince = undefined;
      return true;
    } catch (error) {
      if (error instanceof ForeignTransaction || isBusy(error)) this.#waitForLock(error);
      else for (const operation of this.#pending.splice(0)) operation.reject(this.#describe(error));
      if (this.#pending.length === 0) this.#reportIdle();
      return false;
    }
  }

  #waitForLock(error: unknown): void {
    this.#busySince ??= performance.now();
    const waitedMs = performance.now() - this.#busySince;
    if (waitedMs < this.#busyTimeoutMs) {
      this.#scheduled = true;
      const delayMs = LEAST_RETRY_MS + Math.random() * (MOST_RETRY_MS - LEAST_RETRY_MS);
      setTimeout(() => this.#commitPending(), delayMs);
      return;
    }
    this.#busySince = undefined;
    this.#alone = 0;
    const busy = new SqliteBusyError(this.#file, Math.round(waitedMs), error);
    for (const operation of this.#pending.splice(0)) operation.reject(busy);
  }

  #runBatch(batch: Operation[]): void {
    const settle: (() => void)[] = [];
    try {
      this.#hooks.begin();
      this.#runOperations(batch, settle);
      this.#hooks.flush();
      this.#commit.run();
    } catch (error) {
      this.#rollBack();
      const [only] = batch;
      if (batch.length === 1 && only !== undefined) only.reject(this.#describe(error));
      else {
        this.#pending = batch.concat(this.#pending);
        this.#alone = batch.length;
      }
      return;
    }
    for (const report of settle) report();
    this.#hooks.committed();
  }

  /** Runs the operations of a batch; those that it has no time for go back to the front of the pending ones. */
  #runOperations(batch: Operation[], settle: (() => void)[]): void {
    const endsAt = performance.now() + LONGEST_BATCH_MS;
    for (const operation of batch) {
      settle.push(runOne(operation));
      if (settle.length % LOOK_EVERY > 0 || performance.now() < endsAt) continue;
      this.#pending = batch.splice(settle.length).concat(this.#pending);
      return;
    }
  }

  #rollBack(): void {
    // SQLite has already rolled back by itself after some errors, a full disk for one.
    if (this.#db.open && this.#db.inTransaction) this.#db.exec('ROLLBACK');
    this.#hooks.rolledBack();
  }

  #describe(error: unknown): unknown {
    if (!this.#db.open) return new ConnectionClosedError();
    if (error instanceof UndoneError) return error.cause;
    return describeSqliteError(error, this.#file, this.#busyTimeoutMs);
  }

  #reportIdle(): void {
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

class ForeignTransaction extends Error {}

function runOne({ run, resolve, reject }: Operation): () => void {
  try {
    const value = run() as never;
    return () => resolve(value);
  } catch (error) {
    if (isRefusal(error)) return () => reject(error);
    throw error;
  }
}
