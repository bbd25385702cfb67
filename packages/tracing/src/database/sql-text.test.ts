import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeForComment } from './sql-comment.ts';
import { shapeOf } from './sql-text.ts';

describe('the shape of a statement', () => {
  it.each([
    ['SELECT * FROM users', 'SELECT users', 'SELECT * FROM users'],
    ["select a from t where b = 'it''s' and c = 5", 'SELECT t', 'select a from t where b = ? and c = ?'],
    [
      'INSERT OR REPLACE INTO "my table" VALUES (1, -2.5e3, 0xFF, .5)',
      'INSERT my table',
      'INSERT OR REPLACE INTO "my table" VALUES (?, -?, ?, ?)',
    ],
    [
      'UPDATE OR IGNORE t1 SET a1 = ?1, b = :b2, c = @c3, d = $d4',
      'UPDATE t1',
      'UPDATE OR IGNORE t1 SET a1 = ?1, b = :b2, c = @c3, d = $d4',
    ],
    ["DELETE FROM [odd name] WHERE x = X'C0FFEE'", 'DELETE odd name', 'DELETE FROM [odd name] WHERE x = ?'],
    ['CREATE TABLE IF NOT EXISTS main.t (a)', 'CREATE main.t', 'CREATE TABLE IF NOT EXISTS main.t (a)'],
    ['/* secret */ SELECT 1 -- 4111 1111\n', 'SELECT', 'SELECT ?'],
    [
      "WITH x AS (SELECT 'a' FROM y) INSERT INTO z SELECT * FROM x",
      'INSERT z',
      'WITH x AS (SELECT ? FROM y) INSERT INTO z SELECT * FROM x',
    ],
    ["SELECT 'never closed", 'SELECT', 'SELECT ?'],
    ['PRAGMA journal_mode = WAL', 'PRAGMA', 'PRAGMA journal_mode = WAL'],
    ['', 'UNKNOWN', ''],
  ])('of %j is named %j', (sql, summary, text) => {
    expect(shapeOf(sql)).toMatchObject({ summary, text });
  });

  it.each([
    [
      "SELECT * FROM t WHERE a = ARRAY['secret'] AND b[1] = $1",
      't',
      'SELECT * FROM t WHERE a = ARRAY[?] AND b[?] = $1',
    ],
    ["SELECT E'it\\'s secret', U&'x', B'01' FROM t", 't', 'SELECT ?, ?, ? FROM t'],
    ['SELECT $$secret$$, $tag$ $$ secret $tag$ FROM t', 't', 'SELECT ?, ? FROM t'],
    ['SELECT $$never closed', undefined, 'SELECT ?'],
    ['SELECT a$1b, $1, 1_000, 0xFF FROM "Odd"', 'Odd', 'SELECT a$1b, $1, ?, ? FROM "Odd"'],
  ])('of %j in PostgreSQL has the table %j and the text %j', (sql, table, text) => {
    expect(shapeOf(sql, 'postgresql')).toMatchObject({ table, text });
  });

  it.each([
    ['SELECT * FROM a', 'a'],
    ['SELECT * FROM ONLY public.a AS x WHERE id = $1 FOR UPDATE SKIP LOCKED', 'public.a'],
    ['SELECT EXTRACT(YEAR FROM at) FROM a WHERE b IS DISTINCT FROM c', 'a'],
    ['INSERT INTO a (b) VALUES ($1) ON CONFLICT (b) DO UPDATE SET c = $2', 'a'],
    ['UPDATE "s"."a" SET b = 1', 's.a'],
    ['SELECT * FROM a JOIN b ON true', undefined],
    ['SELECT * FROM a, b', undefined],
    ['SELECT * FROM a x, b y', undefined],
    ['INSERT INTO a SELECT * FROM b', undefined],
    ['SELECT * FROM (SELECT * FROM a) x', undefined],
    ['SELECT * FROM generate_series(1, 3)', undefined],
    ['WITH a AS (SELECT 1) SELECT * FROM a', undefined],
    ['SELECT 1 FROM a; DELETE FROM a', undefined],
    ['SELECT 1', undefined],
  ])('of %j has the table %j, where it is sure of it', (sql, table) => {
    expect(shapeOf(sql, 'postgresql').table).toBe(table);
  });

  it('never lets a PostgreSQL literal through', () => {
    fc.assert(
      fc.property(
        fc.string().filter((secret) => !secret.includes('$')),
        (secret) => {
          const quoted = secret.replaceAll("'", "''");
          const escaped = secret.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
          const sql = `SELECT a FROM t WHERE b = '${quoted}' AND c = E'${escaped}' AND d = $x$${secret}$x$`;
          return shapeOf(sql, 'postgresql').text === 'SELECT a FROM t WHERE b = ? AND c = ? AND d = ?';
        },
      ),
    );
  });

  it('is cut to 2048 characters', () => {
    const { text } = shapeOf(
      `SELECT ${Array.from({ length: 2000 }, (_, i) => `column_${i}`).join(', ')} FROM wide`,
    );
    expect(text).toHaveLength(2048);
    expect(text.endsWith('…')).toBe(true);
  });

  it('never lets a string literal through', () => {
    fc.assert(
      fc.property(fc.string(), (secret) => {
        const { text } = shapeOf(`SELECT a FROM t WHERE b = '${secret.replaceAll("'", "''")}' AND c = 1`);
        return text === 'SELECT a FROM t WHERE b = ? AND c = ?';
      }),
    );
  });

  it('takes linear time for hostile text', () => {
    for (const piece of [
      "'",
      '"',
      '/*',
      '--',
      '((((',
      "x'",
      '1.1e',
      '$a$',
      '$$',
      "e'\\\\",
      'from a ',
      'from "',
      ' from extract(',
    ]) {
      expect(shapeOf(piece.repeat(20_000)).text.length).toBeLessThanOrEqual(2048);
      expect(shapeOf(piece.repeat(20_000), 'postgresql').text.length).toBeLessThanOrEqual(2048);
    }
  });
});

describe('the encoding of a comment', () => {
  it('leaves no character that could end or begin a comment, a string or a line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => /^[\w.~%-]*$/.test(encodeForComment(value))),
    );
  });
});
