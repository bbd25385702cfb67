import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { createTraceContext, runWithTrace } from '@holdfast/context';
import { subscribeSafely } from '@holdfast/context/channels';
import { ManualClock } from '@holdfast/context/testing';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { type Recording, startRecording } from '../../test/recording.ts';
import { QUERY_CHANNEL, SLOW_QUERY_CHANNEL } from '../channels.ts';
import { type QueryFact, type SlowQueryFact, withSpan } from '../index.ts';
import { TRACED_DATABASE_DEFAULTS, TracedDatabase, type TracedDatabaseOptions } from '../sqlite.ts';

const IDS = /^\/\* traceId: ([0-9a-f]{32}), spanId: ([0-9a-f]{16}) \*\/ /;

let recording: Recording;
let executed: string[];
let raw: Database.Database;

beforeEach(async () => {
  recording = await startRecording();
  executed = [];
  raw = new Database(':memory:', { verbose: (sql) => void executed.push(String(sql)) });
  raw.exec(
    "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO users (name) VALUES ('ada'), ('bob')",
  );
  executed.length = 0;
});

afterEach(async () => {
  raw.close();
  await recording.stop();
});

/** Comments are on, so that every test runs with them. */
function traced(options?: TracedDatabaseOptions): TracedDatabase {
  return new TracedDatabase(raw, { includeTraceComments: true, ...options });
}

function inTrace<T>(fn: () => T, init = {}): T {
  return runWithTrace(createTraceContext(init), fn);
}

/** What SQLite was given, without the statement that asks for the integer mode. */
function statements(): string[] {
  return executed.filter((sql) => sql !== 'SELECT 1');
}

