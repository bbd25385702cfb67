import type Database from 'better-sqlite3';

/** An import of `node:fs` would load its streams, promises and watchers, too. */
const { rmSync } = process.getBuiltinModule('node:fs');

type DatabaseConstructor = typeof Database;

/** A job as it is kept; the same id and token as in the first try, so that the server can tell that it has it. */
export interface SpooledJob {
  readonly seq: number;
  readonly jobId: string;
  readonly bytes: number;
  /** JSON. */
  readonly job: string;
}

export interface NewSpooledJob {
  readonly jobId: string;
  readonly bytes: number;
  /** Epoch ms. */
  readonly at: number;
  /** JSON. */
  readonly job: string;
}

export interface SpoolTotals {
  readonly jobs: number;
  readonly bytes: number;
  /** Epoch ms, or undefined where it is empty. */
  readonly oldestAt: number | undefined;
}

/** After so many refusals by a server that takes others, a job is not tried again until the next start. */
const MOST_REFUSALS = 3;

/** Rows that could not be removed before and are removed with the next ones. */
const MOST_LEFT_OVERS_AT_ONCE = 100;

const TABLE = `CREATE TABLE IF NOT EXISTS spooled (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id TEXT NOT NULL UNIQUE,
  bytes INTEGER NOT NULL,
  spooled_at INTEGER NOT NULL,
  refusals INTEGER NOT NULL DEFAULT 0,
  job TEXT NOT NULL
) STRICT`;

/**
 * One SQLite file, owned by the process that has it open: SQLite's own lock is held all the time, and the operating
 * system takes it away when the process dies. So no lease has to run out before the next process may drain it, and no
 * clock is asked.
 */
export class SpoolFile {
  readonly path: string;
  readonly #db: Database.Database;
  readonly #insert: Database.Statement<[NewSpooledJob]>;
  readonly #oldest: Database.Statement<[number, number], SpooledJob>;
  readonly #remove: Database.Statement<[number]>;
  readonly #refuse: Database.Statement<[number]>;
  readonly #oldestAt: Database.Statement<[number], { oldestAt: number }>;
  /** Counted here, since a count in the file would read all of it. */
  #jobs: number;
  #bytes: number;
  /** Rows of jobs that the server has, and that a full disk did not let go of: removing needs room too. */
  #leftOver: number[] = [];
  /** While there are such rows, those up to this one are passed over. */
  #after = 0;

  /** @throws a SqliteError with code SQLITE_BUSY where a living process owns the file */
  constructor(Sqlite: DatabaseConstructor, path: string) {
    this.path = path;
    const db = new Sqlite(path, { timeout: 0 });
    try {
      db.pragma('locking_mode = EXCLUSIVE');
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = FULL');
      db.exec(`BEGIN EXCLUSIVE; ${TABLE}; UPDATE spooled SET refusals = 0 WHERE refusals > 0; COMMIT`);
      this.#insert = db.prepare(
        'INSERT INTO spooled (job_id, bytes, spooled_at, job) VALUES (@jobId, @bytes, @at, @job) ON CONFLICT DO NOTHING',
      );
      this.#oldest = db.prepare(
        `SELECT seq, job_id AS jobId, bytes, job FROM spooled WHERE seq > ? AND refusals < ${MOST_REFUSALS} ORDER BY seq LIMIT ?`,
      );
      this.#remove = db.prepare('DELETE FROM spooled WHERE seq = ?');
      this.#refuse = db.prepare('UPDATE spooled SET refusals = refusals + 1 WHERE seq = ?');
      this.#oldestAt = db.prepare(
        'SELECT spooled_at AS oldestAt FROM spooled WHERE seq > ? ORDER BY seq LIMIT 1',
      );
      const counted = db
        .prepare<[], { jobs: number; bytes: number }>(
          'SELECT count(*) AS jobs, coalesce(sum(bytes), 0) AS bytes FROM spooled',
        )
        .get();
      this.#jobs = counted?.jobs ?? 0;
      this.#bytes = counted?.bytes ?? 0;
    } catch (error) {
      db.close();
      throw error;
    }
    this.#db = db;
  }

  /**
   * Keeps jobs in one transaction: when it returns they are on disk.
   * @returns for each whether it is new here
   */
  put(jobs: readonly NewSpooledJob[]): boolean[] {
    const isNew = this.#inOne(() => jobs.map((job) => this.#insert.run(job).changes === 1));
    for (const [index, { bytes }] of jobs.entries()) if (isNew[index] === true) this.#count(1, bytes);
    return isNew;
  }

  /** The oldest that the server has not refused time and again. */
  oldest(limit: number): SpooledJob[] {
    return this.#oldest.all(this.#after, limit);
  }

  /** @param refused those that stay, and that the server refused although it took others */
  settle(stored: readonly SpooledJob[], refused: readonly SpooledJob[]): void {
    try {
      this.#inOne(() => {
        for (const seq of this.#leftOver.slice(0, MOST_LEFT_OVERS_AT_ONCE)) this.#remove.run(seq);
        for (const { seq } of stored) this.#remove.run(seq);
        for (const { seq } of refused) this.#refuse.run(seq);
      });
      this.#leftOver.splice(0, MOST_LEFT_OVERS_AT_ONCE);
      if (this.#leftOver.length === 0) this.#after = 0;
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      for (const { seq } of stored) this.#leftOver.push(seq);
      for (const { seq } of [...stored, ...refused]) this.#after = Math.max(this.#after, seq);
    }
    for (const { bytes } of stored) this.#count(-1, -bytes);
  }

  /** Whether nothing is kept here, and the file is to be removed for its room. */
  get isSpent(): boolean {
    return this.#jobs === 0 && this.#leftOver.length > 0;
  }

  get jobs(): number {
    return this.#jobs;
  }

  get bytes(): number {
    return this.#bytes;
  }

  totals(): SpoolTotals {
    return { jobs: this.#jobs, bytes: this.#bytes, oldestAt: this.#oldestAt.get(this.#after)?.oldestAt };
  }

  /** Lets go of the file, and removes it where nothing is in it. */
  close(): void {
    const empty = this.#jobs === 0;
    // Removed while it is still locked: nobody can have opened it and put something in.
    if (empty)
      for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(this.path + suffix, { force: true });
    this.#db.close();
  }

  #count(jobs: number, bytes: number): void {
    this.#jobs += jobs;
    this.#bytes += bytes;
  }

  #inOne<T>(act: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = act();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      // A full disk has rolled it back already in some cases.
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }
}

export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === 'SQLITE_FULL';
}
