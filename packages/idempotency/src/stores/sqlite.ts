import { dirname, join } from 'node:path';
import { type Clock, systemClock } from '@holdfast/context/clock';
import {
  IdempotencyError,
  IdempotencyOptionError,
  IdempotencyStoreError,
  LeaseLostError,
} from '../errors.ts';
import { checkDurable } from '../schema.ts';
import type { SqliteDatabase } from '../sqlite-database.ts';
import type {
  ClaimOutcome,
  ClaimRequest,
  CompleteOutcome,
  IdempotencyStore,
  Lease,
  StorePurgeOptions,
  StorePurgeResult,
  Tx,
} from '../store.ts';
import { purgeLimit } from './record.ts';
import { claimIn, type SqliteRecords, sqliteRecordsOf } from './sqlite-records.ts';

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
  clock?: Clock;
}

interface OpenedDatabase extends SqliteDatabase {
  close(): unknown;
}

/** Records in a SQLite file: any number of processes on one machine share it, and completion can join their transactions. */
export class SqliteIdempotencyStore implements IdempotencyStore {
  readonly #options: SqliteIdempotencyStoreOptions;
  readonly #clock: Clock;
  #records: Promise<SqliteRecords> | undefined;
  #opened: OpenedDatabase | undefined;

  /** @throws IdempotencyOptionError */
  constructor(options: SqliteIdempotencyStoreOptions = {}) {
    if (options.file !== undefined && options.db !== undefined) {
      throw new IdempotencyOptionError('SqliteIdempotencyStore: give file or db, not both.');
    }
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  claim(request: ClaimRequest): Promise<ClaimOutcome> {
    return this.#do('claim a key', (records) => claimIn(records, request, this.#clock.wallTime()));
  }

  complete(lease: Lease, result: Uint8Array, ttlMs: number): Promise<CompleteOutcome> {
    return this.#do('complete a key', (records) => {
      const expiresAt = this.#clock.wallTime() + ttlMs;
      if (records.complete(lease, result, expiresAt)) return { status: 'stored' };
      const kept = records.resultOf(lease);
      return kept === undefined ? { status: 'lost' } : { status: 'kept', result: kept };
    });
  }

  renew(lease: Lease, leaseMs: number): Promise<boolean> {
    return this.#do('renew a lease', (records) => records.renew(lease, this.#clock.wallTime() + leaseMs));
  }

  release(lease: Lease): Promise<boolean> {
    return this.#do('release a key', (records) => records.release(lease));
  }

  /** Synchronous: the row is written before this returns. */
  completeIn(tx: Tx, lease: Lease, result: Uint8Array, ttlMs: number): void {
    if (!('db' in tx)) {
      throw new IdempotencyOptionError(
        'SqliteIdempotencyStore: complete() needs { db }, a better-sqlite3 connection to the file of the store.',
      );
    }
    const done = guarded('complete a key', () =>
      sqliteRecordsOf(tx.db).complete(lease, result, this.#clock.wallTime() + ttlMs),
    );
    if (!done) throw new LeaseLostError();
  }

  purge(options?: StorePurgeOptions): Promise<StorePurgeResult> {
    const limit = purgeLimit(options);
    return this.#do('purge', (records) => {
      const deleted = records.purge(this.#clock.wallTime(), limit);
      return { deleted, more: deleted === limit };
    });
  }

  async close(): Promise<void> {
    await this.#records?.catch(() => undefined);
    this.#opened?.close();
    this.#opened = undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #do<T>(doing: string, call: (records: SqliteRecords) => T): Promise<T> {
    const opening = (this.#records ??= this.#open());
    let records: SqliteRecords;
    try {
      records = await opening;
    } catch (error) {
      this.#records = undefined;
      throw error instanceof IdempotencyError ? error : new IdempotencyStoreError('open the store', error);
    }
    return guarded(doing, () => call(records));
  }

  async #open(): Promise<SqliteRecords> {
    const { db = await this.#openFile(), requireDurable = true } = this.#options;
    if (requireDurable) checkDurable(db);
    return sqliteRecordsOf(db);
  }

  async #openFile(): Promise<SqliteDatabase> {
    const { default: Database } = await import('better-sqlite3');
    const file =
      this.#options.file ?? join(process.env['HOLDFAST_DATA_DIR'] ?? '.holdfast', 'idempotency.db');
    mkdirSync(dirname(file), { recursive: true });
    const db = new Database(file, { timeout: 5_000 });
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    this.#opened = db;
    return db;
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
