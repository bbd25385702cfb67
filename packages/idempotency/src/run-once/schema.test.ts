import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runOnce } from './run-once.ts';

let folder: string;
let db: Database.Database;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-idempotency-'));
  db = new Database(join(folder, 'store.db'));
});

afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

describe('the tables', () => {
  it('are made on first use, STRICT, with a schema version', () => {
    db.pragma('synchronous = FULL');
    runOnce('evt_1', { db }, () => {});
    const tables = db
      .prepare("SELECT name, strict FROM pragma_table_list WHERE name LIKE 'holdfast%' ORDER BY name")
      .all();
    expect(tables).toEqual([
      { name: 'holdfast_run_once', strict: 1 },
      { name: 'holdfast_run_once_schema', strict: 1 },
    ]);
    expect(db.prepare('SELECT version FROM holdfast_run_once_schema').pluck().all()).toEqual([1]);
  });

  it('are refused when a newer version of the package made them', () => {
    db.pragma('synchronous = FULL');
    db.exec(`CREATE TABLE holdfast_run_once_schema (id INTEGER PRIMARY KEY, version INTEGER NOT NULL) STRICT;
             INSERT INTO holdfast_run_once_schema VALUES (1, 9)`);
    expect(() => runOnce('evt_1', { db }, () => {})).toThrow(
      expect.objectContaining({ code: 'ERR_IDEMPOTENCY_SCHEMA_VERSION', found: 9, supported: 1 }),
    );
    expect(db.inTransaction).toBe(false);
  });
});

describe('durability', () => {
  it('refuses a connection whose commits a power loss can undo, and says how to mend it', () => {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    const call = () => runOnce('evt_1', { db }, () => {});
    expect(call).toThrow(
      expect.objectContaining({ code: 'ERR_IDEMPOTENCY_NOT_DURABLE', pragma: 'synchronous' }),
    );
    expect(call).toThrow("Call db.pragma('synchronous = FULL') after opening it");
    db.pragma('synchronous = FULL');
    expect(call().ran).toBe(true);
  });

  it('takes EXTRA as well', () => {
    db.pragma('synchronous = EXTRA');
    expect(runOnce('evt_1', { db }, () => {}).ran).toBe(true);
  });

  it('refuses a journal that a crash can tear', () => {
    db.pragma('journal_mode = MEMORY');
    db.pragma('synchronous = FULL');
    expect(() => runOnce('evt_1', { db }, () => {})).toThrow(
      expect.objectContaining({ code: 'ERR_IDEMPOTENCY_NOT_DURABLE', pragma: 'journal_mode' }),
    );
  });

  it('lets it pass with requireDurable: false', () => {
    db.pragma('synchronous = OFF');
    expect(runOnce('evt_1', { db }, () => {}, { requireDurable: false }).ran).toBe(true);
  });

  it('lets an in-memory database pass', () => {
    const memory = new Database(':memory:');
    memory.pragma('synchronous = OFF');
    expect(runOnce('evt_1', { db: memory }, () => {}).ran).toBe(true);
    memory.close();
  });
});
