import { createTraceContext, getCurrentTrace, runWithTrace } from '@holdfast/context';
import { subscribeSafely } from '@holdfast/context/channels';
import { type PostgresServer, startPostgres } from '@holdfast/test-servers';
import pg from 'pg';
import Cursor from 'pg-cursor';
import QueryStream from 'pg-query-stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { QUERY_CHANNEL } from '../src/channels.ts';
import { type QueryFact, withSpan } from '../src/index.ts';
import { TRACE_PG_DEFAULTS, type TracePgOptions, tracePg } from '../src/postgres.ts';
import { LeapingClock } from './leaping-clock.ts';
import { type Recording, startRecording } from './recording.ts';

const IDS = /^\/\* traceId: ([0-9a-f]{32}), spanId: ([0-9a-f]{16}) \*\/ /;

let server: PostgresServer;
let recording: Recording;
let log = '';
const opened: { end(): Promise<unknown> }[] = [];

beforeAll(async () => {
  server = await startPostgres({
    args: ['-c', 'shared_preload_libraries=pg_stat_statements', '-c', 'log_statement=all'],
    onLog: (piece) => {
      log += piece;
    },
  });
  const client = new pg.Client(server.url);
  await client.connect();
  await client.query('CREATE EXTENSION pg_stat_statements');
  await client.query('CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL)');
  await client.query("INSERT INTO users VALUES (1, 'ada'), (2, 'bob'), (3, 'cy')");
  await client.end();
});

afterAll(() => server.stop());

beforeEach(async () => {
  recording = await startRecording();
});

afterEach(async () => {
  for (const one of opened.splice(0)) await one.end();
  await recording.stop();
});

async function client(options?: TracePgOptions): Promise<pg.Client> {
  const made = tracePg(new pg.Client(server.url), options);
  opened.push(made);
  await made.connect();
  return made;
}

function pool(options?: TracePgOptions, config: pg.PoolConfig = {}): pg.Pool {
  const made = tracePg(new pg.Pool({ connectionString: server.url, ...config }), options);
  opened.push(made);
  return made;
}

function inTrace<T>(fn: () => T): T {
  return runWithTrace(createTraceContext(), fn);
}

async function names(): Promise<string[]> {
  return (await recording.spans()).map((span) => span.name);
}

