import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@holdfast/context/testing';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IdempotencyError, IdempotencyStoreError } from '../errors.ts';
import { runOnce } from './run-once.ts';

let folder: string;
let file: string;
let db: Database.Database;

function open(options?: Database.Options): Database.Database {
  const connection = new Database(file, options);
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = FULL');
  return connection;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-idempotency-'));
  file = join(folder, 'store.db');
  db = open();
  db.exec('CREATE TABLE effects (note TEXT NOT NULL) STRICT');
});

afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

const addEffect = (note: string) => db.prepare('INSERT INTO effects (note) VALUES (?)').run(note);
const effects = () => db.prepare('SELECT note FROM effects').pluck().all();
const records = () => db.prepare('SELECT scope, event_id, recorded_at FROM holdfast_run_once').all();

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof IdempotencyError) return error.code;
    throw error;
  }
  return 'no error';
}

describe('runOnce', () => {
  it('runs the function the first time and returns its value', () => {
    expect(runOnce('evt_1', { db }, () => 42)).toEqual({ ran: true, value: 42 });
  });

  it('does not run it the second time', () => {
    runOnce('evt_1', { db }, () => addEffect('a'));
    expect(runOnce('evt_1', { db }, () => addEffect('b'))).toEqual({ ran: false });
    expect(effects()).toEqual(['a']);
  });

  it('takes undefined for a value like any other', () => {
    expect(runOnce('evt_1', { db }, () => {})).toEqual({ ran: true, value: undefined });
    expect(runOnce('evt_1', { db }, () => {})).toEqual({ ran: false });
  });

  it('records scope, event id and time', () => {
    runOnce('evt_1', { db }, () => {}, { clock: new ManualClock(1_700_000_000_000) });
    expect(records()).toEqual([{ scope: 'default', event_id: 'evt_1', recorded_at: 1_700_000_000_000 }]);
  });

  it('runs once for each scope', () => {
    expect(runOnce('evt_1', { db }, () => {}, { scope: 'ledger' }).ran).toBe(true);
    expect(runOnce('evt_1', { db }, () => {}, { scope: 'mailer' }).ran).toBe(true);
    expect(runOnce('evt_1', { db }, () => {}, { scope: 'ledger' }).ran).toBe(false);
  });

  it('remembers across connections', () => {
    runOnce('evt_1', { db }, () => {});
    const other = open();
    expect(runOnce('evt_1', { db: other }, () => {}).ran).toBe(false);
    other.close();
  });

  it('tells ids apart that differ in nothing but case or a trailing space', () => {
    for (const id of ['evt', 'EVT', 'evt ']) expect(runOnce(id, { db }, () => {}).ran).toBe(true);
  });
});

describe('when the function throws', () => {
  it('undoes its effect, forgets the id and throws the very error on', () => {
    const failure = new Error('no funds');
    const attempt = () =>
      runOnce('evt_1', { db }, () => {
        addEffect('a');
        throw failure;
      });
    expect(attempt).toThrow(failure);
    expect(effects()).toEqual([]);
    expect(runOnce('evt_1', { db }, () => 'again')).toEqual({ ran: true, value: 'again' });
  });

  it('leaves no transaction open', () => {
    expect(() => runOnce('evt_1', { db }, () => addEffect(null as unknown as string))).toThrow(/NOT NULL/);
    expect(db.inTransaction).toBe(false);
  });
});

describe('when the function is async', () => {
  it('refuses an async function before it begins', () => {
    let began = false;
    const call = () =>
      runOnce('evt_1', { db }, async () => {
        began = true;
      });
    expect(codeOf(call)).toBe('ERR_IDEMPOTENCY_ASYNC_FUNCTION');
    expect(began).toBe(false);
  });

  it('rolls back when a plain function returns a promise, and swallows its rejection', () => {
    const call = () =>
      runOnce('evt_1', { db }, () => {
        addEffect('a');
        return Promise.reject(new Error('later'));
      });
    expect(codeOf(call)).toBe('ERR_IDEMPOTENCY_ASYNC_FUNCTION');
    expect(effects()).toEqual([]);
    expect(runOnce('evt_1', { db }, () => {}).ran).toBe(true);
  });
});

