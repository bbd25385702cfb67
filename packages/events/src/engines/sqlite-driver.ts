import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Database, Statement } from 'better-sqlite3';
import { EventsClosedError, EventsUnavailableError } from '../errors.ts';
import { loadPeer } from './load-peer.ts';
import type { SqlDriver, SqlRow, SqlStatement, SqlValue } from './sql-driver.ts';

const RETRY_AFTER_MS = 1000;
const BUSY_RETRY_MS = 2;

interface Work {
  readonly statements: readonly SqlStatement[];
  /** Whether the commit waits for the disk. */
  readonly isSynced: boolean;
  readonly resolve: (rows: SqlRow[][]) => void;
  readonly reject: (error: unknown) => void;
}

export interface SqliteDriverOptions {
  readonly file: string;
  /** How long a write waits for the lock of another connection. */
  readonly busyTimeoutMs: number;
  /** How often commits of others are looked for. */
  readonly pollIntervalMs: number;
}

/** @throws EventsMissingPeerError; EventsUnavailableError where the file cannot be opened */
export async function openSqliteDriver(options: SqliteDriverOptions): Promise<SqlDriver> {
  const { default: Sqlite } = await loadPeer('better-sqlite3', () => import('better-sqlite3'));
  mkdirSync(dirname(options.file), { recursive: true, mode: 0o700 });
  // SQLite's own wait would hold the event loop, and with it whoever in this process has the lock.
  const db = new Sqlite(options.file, { timeout: 0 });
  const driver = new SqliteDriver(db, options);
  await driver.setUp();
  return driver;
}

/** One connection of our own. What is asked for in one turn of the event loop is one transaction. */
class SqliteDriver implements SqlDriver {
  readonly dialect = 'sqlite';
  readonly #db: Database;
  readonly #options: SqliteDriverOptions;
  readonly #statements = new Map<string, Statement>();
  readonly #listeners = new Set<() => void>();
  #pending: Work[] = [];
  #scheduled = false;
  #isSynced = true;
  #busySince: number | undefined;
  #watch: NodeJS.Timeout | undefined;
  #seenVersion: unknown;

  constructor(db: Database, options: SqliteDriverOptions) {
    this.#db = db;
    this.#options = options;
  }

  async setUp(): Promise<void> {
    for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON'])
      await this.#patiently(() => this.#db.pragma(pragma));
  }

  read(sql: string, values: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return this.#patiently(() => this.#prepare(sql).all(named(values)) as SqlRow[]);
  }

  write(...statements: readonly SqlStatement[]): Promise<readonly (readonly SqlRow[])[]> {
    return this.#ask(statements, true);
  }

  writeUnsynced(...statements: readonly SqlStatement[]): Promise<readonly (readonly SqlRow[])[]> {
    return this.#ask(statements, false);
  }

  watch(onChange: () => void): () => void {
    this.#listeners.add(onChange);
    this.#watch ??= this.#startWatch();
    return () => {
      this.#listeners.delete(onChange);
      if (this.#listeners.size === 0) this.#stopWatch();
    };
  }

  async close(): Promise<void> {
    this.#stopWatch();
    while (this.#pending.length > 0) await new Promise((resolve) => setImmediate(resolve));
    this.#db.close();
  }

  #ask(statements: readonly SqlStatement[], isSynced: boolean): Promise<readonly (readonly SqlRow[])[]> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ statements, isSynced, resolve, reject });
      this.#schedule();
    });
  }

  #startWatch(): NodeJS.Timeout {
    return setInterval(() => this.#look(), this.#options.pollIntervalMs).unref();
  }

  #stopWatch(): void {
    clearInterval(this.#watch);
    this.#watch = undefined;
  }

  /** SQLite changes the number when another connection has committed; to ask costs microseconds. */
  #look(): void {
    if (!this.#db.open) return;
    const version = this.#db.pragma('data_version', { simple: true });
    if (version === this.#seenVersion) return;
    this.#seenVersion = version;
    for (const listener of this.#listeners) listener();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#commitPending());
  }

  #commitPending(): void {
    this.#scheduled = false;
    const batch = this.#pending;
    if (batch.length === 0) return;
    if (!this.#begin()) return;
    this.#busySince = undefined;
    this.#pending = [];
    this.#run(batch);
  }

  #begin(): boolean {
    try {
      if (!this.#db.open) throw new EventsClosedError();
      this.#setSynchronous(this.#pending.some(({ isSynced }) => isSynced));
      this.#db.exec('BEGIN IMMEDIATE');
      return true;
    } catch (error) {
      if (isBusy(error)) this.#waitForLock(error);
      else this.#fail(error);
      return false;
    }
  }

  /** In WAL mode `NORMAL` leaves the wait for the disk to the next commit with `FULL`, also of another connection. */
  #setSynchronous(isSynced: boolean): void {
    if (this.#isSynced === isSynced) return;
    this.#db.exec(`PRAGMA synchronous = ${isSynced ? 'FULL' : 'NORMAL'}`);
    this.#isSynced = isSynced;
  }

  #run(batch: readonly Work[]): void {
    try {
      const rows = batch.map(({ statements }) => statements.map((statement) => this.#execute(statement)));
      this.#db.exec('COMMIT');
      for (const [index, { resolve }] of batch.entries()) resolve(rows[index] ?? []);
    } catch (error) {
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
      if (batch.length === 1) batch[0]?.reject(error);
      else this.#runOneByOne(batch);
    }
  }

  /** So that only the guilty one fails. */
  #runOneByOne(batch: readonly Work[]): void {
    for (const work of batch) {
      try {
        this.#setSynchronous(work.isSynced);
        this.#db.exec('BEGIN IMMEDIATE');
      } catch (error) {
        work.reject(error);
        continue;
      }
      this.#run([work]);
    }
  }

  #execute([sql, values = []]: SqlStatement): SqlRow[] {
    const statement = this.#prepare(sql);
    if (statement.reader) return statement.all(named(values)) as SqlRow[];
    statement.run(named(values));
    return [];
  }

  #prepare(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #waitForLock(error: unknown): void {
    this.#busySince ??= performance.now();
    if (performance.now() - this.#busySince < this.#options.busyTimeoutMs) {
      this.#scheduled = true;
      setTimeout(() => this.#commitPending(), BUSY_RETRY_MS);
      return;
    }
    this.#busySince = undefined;
    this.#fail(unavailable(error));
  }

  #fail(error: unknown): void {
    for (const { reject } of this.#pending.splice(0)) reject(error);
  }

  /** Readers meet a lock only while the journal is set up or recovered. */
  async #patiently<T>(work: () => T): Promise<T> {
    const since = performance.now();
    for (;;) {
      if (!this.#db.open) throw new EventsClosedError();
      try {
        return work();
      } catch (error) {
        if (!isBusy(error)) throw error;
        if (performance.now() - since > this.#options.busyTimeoutMs) throw unavailable(error);
        await new Promise((resolve) => setTimeout(resolve, BUSY_RETRY_MS));
      }
    }
  }
}

/** To SQLite `$1` is a parameter of the name 1. */
function named(values: readonly SqlValue[]): Record<string, SqlValue> {
  return Object.fromEntries(values.map((value, index) => [index + 1, value]));
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
}

function unavailable(cause: unknown): EventsUnavailableError {
  return new EventsUnavailableError('another connection holds the lock of the database', RETRY_AFTER_MS, {
    cause,
  });
}
