import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@holdfast/context/testing';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { purgeExpired } from '../purge-expired.ts';
import { SqliteIdempotencyStore } from '../sqlite.ts';
import { preparePurge } from './purge.ts';

const FILL = `
  INSERT INTO holdfast_idempotency
    (key, fingerprint, owner, token, takeovers, claimed_at, lease_until, expires_at, result)
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
  SELECT hex(randomblob(16)), 'f', 'o', i, 0, 0, 0, i, zeroblob(200) FROM n`;

let folder: string;
let file: string;
let db: Database.Database;
let store: SqliteIdempotencyStore;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-idempotency-'));
  file = join(folder, 'store.db');
  db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  store = new SqliteIdempotencyStore({ db });
  await store.release({ key: '', owner: '', token: 0 });
});

afterEach(async () => {
  await store.close();
  db.close();
  rmSync(folder, { recursive: true });
});

const count = (connection = db) =>
  connection.prepare('SELECT count(*) FROM holdfast_idempotency').pluck().get();

/** Each look at it takes 2 ms. */
class SlowClock extends ManualClock {
  #looks = 0;
  override now(): number {
    this.#looks += 1;
    return this.#looks * 2;
  }
}

describe('a purge of a SQLite file', () => {
  it('ends its batch after 3 ms, and says that there is more', () => {
    db.prepare(FILL).run(200);
    const purge = preparePurge(db);
    // Begins at 2 ms and is over at 5 ms. One record, and it is 4; one more, and it is 6.
    expect(purge(100, new SlowClock(1_000))).toEqual({ removed: 2, more: true });
    expect(count()).toBe(198);
  });

  it('looks at the clock after one record, then after as many as it has removed, at most 16', () => {
    db.prepare(FILL).run(200);
    const removed: number[] = [];
    const clock = new ManualClock(1_000);
    const now = clock.now.bind(clock);
    clock.now = () => {
      removed.push(200 - Number(count()));
      return now();
    };
    expect(preparePurge(db)(100, clock)).toEqual({ removed: 100, more: true });
    expect(removed).toEqual([0, 1, 2, 4, 8, 16, 32, 48, 64, 80, 96, 100]);
  });

  it('removes few records where the commit has to wait for the disk: the first after a checkpoint', async () => {
    db.prepare(FILL).run(700);
    await using still = new SqliteIdempotencyStore({ db, clock: new ManualClock(1_000) });
    const removed: number[] = [];
    for (let more = true; more; ) {
      const result = await still.purge();
      removed.push(result.removed);
      more = result.more;
    }
    expect(removed).toEqual([100, 100, 100, 100, 100, 10, 100, 90]);
  });

  it('removes no more than its limit, and nothing that is still wanted', () => {
    db.prepare(FILL).run(200);
    const purge = preparePurge(db);
    expect(purge(25, new ManualClock(150))).toEqual({ removed: 25, more: true });
    expect(purge(1_000, new ManualClock(150))).toEqual({ removed: 125, more: false });
    expect(count()).toBe(50);
  });

  it('writes the log back to the database in a thread, and leaves the settings of the connection as they were', async () => {
    db.prepare(FILL).run(3_000);
    db.pragma('wal_checkpoint(TRUNCATE)');
    expect(await purgeExpired(store)).toBe(3_000);
    // The main file alone: what is only in the log is not in the copy.
    const copy = join(folder, 'copy.db');
    copyFileSync(file, copy);
    const other = new Database(copy);
    expect(count(other)).toBe(0);
    other.close();
    expect(db.pragma('wal_autocheckpoint', { simple: true })).toBe(1_000);
    expect(db.pragma('synchronous', { simple: true })).toBe(2);
  });

  it('leaves what the application has set between two batches', () => {
    db.prepare(FILL).run(200);
    const purge = preparePurge(db);
    purge(100, new ManualClock(1_000));
    db.pragma('synchronous = EXTRA');
    db.pragma('wal_autocheckpoint = 7');
    purge(100, new ManualClock(1_000));
    expect(db.pragma('synchronous', { simple: true })).toBe(3);
    expect(db.pragma('wal_autocheckpoint', { simple: true })).toBe(7);
  });

  it('makes one statement for a batch, however many records it removes', () => {
    db.prepare(FILL).run(200);
    const made: string[] = [];
    const prepare = (sql: string) => {
      made.push(sql);
      return db.prepare(sql);
    };
    const exec = (sql: string) => db.exec(sql);
    const purge = preparePurge({
      get inTransaction() {
        return db.inTransaction;
      },
      prepare,
      exec,
    });
    made.length = 0;
    purge(100, new ManualClock(1_000));
    purge(100, new ManualClock(1_000));
    expect(made).toEqual(['PRAGMA wal_autocheckpoint', 'PRAGMA wal_autocheckpoint']);
  });

  it('joins a transaction that is open, and goes with it', () => {
    db.prepare(FILL).run(20);
    const purge = preparePurge(db);
    db.exec('BEGIN');
    expect(purge(100, new ManualClock(1_000))).toEqual({ removed: 20, more: false });
    db.exec('ROLLBACK');
    expect(count()).toBe(20);
  });

  it('goes on without its thread where the file cannot be opened again', async () => {
    db.prepare(FILL).run(3_000);
    rmSync(file);
    expect(await purgeExpired(store)).toBe(3_000);
  });
});
