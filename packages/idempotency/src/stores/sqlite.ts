import { dirname, join } from 'node:path';
import { type Clock, systemClock } from '@holdfast/context/clock';
import {
  IdempotencyError,
  IdempotencyOptionError,
  IdempotencyStoreError,
  LeaseLostError,
} from '../errors.ts';
import { checkDurable, checkDurableTx } from '../transaction/durability.ts';
import type { PrismaTx } from '../transaction/prisma-client.ts';
import { openSqlTx } from '../transaction/sql-tx.ts';
import type { SqliteDatabase } from '../transaction/sqlite-database.ts';
import { loadPeer } from './load-peer.ts';
import { purgeLimit } from './record.ts';
import { Checkpoints } from './sqlite/checkpoints.ts';
import {
  asBuffer,
  COMPLETE_IN,
  claimIn,
  findIn,
  type SqliteRecords,
  sqliteRecordsOf,
} from './sqlite/records.ts';
import { isBusy, SqliteWrites } from './sqlite/writes.ts';
import type {
  ClaimOutcome,
  ClaimRequest,
  CompleteOutcome,
  IdempotencyStore,
  Lease,
  PurgeResult,
  StorePurgeOptions,
  Tx,
} from './store.ts';

/** An import of `node:fs` would load its streams, promises and watchers, too. */
const { mkdirSync } = process.getBuiltinModule('node:fs');

export interface SqliteIdempotencyStoreOptions {
  /** A file that the store opens itself, in WAL mode with `synchronous=FULL`. Default `<HOLDFAST_DATA_DIR or ./.holdfast>/idempotency.db`. */
  file?: string;
  /** An open better-sqlite3 connection instead; it stays the caller's to close. */
  db?: SqliteDatabase;
  /**
   * Whether a `db` on which a power loss could undo a reported commit is refused at its first use.
   * @default true
   */
  requireDurable?: boolean;
  /** Time and timers. Default the system's. */
  clock?: Clock;
}

/** How long one attempt waits for the lock of another process; writes are attempted again and again for 5 s. */
const LOCK_WAIT_MS = 5;

/** Most records of a batch whose commit waits for the disk. */
const BATCH_WITH_SYNC = 10;

/** What belongs to one connection. */
interface OpenStore {
  readonly db: SqliteDatabase;
  readonly records: SqliteRecords;
  readonly writes: SqliteWrites;
  readonly checkpoints: Checkpoints;
}

interface OpenedDatabase extends SqliteDatabase {
  close(): unknown;
}

/** Records in a SQLite file: any number of processes on one machine share it, and completion can join their transactions. */
export class SqliteIdempotencyStore implements IdempotencyStore {
  readonly #options: SqliteIdempotencyStoreOptions;
  readonly #clock: Clock;
  readonly #checked = new WeakSet<SqliteDatabase>();
  #open: Promise<OpenStore> | undefined;
  #opened: OpenedDatabase | undefined;