describe('the trace comment', () => {
  it('stands before the statement, with the ids of who runs it', () => {
    const db = traced();
    inTrace(() => db.prepare('SELECT * FROM users').get(), {
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
    });
    expect(statements()).toEqual([
      `/* traceId: ${'a'.repeat(32)}, spanId: ${'b'.repeat(16)} */ SELECT * FROM users`,
    ]);
  });

  it('names the active span', () => {
    const db = traced();
    withSpan('work', (span) => {
      db.prepare('SELECT 2').get();
      expect(IDS.exec(statements()[0] ?? '')?.slice(1)).toEqual([
        span.spanContext().traceId,
        span.spanContext().spanId,
      ]);
    });
  });

  it('is left out outside of a context, and unless it is switched on', () => {
    traced().prepare('SELECT 2').get();
    inTrace(() => new TracedDatabase(raw).prepare('SELECT 3').get());
    expect(statements()).toEqual(['SELECT 2', 'SELECT 3']);
  });

  it('is never that of another request, whoever prepared the statement', () => {
    const db = traced();
    const statement = inTrace(() => db.prepare('SELECT name FROM users WHERE id = ?'), {
      traceId: '1'.repeat(32),
    });
    inTrace(() => statement.get(1), { traceId: '2'.repeat(32) });
    statement.get(1);
    inTrace(() => statement.get(1), { traceId: '3'.repeat(32) });
    expect(statements().map((sql) => IDS.exec(sql)?.[1]?.[0])).toEqual(['2', undefined, '3']);
    expect(statement.source).toBe('SELECT name FROM users WHERE id = ?');
  });

  it('follows the span within one request', () => {
    const db = traced();
    withSpan('outer', (outer) => {
      const statement = db.prepare('SELECT 2');
      statement.get();
      withSpan('inner', (inner) => {
        statement.get();
        expect(statements().map((sql) => IDS.exec(sql)?.[2])).toEqual([
          outer.spanContext().spanId,
          inner.spanContext().spanId,
        ]);
      });
    });
  });

  it.each([
    ['*/ DROP TABLE users; --', '%2A%2F%20DROP%20TABLE%20users%3B%20--'],
    ['/* nested */', '%2F%2A%20nested%20%2A%2F'],
    ['quote \' and " \n line', '%20and%20%22%20%0A%20line'],
    ['\ud800 lone', '%EF%BF%BD%20lone'],
    ['nul \0', 'nul%20%00'],
  ])('encodes %j, so that nothing can break out of it', (id, encoded) => {
    const db = traced();
    inTrace(() => expect(db.prepare('SELECT count(*) AS n FROM users').get()).toEqual({ n: 2 }), {
      traceId: id,
      spanId: id,
    });
    expect(statements()[0]).toContain(encoded);
    expect(statements()[0]?.match(/\*\//g)).toHaveLength(1);
  });

  it('stands before exec, too', () => {
    const db = traced();
    inTrace(() => db.exec("UPDATE users SET name = 'eve' WHERE id = 2; DELETE FROM users WHERE id = 1"));
    expect(statements()[0]).toMatch(IDS);
    expect(raw.prepare('SELECT name FROM users').pluck().all()).toEqual(['eve']);
  });
});

describe('a statement that is compiled again for another request', () => {
  it('keeps its modes', () => {
    const db = traced();
    const pluck = db.prepare('SELECT name FROM users ORDER BY id').pluck();
    const rawRows = db.prepare('SELECT id, name FROM users ORDER BY id').raw();
    const expand = db.prepare('SELECT id FROM users ORDER BY id').expand();
    const big = db.prepare('SELECT id FROM users ORDER BY id').safeIntegers().pluck();
    const back = db.prepare('SELECT id FROM users ORDER BY id').pluck().pluck(false);
    for (let request = 0; request < 3; request++) {
      inTrace(() => {
        expect(pluck.all()).toEqual(['ada', 'bob']);
        expect(rawRows.get()).toEqual([1, 'ada']);
        expect(expand.get()).toEqual({ users: { id: 1 } });
        expect(big.all()).toEqual([1n, 2n]);
        expect(back.get()).toEqual({ id: 1 });
      });
    }
    expect(pluck.all()).toEqual(['ada', 'bob']);
  });

  it('keeps its bound values, and takes no others', () => {
    const statement = traced().prepare('SELECT name FROM users WHERE id = ?').pluck().bind(2);
    inTrace(() => {
      expect(statement.get()).toBe('bob');
      expect(() => statement.get(1)).toThrow(TypeError);
    });
  });

  it('keeps the integer mode of the connection at the time it was prepared', () => {
    const db = traced();
    const before = db.prepare('SELECT id FROM users WHERE id = 1').pluck();
    db.defaultSafeIntegers();
    const after = db.prepare('SELECT id FROM users WHERE id = 1').pluck();
    db.defaultSafeIntegers(false);
    inTrace(() => expect([before.get(), after.get()]).toEqual([1, 1n]));
    raw.defaultSafeIntegers(true);
    const wrapped = traced().prepare('SELECT id FROM users WHERE id = 1').pluck();
    inTrace(() => expect(wrapped.get()).toBe(1n));
  });
});

describe('the span of a statement', () => {
  it('carries the current semantic conventions, literals taken out', async () => {
    const db = traced();
    inTrace(() => db.prepare("SELECT * FROM users WHERE name = 'ada' AND id > 0").all());
    expect(await recording.span('SELECT users')).toMatchObject({
      kind: 'client',
      attributes: {
        'db.system.name': 'sqlite',
        'db.namespace': ':memory:',
        'db.operation.name': 'SELECT',
        'db.collection.name': 'users',
        'db.query.summary': 'SELECT users',
        'db.query.text': 'SELECT * FROM users WHERE name = ? AND id > ?',
      },
    });
  });

  it('is made for run, get, all, iterate, exec, pragma and explain', async () => {
    const db = traced();
    inTrace(() => {
      db.prepare('INSERT INTO users (name) VALUES (?)').run('cy');
      db.prepare('SELECT id FROM users').get();
      db.prepare('SELECT id FROM users').all();
      for (const _row of db.prepare('SELECT id FROM users').iterate()) break;
      db.exec('DELETE FROM users');
      db.pragma('user_version');
      db.explain('SELECT 1');
    });
    expect((await recording.spans()).map((span) => span.name)).toEqual([
      'INSERT users',
      'SELECT users',
      'SELECT users',
      'SELECT users',
      'DELETE users',
      'PRAGMA',
      'EXPLAIN',
    ]);
  });

  it('is not made outside of a context, nor when tracking is off', async () => {
    traced().prepare('SELECT 2').get();
    inTrace(() => traced({ trackQueryDuration: false }).prepare('SELECT 3').get());
    expect(await recording.spans()).toEqual([]);
  });

  it('records an error, which reaches the caller unchanged', async () => {
    const db = traced();
    inTrace(() => {
      const insert = db.prepare('INSERT INTO users (id, name) VALUES (?, ?)');
      expect(() => insert.run(1, 'twin')).toThrow(
        expect.objectContaining({ code: 'SQLITE_CONSTRAINT_PRIMARYKEY' }),
      );
    });
    expect(await recording.span('INSERT users')).toMatchObject({
      status: 'error',
      attributes: {
        'error.type': 'SQLITE_CONSTRAINT_PRIMARYKEY',
        'db.response.status_code': 'SQLITE_CONSTRAINT_PRIMARYKEY',
      },
    });
  });

  it('records a statement that cannot be compiled', async () => {
    const db = traced();
    inTrace(() => {
      expect(() => db.prepare('SELEC 1')).toThrow('near "SELEC": syntax error');
    });
    expect(await recording.span('SELEC')).toMatchObject({
      status: 'error',
      attributes: { 'error.type': 'SQLITE_ERROR' },
    });
  });

  it('of an iteration lasts until the last row, the first error, or the end of the loop', async () => {
    const clock = new ManualClock();
    const db = traced({ clock });
    const facts: number[] = [];
    const stop = subscribeSafely<QueryFact>(QUERY_CHANNEL, (fact) => void facts.push(fact.durationMs));
    const statement = db.prepare('SELECT id FROM users ORDER BY id').pluck();
    const rows = statement.iterate();
    expect(statement.busy).toBe(true);
    expect(rows.next()).toEqual({ done: false, value: 1 });
    await clock.advance(5);
    expect(rows.next()).toEqual({ done: false, value: 2 });
    await clock.advance(5);
    expect(rows.next().done).toBe(true);
    expect(facts).toEqual([10]);
    expect(() => statement.iterate('too many')).toThrow(RangeError);
    expect(() => {
      for (const id of statement.iterate()) throw new Error(`row ${String(id)}`);
    }).toThrow('row 1');
    expect(statement.busy).toBe(false);
    expect(facts).toEqual([10, 0, 0]);
    stop();
  });
});

describe('a transaction', () => {
  it('is a span, with its statements below it', async () => {
    const db = traced();
    const rename = db.transaction((id: number, name: string) => {
      db.prepare('UPDATE users SET name = ? WHERE id = ?').run(name, id);
      return name;
    });
    inTrace(() => expect(rename(1, 'zoe')).toBe('zoe'));
    expect((await recording.span('UPDATE users')).parentSpanId).toBe(
      (await recording.span('TRANSACTION')).spanId,
    );
  });

  it('has all four behaviours, this, and the database', () => {
    const db = traced();
    const transaction = db.transaction(function (this: unknown, value: number) {
      return [db.inTransaction, this, value];
    });
    const self = {};
    expect(transaction.call(self, 1)).toEqual([true, self, 1]);
    for (const behaviour of ['default', 'deferred', 'immediate', 'exclusive'] as const) {
      expect(transaction[behaviour](2)).toEqual([true, transaction, 2]);
      expect(Reflect.get(transaction[behaviour], 'immediate')).toBe(Reflect.get(transaction, 'immediate'));
    }
    expect((transaction as unknown as { database: unknown }).database).toBe(db);
    expect(statements()).toContain('BEGIN EXCLUSIVE');
  });

  it('rolls back on an error, records it, and nests as savepoints', async () => {
    const db = traced();
    const inner = db.transaction(() => {
      db.exec("INSERT INTO users (name) VALUES ('gone')");
      throw new Error('undo');
    });
    const outer = db.transaction(() => {
      db.exec("INSERT INTO users (name) VALUES ('kept')");
      expect(() => inner()).toThrow('undo');
    });
    inTrace(() => outer());
    expect(raw.prepare('SELECT name FROM users ORDER BY id').pluck().all()).toEqual(['ada', 'bob', 'kept']);
    const statuses = (await recording.spans())
      .filter((span) => span.name === 'TRANSACTION')
      .map((span) => span.status);
    expect(statuses).toEqual(['error', 'unset']);
  });
});

describe('durations', () => {
  function slowDatabase(options: TracedDatabaseOptions = {}) {
    // A statement is synchronous, so it moves the time by itself.
    const now = { at: 0 };
    raw.function('wait', (ms: number) => {
      now.at += ms;
      return ms;
    });
    const handClock = {
      now: () => now.at,
      wallTime: () => now.at,
      setTimer: () => ({ cancel: () => undefined }),
    };
    return traced({ clock: handClock, ...options });
  }

  it('are published for each statement, failed or not', () => {
    const db = slowDatabase();
    const facts: QueryFact[] = [];
    const stop = subscribeSafely<QueryFact>(QUERY_CHANNEL, (fact) => void facts.push(fact));
    db.prepare('SELECT wait(12)').get();
    expect(() => db.exec('SELECT nothing()')).toThrow();
    stop();
    db.prepare('SELECT wait(12)').get();
    expect(facts).toEqual([
      { system: 'sqlite', operation: 'SELECT', durationMs: 12, failed: false },
      { system: 'sqlite', operation: 'SELECT', durationMs: 0, failed: true },
    ]);
  });

  it('over the threshold are logged, marked and published with the statement and who ran it', async () => {
    const lines: unknown[] = [];
    const facts: SlowQueryFact[] = [];
    const stop = subscribeSafely<SlowQueryFact>(SLOW_QUERY_CHANNEL, (fact) => void facts.push(fact));
    const db = slowDatabase({ logger: { warn: (fields, message) => void lines.push([message, fields]) } });
    inTrace(() => db.prepare('SELECT wait(100)').get());
    inTrace(() => db.prepare('SELECT wait(101)').get(), { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) });
    stop();
    const fact = {
      system: 'sqlite',
      operation: 'SELECT',
      queryText: 'SELECT wait(?)',
      durationMs: 101,
      thresholdMs: 100,
      failed: false,
    };
    expect(facts).toEqual([fact]);
    expect(lines).toEqual([['slow query', { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16), ...fact }]]);
    const marked = (await recording.spans()).map((span) => span.attributes['holdfast.db.slow']);
    expect(marked).toEqual([undefined, true]);
  });

  it('have their own threshold where one is given', () => {
    const lines: string[] = [];
    const db = slowDatabase({
      slowQueryThreshold: 5,
      logger: { warn: (_fields, message) => void lines.push(message) },
    });
    db.prepare('SELECT wait(6)').get();
    expect(lines).toEqual(['slow query']);
  });
});

