import { ManualClock } from '@holdfast/context/testing';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RUN_ONCE_DEFAULTS } from './options.ts';
import { purgeRunOnce } from './purge-run-once.ts';
import { runOnce } from './run-once.ts';

const DAY_MS = 86_400_000;

let db: Database.Database;
let clock: ManualClock;

beforeEach(() => {
  db = new Database(':memory:');
  clock = new ManualClock(0);
});

afterEach(() => db.close());

const record = (id: string, scope = 'default') => runOnce(id, { db }, () => {}, { scope, clock });
const ids = () => db.prepare('SELECT event_id FROM holdfast_run_once ORDER BY event_id').pluck().all();

describe('purgeRunOnce', () => {
  it('removes what has the age and keeps what is younger', async () => {
    record('old');
    await clock.advance(DAY_MS);
    record('young');
    expect(purgeRunOnce({ db }, { olderThanMs: DAY_MS, clock })).toEqual({ removed: 1, more: false });
    expect(ids()).toEqual(['young']);
    expect(record('old').ran).toBe(true);
  });

  it('removes the oldest first, at most limit in one call, and says when there may be more', async () => {
    for (const id of ['a', 'b', 'c']) {
      record(id);
      await clock.advance(1000);
    }
    expect(purgeRunOnce({ db }, { olderThanMs: 0, limit: 2, clock })).toEqual({ removed: 2, more: true });
    expect(ids()).toEqual(['c']);
    expect(purgeRunOnce({ db }, { olderThanMs: 0, limit: 2, clock })).toEqual({ removed: 1, more: false });
  });

  it('keeps to one scope when asked', () => {
    record('evt', 'ledger');
    record('evt', 'mailer');
    expect(purgeRunOnce({ db }, { olderThanMs: 0, scope: 'ledger', clock }).removed).toBe(1);
    expect(record('evt', 'mailer').ran).toBe(false);
  });

  it('finds nothing in a database that was never used', () => {
    expect(purgeRunOnce({ db }, { olderThanMs: 0 })).toEqual({ removed: 0, more: false });
  });

  it('refuses wrong options, naming option, value and range', () => {
    expect(() => purgeRunOnce({ db }, { olderThanMs: -1 })).toThrow(
      'purgeRunOnce: olderThanMs is -1; it must be 0 or more milliseconds.',
    );
    expect(() => purgeRunOnce({ db }, { olderThanMs: 0, limit: 0 })).toThrow(
      'purgeRunOnce: limit is 0; it must be an integer from 1 to 100000.',
    );
    expect(() => purgeRunOnce({ db }, { olderThanMs: 0, scope: '' })).toThrow(
      'purgeRunOnce: scope has 0 characters',
    );
  });

  it('wraps the error of SQLite', () => {
    const closed = new Database(':memory:');
    closed.close();
    expect(() => purgeRunOnce({ db: closed }, { olderThanMs: 0 })).toThrow(
      expect.objectContaining({ code: 'ERR_IDEMPOTENCY_STORE' }),
    );
  });
});

describe('RUN_ONCE_DEFAULTS', () => {
  it('are those of the manual', () => {
    expect(RUN_ONCE_DEFAULTS).toEqual({ scope: 'default', requireDurable: true, limit: 1000 });
    expect(Object.isFrozen(RUN_ONCE_DEFAULTS)).toBe(true);
  });
});