  /** @throws IdempotencyOptionError */
  constructor(options: SqliteIdempotencyStoreOptions = {}) {
    if (options.file !== undefined && options.db !== undefined) {
      throw new IdempotencyOptionError('file', 'SqliteIdempotencyStore: give file or db, not both.');
    }
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  async claim(request: ClaimRequest): Promise<ClaimOutcome> {
    const { db, records, writes } = await this.#opening();
    // What an open transaction of the application shows may never be committed.
    const found = db.inTransaction ? undefined : this.#found(records, request);
    return found ?? write(writes, 'claim a key', () => claimIn(records, request, this.#clock.wallTime()));
  }

  async complete(lease: Lease, result: Uint8Array, ttlMs: number): Promise<CompleteOutcome> {
    const { records, writes } = await this.#opening();
    return write(writes, 'complete a key', () => {
      const expiresAt = this.#clock.wallTime() + ttlMs;
      if (records.complete(lease, result, expiresAt)) return { status: 'stored' };
      const kept = records.resultOf(lease);
      return kept === undefined ? { status: 'lost' } : { status: 'kept', result: kept };
    });
  }

  async renew(lease: Lease, leaseMs: number): Promise<boolean> {
    const { records, writes } = await this.#opening();
    return write(writes, 'renew a lease', () => records.renew(lease, this.#clock.wallTime() + leaseMs));
  }

  async release(lease: Lease): Promise<boolean> {
    const { records, writes } = await this.#opening();
    return write(writes, 'release a key', () => records.release(lease));
  }

  /** With `{ db }` the row is written when this returns; with `{ prisma }` when the promise resolves. */
  completeIn(tx: Tx, lease: Lease, result: Uint8Array, ttlMs: number): void | Promise<void> {
    const expiresAt = this.#clock.wallTime() + ttlMs;
    if ('prisma' in tx) return this.#completeInPrisma(tx, lease, result, expiresAt);
    if (!('db' in tx)) {
      throw new IdempotencyOptionError(
        'db',
        'SqliteIdempotencyStore: complete() needs { db }, a better-sqlite3 connection to the file of the store, or { prisma }.',
      );
    }
    const done = guarded('complete a key', () => {
      this.#requireDurable(tx.db);
      return sqliteRecordsOf(tx.db).complete(lease, result, expiresAt);
    });
    if (!done) throw new LeaseLostError();
  }

  async #completeInPrisma(
    tx: PrismaTx,
    { key, owner }: Lease,
    result: Uint8Array,
    at: number,
  ): Promise<void> {
    const sql = await openSqlTx(tx);
    if (sql.dialect !== 'sqlite') {
      throw new IdempotencyOptionError(
        'prisma',
        'SqliteIdempotencyStore: complete() was given a { prisma } that runs on PostgreSQL; use PostgresIdempotencyStore.',
      );
    }
    if (this.#options.requireDurable !== false) await checkDurableTx(sql);
    if ((await sql.run(COMPLETE_IN, [asBuffer(result), at, key, owner])) === 0) throw new LeaseLostError();
  }

  /** A connection of the application commits the record as durably as its own rows, which must be durable enough. */
  #requireDurable(db: SqliteDatabase): void {
    if (this.#options.requireDurable === false || this.#checked.has(db)) return;
    checkDurable(db);
    this.#checked.add(db);
  }

  /**
   * Takes a few milliseconds at most, whatever the limit; the log is written back in a thread of its own. What the disk
   * takes for a sync comes on top of it in one call of many.
   */
  async purge(options?: StorePurgeOptions): Promise<PurgeResult> {
    const limit = purgeLimit(options);
    const { records, checkpoints } = await this.#opening();
    const most = checkpoints.beginsLog ? Math.min(limit, BATCH_WITH_SYNC) : limit;
    const result = guarded('purge', () => records.purge(most, this.#clock));
    await checkpoints.after(result.removed, result.more);
    return result;
  }

  async close(): Promise<void> {
    const open = await this.#open?.catch(() => undefined);
    await open?.writes.settled();
    await open?.checkpoints.close();
    this.#opened?.close();
    this.#opened = undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #found(records: SqliteRecords, request: ClaimRequest): ClaimOutcome | undefined {
    try {
      return findIn(records, request, this.#clock.wallTime());
    } catch (error) {
      // A database that is being recovered answers busy even to a reader, who then waits like a writer.
      if (isBusy(error)) return undefined;
      throw new IdempotencyStoreError('claim a key', error);
    }
  }

  async #opening(): Promise<OpenStore> {
    const opening = (this.#open ??= this.#openStore());
    try {
      return await opening;
    } catch (error) {
      this.#open = undefined;
      throw error instanceof IdempotencyError ? error : new IdempotencyStoreError('open the store', error);
    }
  }

  async #openStore(): Promise<OpenStore> {
    const { db = await this.#openFile(), requireDurable = true } = this.#options;
    if (requireDurable) checkDurable(db);
    return {
      db,
      records: sqliteRecordsOf(db),
      writes: new SqliteWrites(db),
      checkpoints: new Checkpoints(db),
    };
  }

  async #openFile(): Promise<SqliteDatabase> {
    const { default: Database } = await loadPeer('better-sqlite3', () => import('better-sqlite3'));
    const file =
      this.#options.file ?? join(process.env['HOLDFAST_DATA_DIR'] ?? '.holdfast', 'idempotency.db');
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const db = new Database(file, { timeout: 5_000 });
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    // From here on a write that meets a lock waits without holding up the event loop.
    db.pragma(`busy_timeout = ${LOCK_WAIT_MS}`);
    this.#opened = db;
    return db;
  }
}

async function write<T>(writes: SqliteWrites, doing: string, call: () => T): Promise<T> {
  try {
    return await writes.write(call);
  } catch (error) {
    if (error instanceof IdempotencyError) throw error;
    throw new IdempotencyStoreError(doing, error);
  }
}

function guarded<T>(doing: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof IdempotencyError) throw error;
    throw new IdempotencyStoreError(doing, error);
  }
}
