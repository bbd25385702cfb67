import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SqliteDatabase } from '../../transaction/sqlite-database.ts';
import { SqliteWrites } from './writes.ts';

let folder: string;
let db: Database.Database;
let commits = 0;

/** Counts what is committed, on the real connection. */
function counted(): SqliteDatabase {
  return {
    get inTransaction() {
      return db.inTransaction;
    },
    exec: (sql) => db.exec(sql),
    prepare: (sql) => {
      const statement = db.prepare(sql);
      if (sql !== 'COMMIT') return statement;
      return {
        get: (...values: unknown[]) => statement.get(...values),
        run: (...values: unknown[]) => {
          commits += 1;
          return statement.run(...values);
        },
      };
    },
  };
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-idempotency-'));
  db = new Database(join(folder, 'store.db'), { timeout: 0 });
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE notes (note INTEGER PRIMARY KEY) STRICT');
  commits = 0;
});

afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

const add = (note: number) => () => db.prepare('INSERT INTO notes VALUES (?)').run(note).changes;
const notes = (connection = db) => connection.prepare('SELECT note FROM notes').pluck().all();

describe('writes on one connection', () => {
  it('that are asked for in one turn of the event loop share a commit', async () => {
    const writes = new SqliteWrites(counted());
    const inThisTurn = Promise.all([1, 2, 3].map((note) => writes.write(add(note))));
    const inNextTurn = new Promise((resolve) => setImmediate(resolve)).then(() => writes.write(add(4)));
    expect(await inThisTurn).toEqual([1, 1, 1]);
    expect(commits).toBe(1);
    await inNextTurn;
    expect([commits, notes()]).toEqual([2, [1, 2, 3, 4]]);
  });

  it('are on the disk, for every other connection to see, when their promises resolve', async () => {
    const writes = new SqliteWrites(db);
    const other = new Database(join(folder, 'store.db'));
    await writes.write(add(1));
    expect(notes(other)).toEqual([1]);
    other.close();
  });

  it('fail alone: what shared a transaction with a failing one is written all the same', async () => {
    const writes = new SqliteWrites(db);
    const results = await Promise.allSettled([1, 1, 2].map((note) => writes.write(add(note))));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(notes()).toEqual([1, 2]);
  });

  it('wait for a transaction that the application left open, and are not undone with it', async () => {
    const writes = new SqliteWrites(db);
    db.exec('BEGIN; INSERT INTO notes VALUES (7)');
    const written = writes.write(add(1));
    setTimeout(() => db.exec('ROLLBACK'), 10);
    await written;
    expect(notes()).toEqual([1]);
  });

  it("wait for another process's lock while the event loop goes on", async () => {
    const writes = new SqliteWrites(db);
    const other = new Database(join(folder, 'store.db'));
    other.exec('BEGIN IMMEDIATE');
    const written = writes.write(add(1));
    // Only a running event loop can end the wait.
    setTimeout(() => other.exec('COMMIT'), 10);
    await written;
    await writes.settled();
    expect(notes(other)).toEqual([1]);
    other.close();
  });

  it('fail with the reason when no transaction can begin', async () => {
    const writes = new SqliteWrites(db);
    const written = writes.write(add(1));
    db.close();
    await expect(written).rejects.toThrow('not open');
    db = new Database(':memory:');
  });
});
