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
    for (const piece of ["'", '"', '/*', '--', '((((', "x'", '1.1e']) {
      expect(shapeOf(piece.repeat(20_000)).text.length).toBeLessThanOrEqual(2048);
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