describe('the surface', () => {
  it('is taken wherever a database of better-sqlite3 is', () => {
    const count = (db: Database.Database): unknown =>
      db.prepare<[number], { n: number }>('SELECT ? AS n').get(7)?.n;
    expect(count(traced())).toBe(7);
    expectTypeOf<TracedDatabase>().toExtend<Database.Database>();
    const shown = traced().transaction((value: number) => String(value));
    expectTypeOf<(typeof shown)['immediate']>().toEqualTypeOf<(value: number) => string>();
  });

  it('is the whole surface of better-sqlite3', () => {
    const db = traced();
    const missing = Object.getOwnPropertyNames(Database.prototype).filter((name) => !(name in db));
    expect(missing).toEqual([]);
    const statement = raw.prepare('SELECT 1');
    const members = [
      ...Object.getOwnPropertyNames(Object.getPrototypeOf(statement)),
      ...Object.getOwnPropertyNames(statement),
    ];
    const tracedStatement = db.prepare('SELECT 1');
    expect(members.filter((name) => !(name in tracedStatement))).toEqual([]);
  });

  it('tells about the database as it is', () => {
    const db = traced();
    expect([db.name, db.open, db.inTransaction, db.readonly, db.memory]).toEqual([
      ':memory:',
      true,
      false,
      false,
      true,
    ]);
    expect(inspect(db)).toContain("name: ':memory:'");
    const statement = db.prepare('SELECT id AS n FROM users');
    expect([statement.reader, statement.readonly, statement.busy]).toEqual([true, true, false]);
    expect(statement.database).toBe(db);
    expect(statement.columns()[0]).toMatchObject({ name: 'n', column: 'id', table: 'users' });
  });

  it('passes functions, aggregates, tables and settings on, and returns itself', () => {
    const db = traced();
    const chained = db
      .function('twice', (value: number) => value * 2)
      .function('many', { varargs: true }, (...values: number[]) => values.length)
      .aggregate('total', { start: 0, step: (sum: number, next: number) => sum + next })
      .table('three', {
        columns: ['n'],
        *rows() {
          yield [1];
          yield [2];
          yield [3];
        },
      })
      .unsafeMode(false)
      .defaultSafeIntegers(false)
      .exec('CREATE TABLE t (a)');
    expect(chained).toBe(db);
    expect(
      db
        .prepare('SELECT twice(4), many(1, 2, 3), (SELECT total(id) FROM users), (SELECT sum(n) FROM three)')
        .raw()
        .get(),
    ).toEqual([8, 3, 3, 6]);
    expect(db.pragma('user_version', { simple: true })).toBe(0);
    expect(() => db.loadExtension('nowhere')).toThrow();
    expect(new Database(db.serialize()).prepare('SELECT count(*) FROM users').pluck().get()).toBe(2);
  });

  it('backs up to a file and closes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-sqlite-'));
    const file = join(folder, 'copy.db');
    const db = traced();
    await runWithTrace(createTraceContext(), () => db.backup(file));
    await expect(
      runWithTrace(createTraceContext(), () => db.backup(join(folder, 'no', 'where.db'))),
    ).rejects.toThrow();
    const copy = new TracedDatabase(new Database(file));
    expect(copy.prepare('SELECT count(*) FROM users').pluck().get()).toBe(2);
    expect(copy.close().open).toBe(false);
    expect((await recording.spans()).map((span) => [span.name, span.status])).toEqual([
      ['BACKUP', 'unset'],
      ['BACKUP', 'error'],
    ]);
    await rm(folder, { recursive: true });
  });

  it('refuses what is no statement as better-sqlite3 does', () => {
    expect(() => traced().prepare(5 as unknown as string)).toThrow(TypeError);
    expect(() => traced().prepare('SELECT 1; SELECT 2')).toThrow('more than one statement');
    expect(() => traced().prepare('')).toThrow(RangeError);
  });
});

describe('options', () => {
  it('have these defaults', () => {
    expect(TRACED_DATABASE_DEFAULTS).toEqual({
      includeTraceComments: false,
      trackQueryDuration: true,
      slowQueryThreshold: 100,
    });
  });

  it('refuse a threshold below zero', () => {
    expect(() => traced({ slowQueryThreshold: -1 })).toThrow(
      expect.objectContaining({
        code: 'ERR_TRACING_OPTION',
        message: 'slowQueryThreshold: is -1; it must be 0 or more milliseconds.',
      }),
    );
  });
});