describe('the span of a query', () => {
  it('carries the current semantic conventions, literals taken out', async () => {
    const db = await client();
    await withSpan('request', () => db.query("SELECT name FROM users WHERE name = 'ada' AND id = $1", [1]));
    expect(await recording.span('SELECT users')).toMatchObject({
      kind: 'client',
      status: 'unset',
      parentSpanId: (await recording.span('request')).spanId,
      attributes: {
        'db.system.name': 'postgresql',
        'db.namespace': 'postgres',
        'db.operation.name': 'SELECT',
        'db.collection.name': 'users',
        'db.query.summary': 'SELECT users',
        'db.query.text': 'SELECT name FROM users WHERE name = ? AND id = $1',
        'server.address': '127.0.0.1',
        'server.port': server.port,
      },
    });
  });

  it('is made whatever way the query is asked for, with the same answer', async () => {
    const db = await client();
    const answers = await inTrace(async () => [
      (await db.query('SELECT 1 AS n')).rows,
      (await db.query('SELECT $1::int AS n', [2])).rows,
      (await db.query({ text: 'SELECT $1::int AS n', values: [3], rowMode: 'array' })).rows,
      (await db.query({ name: 'four', text: 'SELECT $1::int AS n' }, [4])).rows,
      await new Promise((resolve) => db.query('SELECT 5 AS n', (_error, result) => resolve(result.rows))),
      await new Promise((resolve) =>
        db.query('SELECT $1::int AS n', [6], (_error, result) => resolve(result.rows)),
      ),
      await new Promise((resolve) =>
        db.query(new pg.Query('SELECT 7 AS n', (_error, result) => resolve(result.rows))),
      ),
      await new Promise((resolve) => {
        const config = {
          text: 'SELECT 8 AS n',
          callback: (_error: Error, result: pg.QueryResult) => resolve(result.rows),
        };
        void db.query(config);
      }),
    ]);
    expect(answers).toEqual([
      [{ n: 1 }],
      [{ n: 2 }],
      [[3]],
      [{ n: 4 }],
      [{ n: 5 }],
      [{ n: 6 }],
      [{ n: 7 }],
      [{ n: 8 }],
    ]);
    expect(await names()).toEqual(Array.from({ length: 8 }, () => 'SELECT'));
  });

  it('keeps the context in callbacks', async () => {
    const db = pool({}, { max: 1 });
    const context = createTraceContext();
    const seen: unknown[] = [];
    await runWithTrace(
      context,
      () =>
        new Promise<void>((resolve) => {
          db.query('SELECT 1', () => {
            seen.push(getCurrentTrace()?.traceId);
            db.connect((_error, connected, release) => {
              connected?.query(
                new pg.Query('SELECT 2', () => {
                  seen.push(getCurrentTrace()?.traceId);
                  release();
                  resolve();
                }),
              );
            });
          });
        }),
    );
    expect(seen).toEqual([context.traceId, context.traceId]);
  });

  it('records an error with its SQLSTATE, which reaches the caller unchanged', async () => {
    const db = await client();
    await expect(
      inTrace(() => db.query('INSERT INTO users VALUES ($1, $2)', [1, 'secret'])),
    ).rejects.toMatchObject({
      code: '23505',
      constraint: 'users_pkey',
    });
    expect(await recording.span('INSERT users')).toMatchObject({
      status: 'error',
      attributes: { 'db.response.status_code': '23505', 'error.type': '23505' },
    });
    expect(JSON.stringify(await recording.spans())).not.toContain('secret');
  });

  it('is not made outside of a context, and pg refuses in its own words', async () => {
    const db = await client();
    await db.query('SELECT 1');
    expect(await names()).toEqual([]);
    expect(() => inTrace(() => db.query(undefined as never))).toThrow('null or undefined query');
    expect(Object.hasOwn(new pg.Client(server.url), 'query')).toBe(false);
  });

  it('is published as a fact, and a slow one is logged without its values', async () => {
    const facts: QueryFact[] = [];
    const lines: unknown[] = [];
    const stop = subscribeSafely<QueryFact>(QUERY_CHANNEL, (fact) => void facts.push(fact));
    const clock = new LeapingClock();
    const db = await client({ clock, logger: { warn: (fields) => void lines.push(fields) } });
    const slow = db.query("SELECT 'secret'");
    clock.leap(101);
    await slow;
    await expect(db.query('SELECT nothing')).rejects.toThrow();
    stop();
    expect(facts).toEqual([
      { system: 'postgresql', operation: 'SELECT', durationMs: 101, failed: false },
      { system: 'postgresql', operation: 'SELECT', durationMs: 0, failed: true },
    ]);
    expect(lines).toEqual([
      {
        system: 'postgresql',
        operation: 'SELECT',
        queryText: 'SELECT ?',
        durationMs: 101,
        thresholdMs: 100,
        failed: false,
      },
    ]);
  });
});

describe('a pool', () => {
  it('belongs to whoever asks, also when all clients are taken', async () => {
    const db = pool({}, { max: 1 });
    const contexts = Array.from({ length: 5 }, () => createTraceContext());
    await Promise.all(contexts.map((context) => runWithTrace(context, () => db.query('SELECT 1'))));
    expect((await recording.spans()).map((span) => span.traceId)).toEqual(
      contexts.map(({ traceId }) => traceId),
    );
  });

  it('traces a transaction on a client that it hands out, once each time it is handed out', async () => {
    const db = pool();
    await inTrace(async () => {
      for (const _time of [1, 2]) {
        const connected = await db.connect();
        await connected.query('BEGIN');
        await connected.query("UPDATE users SET name = 'eve' WHERE id = 2");
        await connected.query('ROLLBACK');
        connected.release();
      }
    });
    const once = ['BEGIN', 'UPDATE users', 'ROLLBACK'];
    expect(await names()).toEqual([...once, ...once]);
  });

  it('is returned itself, and traced only once', async () => {
    const plain = new pg.Pool({ connectionString: server.url });
    opened.push(plain);
    expect(tracePg(tracePg(plain))).toBe(plain);
    await inTrace(() => plain.query('SELECT 1'));
    expect(await names()).toEqual(['SELECT']);
  });
});