describe('inside a transaction of the caller', () => {
  it('commits with it', () => {
    db.transaction(() => {
      addEffect('caller');
      expect(runOnce('evt_1', { db }, () => addEffect('once')).ran).toBe(true);
    })();
    expect(effects()).toEqual(['caller', 'once']);
    expect(runOnce('evt_1', { db }, () => {}).ran).toBe(false);
  });

  it('is undone with it, also when that transaction had made the tables', () => {
    db.exec('BEGIN IMMEDIATE');
    runOnce('evt_1', { db }, () => addEffect('once'));
    db.exec('ROLLBACK');
    expect(effects()).toEqual([]);
    expect(runOnce('evt_1', { db }, () => addEffect('again')).ran).toBe(true);
    expect(effects()).toEqual(['again']);
  });

  it('makes the tables again inside the next transaction of the caller', () => {
    db.exec('BEGIN IMMEDIATE');
    runOnce('evt_1', { db }, () => {});
    db.exec('ROLLBACK; BEGIN IMMEDIATE');
    expect(runOnce('evt_1', { db }, () => {}).ran).toBe(true);
    db.exec('COMMIT');
    expect(runOnce('evt_1', { db }, () => {}).ran).toBe(false);
  });

  it('undoes only its own part when the function throws and the caller goes on', () => {
    db.exec('BEGIN IMMEDIATE');
    addEffect('caller');
    const call = () =>
      runOnce('evt_1', { db }, () => {
        addEffect('once');
        throw new Error('no funds');
      });
    expect(call).toThrow('no funds');
    db.exec('COMMIT');
    expect(effects()).toEqual(['caller']);
    expect(runOnce('evt_1', { db }, () => {}).ran).toBe(true);
  });

  it('leaves the transaction open when there is nothing to run', () => {
    runOnce('evt_1', { db }, () => {});
    db.exec('BEGIN IMMEDIATE');
    expect(runOnce('evt_1', { db }, () => {}).ran).toBe(false);
    expect(db.inTransaction).toBe(true);
    db.exec('COMMIT');
  });

  it('works inside another runOnce', () => {
    const result = runOnce('outer', { db }, () => runOnce('inner', { db }, () => 'both'));
    expect(result).toEqual({ ran: true, value: { ran: true, value: 'both' } });
    expect(runOnce('inner', { db }, () => {}).ran).toBe(false);
  });

  it('says so when the function ended the transaction', () => {
    db.exec('BEGIN IMMEDIATE');
    expect(codeOf(() => runOnce('evt_1', { db }, () => db.exec('COMMIT')))).toBe(
      'ERR_IDEMPOTENCY_TRANSACTION_ENDED',
    );
    const restart = () => runOnce('evt_2', { db }, () => db.exec('COMMIT; BEGIN'));
    db.exec('BEGIN IMMEDIATE');
    expect(codeOf(restart)).toBe('ERR_IDEMPOTENCY_TRANSACTION_ENDED');
  });
});

describe('a transaction of its own', () => {
  it('says so when the function ended it', () => {
    expect(codeOf(() => runOnce('evt_1', { db }, () => db.exec('ROLLBACK')))).toBe(
      'ERR_IDEMPOTENCY_TRANSACTION_ENDED',
    );
  });

  it('is IMMEDIATE: it waits for another writer at its beginning and fails as busy, before the function ran', () => {
    const other = open({ timeout: 0 });
    db.exec('BEGIN IMMEDIATE');
    let ran = false;
    const call = () =>
      runOnce('evt_1', { db: other }, () => {
        ran = true;
      });
    expect(call).toThrow(expect.objectContaining({ code: 'ERR_IDEMPOTENCY_STORE', busy: true }));
    expect(ran).toBe(false);
    db.exec('COMMIT');
    other.close();
  });
});

describe('any history of calls', () => {
  it('gives each id and scope one effect, whatever fails, is rolled back or comes again', () => {
    const step = fc.record({
      id: fc.constantFrom('a', 'b', 'c'),
      scope: fc.constantFrom('x', 'y'),
      fails: fc.boolean(),
      outer: fc.constantFrom('none', 'commit', 'rollback'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const memory = new Database(':memory:');
        memory.exec('CREATE TABLE effects (note TEXT) STRICT');
        const done = new Set<string>();
        for (const { id, scope, fails, outer } of steps) {
          const key = `${scope}/${id}`;
          if (outer !== 'none') memory.exec('BEGIN');
          let ran = false;
          try {
            const effect = () => {
              memory.prepare('INSERT INTO effects VALUES (?)').run(key);
              if (fails) throw new Error('fails');
            };
            ran = runOnce(id, { db: memory }, effect, { scope }).ran;
            expect(ran).toBe(!done.has(key));
          } catch (error) {
            if (!(error instanceof Error) || error.message !== 'fails') throw error;
          }
          if (outer !== 'none') memory.exec(outer);
          if (ran && outer !== 'rollback') done.add(key);
        }
        const kept = memory.prepare('SELECT note FROM effects ORDER BY note').pluck().all();
        expect(kept).toEqual([...done].sort());
        memory.close();
      }),
      { numRuns: 200 },
    );
  });
});

describe('refusals', () => {
  it('refuses an event id that cannot be kept apart from others, without repeating it', () => {
    const run = (id: string) => codeOf(() => runOnce(id, { db }, () => {}));
    expect(run('')).toBe('ERR_IDEMPOTENCY_OPTION');
    expect(run('x'.repeat(513))).toBe('ERR_IDEMPOTENCY_OPTION');
    expect(run('a\u0000b')).toBe('ERR_IDEMPOTENCY_OPTION');
    expect(run('\ud800')).toBe('ERR_IDEMPOTENCY_OPTION');
    expect(run(7 as unknown as string)).toBe('ERR_IDEMPOTENCY_OPTION');
    expect(run('x'.repeat(512))).toBe('no error');
    expect(() => runOnce('x'.repeat(513), { db }, () => {})).toThrow(
      'runOnce: eventId has 513 characters; it must have 1 to 512.',
    );
  });

  it('keeps the error of SQLite as the cause', () => {
    db.close();
    try {
      runOnce('evt_1', { db }, () => {});
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(IdempotencyStoreError);
      expect(error).toMatchObject({ busy: false, cause: expect.any(TypeError) });
    }
  });
});
