import { startPostgres } from '@holdfast/test-servers';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSoftDeleteRepository, migrationFor, type PgClient } from '../src/postgres/index.ts';
import { databases, MARKS, type Repository, type TestDatabase } from './databases.ts';

const SECRET = 'hunter2';

describe.each(databases)('a filter as a client sends it, on %s', (_name, open) => {
  let database: TestDatabase;
  let notes: Repository;

  beforeAll(async () => {
    database = await open();
    const [uuid, flag] = database.name === 'sqlite' ? ['TEXT', 'INTEGER'] : ['uuid', 'boolean'];
    await database.run(
      `CREATE TABLE notes (id INTEGER PRIMARY KEY, word TEXT, owner ${uuid}, done ${flag}, many BIGINT, ${MARKS})`,
    );
    notes = database.repository({ notes: {} }, 'notes');
    await notes.insert({ id: 1, word: 'a', owner: '00000001-0000-4000-8000-00000000000a', many: 7 });
    await notes.insert({ id: 2, word: '\uFFFD', many: 9 });
    await database.run(`UPDATE notes SET done = ${database.name === 'sqlite' ? '1' : 'true'} WHERE id = 1`);
  });
  afterAll(() => database.close());

  it.each<[string, string, unknown]>([
    ['a text for a number', 'many', SECRET],
    ['a text that is empty for a number', 'many', ''],
    ['a number beyond 64 bits', 'many', '9'.repeat(30)],
    ['a bigint beyond 64 bits', 'many', 2n ** 64n],
    ['a fraction for a whole number', 'many', 7.5],
    ['no number', 'many', Number.NaN],
    ['an endless number', 'many', Number.POSITIVE_INFINITY],
    ['half a UUID', 'owner', '00000001-0000'],
    ['a NUL', 'word', 'a\0'],
    ['a NUL for a UUID', 'owner', '\0'],
    ['half a character', 'word', '\uD800'],
    ['half a megabyte', 'word', 'a'.repeat(500_000)],
    ['an injection', 'word', "a' OR '1'='1"],
    ['an empty list', 'word', []],
    ['a list of what cannot be', 'many', [SECRET, '1e400', '\0']],
    ['a value that is missing', 'word', undefined],
    ['a date that is none', 'deleted_at', new Date(Number.NaN)],
    ['a word for a yes or no', 'done', SECRET],
  ])('matches no row by %s', async (_what, column, value) => {
    const where = { [column]: value };
    expect(await notes.findMany(where)).toEqual([]);
    expect(await notes.count(where)).toBe(0);
    expect(await notes.deleteMany(where)).toMatchObject({ count: 0, counts: {} });
  });

  it('finds what the rest of a list names', async () => {
    const order = { orderBy: { id: 'asc' } } as const;
    const many = [SECRET, '7', 2n ** 64n, '\0', 9];
    expect(await notes.findMany({ many, word: ['a', '\uFFFD'] }, order)).toMatchObject([
      { id: 1 },
      { id: 2 },
    ]);
    expect(await notes.count({ many: ['7', SECRET], word: 'a' })).toBe(1);
  });

  it('finds by yes and no', async () => {
    expect(await notes.findMany({ done: true })).toMatchObject([{ id: 1 }]);
    expect(await notes.count({ done: false })).toBe(0);
  });

  it('finds by a Date when a row was deleted', async () => {
    await notes.insert({ id: 3 });
    await notes.delete(3);
    const deleted_at = new Date(database.clock.wallTime());
    expect(await notes.count({ deleted_at }, { onlyDeleted: true })).toBe(1);
  });

  it.each<[string, unknown, string | undefined]>([
    ['an object', { word: { gt: SECRET } }, 'word'],
    ['a list in a list', { word: [[SECRET]] }, 'word'],
    ['a function', { word: () => SECRET }, 'word'],
    ['a column that is not there', { word: 'a', passwords: SECRET }, 'passwords'],
    ['a column that injects', { 'word" IS NOT NULL OR "word': SECRET }, 'word" IS NOT NULL OR "word'],
    ['a column without a name', { '': SECRET }, undefined],
    ['a column with a NUL', { '\0': SECRET }, undefined],
    ['more values than a statement holds', { word: Array(30_001).fill(SECRET) }, undefined],
    ['a text', SECRET, undefined],
    ['a list', [SECRET], undefined],
    ['null', null, undefined],
  ])('is refused for %s, without a word of the value', async (_what, filter, column) => {
    const where = filter as { word: unknown };
    const calls = [notes.findMany(where), notes.count(where), notes.deleteMany(where)];
    for (const outcome of await Promise.allSettled(calls)) {
      const reason = { code: 'ERR_SOFT_DELETE_FILTER', table: 'notes', column };
      expect(outcome).toMatchObject({ status: 'rejected', reason });
      expect(String(outcome.status === 'rejected' && outcome.reason)).not.toContain(SECRET);
    }
    expect(await notes.count()).toBe(2);
  });

  it.each(['limit', 'offset'])('refuses a %s that is no whole number from 0', async (option) => {
    for (const value of ['x', -1, 1.5, 2 ** 60]) {
      await expect(notes.findMany({}, { [option]: value })).rejects.toMatchObject({
        code: 'ERR_SOFT_DELETE_OPTION',
        option,
        message: `${option} must be an integer from 0.`,
      });
    }
  });

  it.each(['includeDeleted', 'onlyDeleted'])('takes the text false for no %s', async (option) => {
    expect(await notes.count({}, { [option]: 'false' })).toBe(2);
  });

  it('is no way to several rows where one key is meant', async () => {
    for (const key of [['1', '2'], { id: ['1', '2'] }, { id: { gt: 0 } }, { other: 1 }, null, undefined]) {
      const given = key as unknown as string;
      expect(await notes.find(given)).toBeUndefined();
      await expect(notes.delete(given)).rejects.toMatchObject({ code: 'ERR_SOFT_DELETE_NOT_FOUND' });
    }
    expect(await notes.count()).toBe(2);
  });
});