describe('a cursor and a stream', () => {
  it('are a span from the first row to the end', async () => {
    const db = await client();
    await inTrace(async () => {
      const cursor = db.query(new Cursor('SELECT id FROM users ORDER BY id'));
      expect(await cursor.read(1)).toEqual([{ id: 1 }]);
      expect(await names()).toEqual([]);
      expect(await cursor.read(10)).toEqual([{ id: 2 }, { id: 3 }]);
      const left = db.query(new Cursor('SELECT id FROM users'));
      await left.read(1);
      await left.close();
      const rows: unknown[] = [];
      for await (const row of db.query(new QueryStream('SELECT name FROM users ORDER BY id'))) rows.push(row);
      expect(rows).toEqual([{ name: 'ada' }, { name: 'bob' }, { name: 'cy' }]);
    });
    expect(await names()).toEqual(['SELECT users', 'SELECT users', 'SELECT users']);
  });

  it('record an error', async () => {
    const db = await client();
    await inTrace(async () => {
      await expect(db.query(new Cursor('SELECT id FROM nowhere')).read(1)).rejects.toThrow('does not exist');
      const stream = db.query(new QueryStream('SELECT 1 / 0'));
      await expect(stream.toArray()).rejects.toThrow('division by zero');
    });
    const codes = (await recording.spans()).map((span) => span.attributes['db.response.status_code']);
    expect(codes).toEqual(['42P01', '22012']);
  });
});

describe('LISTEN and NOTIFY', () => {
  it('work as before, each a span', async () => {
    const listener = await client();
    const heard = new Promise((resolve) => listener.on('notification', ({ payload }) => resolve(payload)));
    await inTrace(async () => {
      await listener.query('LISTEN changes');
      await (await client()).query("NOTIFY changes, 'row 7'");
    });
    expect(await heard).toBe('row 7');
    expect(await names()).toEqual(['LISTEN', 'NOTIFY']);
    expect((await recording.span('NOTIFY')).attributes['db.query.text']).toBe('NOTIFY changes, ?');
  });
});

describe('trace comments', () => {
  it('are off unless asked for', async () => {
    const db = await client();
    const { rows } = await inTrace(() =>
      db.query('SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()'),
    );
    expect(rows).toEqual([{ query: 'SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()' }]);
  });

  it('show in pg_stat_activity and in the log of the server', async () => {
    const db = await client({ includeTraceComments: true });
    const asks = 'SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()';
    await withSpan('request', async (span) => {
      const { traceId, spanId } = span.spanContext();
      const comment = `/* traceId: ${traceId}, spanId: ${spanId} */ `;
      expect((await db.query(asks)).rows).toEqual([{ query: comment + asks }]);
      expect((await db.query({ text: asks, values: [] })).rows).toEqual([{ query: comment + asks }]);
      await expect.poll(() => log).toContain(`LOG:  statement: ${comment}${asks}`);
    });
    expect((await db.query(asks)).rows).toEqual([{ query: asks }]);
  });

  it('split no row of pg_stat_statements', async () => {
    const db = await client({ includeTraceComments: true });
    await db.query('SELECT pg_stat_statements_reset()');
    for (let request = 0; request < 5; request += 1) {
      await inTrace(() => db.query(`SELECT name FROM users WHERE id = ${request}`));
      await inTrace(() => db.query('SELECT id FROM users WHERE name = $1', [`name ${request}`]));
    }
    const { rows } = await db.query(
      "SELECT calls::int, regexp_replace(query, '^/\\* .* \\*/ ', '') AS query FROM pg_stat_statements WHERE query LIKE '%FROM users%' AND query NOT LIKE '%pg_stat%' ORDER BY query COLLATE \"C\"",
    );
    expect(rows).toEqual([
      { calls: 5, query: 'SELECT id FROM users WHERE name = $1' },
      { calls: 5, query: 'SELECT name FROM users WHERE id = $1' },
    ]);
  });

  it('never stand in a statement with a name, which is parsed once and runs for every request', async () => {
    const db = await client({ includeTraceComments: true });
    const named = {
      name: 'by-id',
      text: 'SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid() AND $1 = $1',
    };
    for (const id of [1, 2]) {
      const { rows } = await inTrace(() => db.query({ ...named, values: [id] }));
      expect(rows).toEqual([{ query: named.text }]);
    }
    const { rows } = await db.query(
      'SELECT statement, generic_plans + custom_plans AS runs FROM pg_prepared_statements',
    );
    expect(rows).toEqual([{ statement: named.text, runs: '2' }]);
  });

  it('leave the object of the caller as it is', async () => {
    const db = await client({ includeTraceComments: true });
    class Built {
      readonly parts: string[] = ['SELECT ', '::int AS n'];
      get text(): string {
        return this.parts.join('$1');
      }
      get values(): number[] {
        return [7];
      }
    }
    const built = new Built();
    expect((await inTrace(() => db.query(built))).rows).toEqual([{ n: 7 }]);
    expect((await inTrace(() => db.query(built))).rows).toEqual([{ n: 7 }]);
    expect(built.text).toBe('SELECT $1::int AS n');
  });

  it.each(['*/ DROP TABLE users; --', "'; DROP TABLE users; --", '\0', '/*', '\ud800'])(
    'encode %j, so that nothing can break out of them',
    async (id) => {
      const db = await client({ includeTraceComments: true });
      const text = 'SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()';
      const context = createTraceContext({ traceId: id, spanId: id });
      const { rows } = await runWithTrace(context, () => db.query(text));
      expect(rows[0].query).toMatch(/^\/\* traceId: [\w.~%-]+, spanId: [\w.~%-]+ \*\/ SELECT/);
      expect((await db.query('SELECT count(*)::int AS n FROM users')).rows).toEqual([{ n: 3 }]);
    },
  );

  it('stand before each query of a pool, with the ids of whoever asks', async () => {
    const db = pool({ includeTraceComments: true }, { max: 2 });
    const ids = Array.from({ length: 20 }, () => createTraceContext());
    const seen = await Promise.all(
      ids.map((context) =>
        runWithTrace(context, async () => {
          const { rows } = await db.query('SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()');
          return IDS.exec(rows[0].query)?.[1];
        }),
      ),
    );
    expect(seen).toEqual(ids.map(({ traceId }) => traceId));
  });
});

describe('the options of tracePg', () => {
  it('have these defaults', () => {
    expect(TRACE_PG_DEFAULTS).toEqual({
      includeTraceComments: false,
      trackQueryDuration: true,
      slowQueryThreshold: 100,
    });
  });

  it('make no span when tracking is off', async () => {
    const db = await client({ trackQueryDuration: false });
    expect((await inTrace(() => db.query('SELECT 1 AS n'))).rows).toEqual([{ n: 1 }]);
    expect(await names()).toEqual([]);
  });

  it('refuse what is no client', () => {
    expect(() => tracePg({} as pg.Pool)).toThrow('poolOrClient: must be a Pool or a Client of pg.');
    expect(() => tracePg(new pg.Pool(), { slowQueryThreshold: -1 })).toThrow('slowQueryThreshold: is -1;');
  });
});