describe('a filter on PostgreSQL', () => {
  let stop: () => Promise<void>;
  let pool: pg.Pool;

  beforeAll(async () => {
    const server = await startPostgres();
    pool = new pg.Pool({ connectionString: server.url, max: 4 });
    stop = async () => {
      await pool.end();
      await server.stop();
    };
    await pool.query('CREATE TABLE notes (id integer PRIMARY KEY, data json)');
    await migrationFor('notes', { pool }).up();
    await pool.query('INSERT INTO notes (id) SELECT generate_series(1, 1000)');
  });
  afterAll(() => stop());

  it('finds one wrong value among a thousand, and refuses a list of many wrong ones', async () => {
    const notes = createSoftDeleteRepository({ pool, table: 'notes' });
    const ids = Array.from({ length: 1000 }, (_, index) => (index === 700 ? 'x' : String(index + 1)));
    expect(await notes.count({ id: ids })).toBe(999);
    await expect(notes.count({ id: ids.map((id) => `x${id}`) })).rejects.toMatchObject({
      code: 'ERR_SOFT_DELETE_FILTER',
      column: 'id',
      message:
        'The filter for "notes" has too many values that the column cannot hold at "id". Give columns of the table with a text, number, boolean, Date, bytes or null, or a list of these.',
    });
  });

  it('is refused for a column whose type has no equality', async () => {
    const notes = createSoftDeleteRepository({ pool, table: 'notes' });
    await expect(notes.findMany({ data: '{}' })).rejects.toMatchObject({ code: 'ERR_SOFT_DELETE_FILTER' });
  });

  it("is refused where the database has ended the caller's transaction for it", async () => {
    const notes = createSoftDeleteRepository({ pool, table: 'notes' });
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      expect(await notes.deleteMany({ id: 'x' }, { tx: { client } })).toMatchObject({ count: 0 });
      await expect(notes.findMany({ id: 'x' }, { tx: { client } })).rejects.toMatchObject({
        code: 'ERR_SOFT_DELETE_FILTER',
        column: 'id',
        cause: { code: '22P02' },
      });
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });

  it('leaves alone the act that goes on at the same time on a single connection', async () => {
    const client = await pool.connect();
    try {
      const meanwhile: Promise<unknown>[] = [];
      const watched: PgClient = {
        query: async (text, values) => {
          const result = await client.query(text, values);
          if (text.startsWith('BEGIN') && meanwhile.length === 0) {
            meanwhile.push(notes.find('x'), notes.count({ id: ['x', 2] }));
          }
          return result;
        },
      };
      const notes = createSoftDeleteRepository({ client: watched, table: 'notes' });
      expect((await notes.delete(1)).counts).toEqual({ notes: 1 });
      expect(await Promise.all(meanwhile)).toEqual([undefined, 1]);
      expect(await notes.count({ id: 1 })).toBe(0);
    } finally {
      client.release();
    }
  });
});
