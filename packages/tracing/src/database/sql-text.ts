import { oneTableOf, tableOf } from './sql-table.ts';

/** What a span says about a statement; made once per text. */
export interface StatementShape {
  /** The statement without comments and with every literal as `?`, at most 2048 characters. */
  readonly text: string;
  /** First word in capitals, or what a `WITH` leads up to. */
  readonly operation: string;
  /** Operation and first table, for the name of the span. */
  readonly summary: string;
  /** The table, where the statement names no other. */
  readonly table: string | undefined;
}

export type SqlDialect = 'sqlite' | 'postgresql';

const MAX_TEXT = 2048;
const MAX_CACHED = 500;
const MAX_CACHED_LENGTH = 8192;

/**
 * What has to be told apart in a text: literals, quoted identifiers (kept), both kinds of comment, and numbers that are
 * not part of a name. In PostgreSQL brackets hold subscripts and `ARRAY[…]`, never a name, strings may be quoted by
 * dollars, and `E'…'` knows the backslash.
 */
const TOKENS: Readonly<Record<SqlDialect, RegExp>> = {
  sqlite:
    /(x?'(?:[^']|'')*(?:'|$))|("(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\])|(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|((?<![\w?:@$])(?:0x[0-9a-f]+|\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)(?!\w))/gi,
  postgresql:
    /(\be'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|(?:\b[bxn]|\bu&)?'(?:[^']|'')*(?:'|$)|(?<![\w$])\$(?<tag>(?:[a-z_]\w*)?)\$[\s\S]*?(?:\$\k<tag>\$|$))|("(?:[^"]|"")*")|(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|((?<![\w$])(?:0[xob][0-9a-f_]+|\d[\d_]*(?:\.[\d_]*)?(?:e[+-]?\d+)?|\.\d[\d_]*(?:e[+-]?\d+)?)(?!\w))/gi,
};

const caches: Readonly<Record<SqlDialect, Map<string, StatementShape>>> = {
  sqlite: new Map(),
  postgresql: new Map(),
};

/** Shape of a statement; remembers the last 500 texts, so that a built statement with values in it costs no memory. */
export function shapeOf(sql: string, dialect: SqlDialect = 'sqlite'): StatementShape {
  const cache = caches[dialect];
  const known = cache.get(sql);
  if (known !== undefined) return known;
  const shape = readShape(sql, dialect);
  if (sql.length <= MAX_CACHED_LENGTH) {
    if (cache.size >= MAX_CACHED) cache.delete(cache.keys().next().value ?? '');
    cache.set(sql, shape);
  }
  return shape;
}

function readShape(sql: string, dialect: SqlDialect): StatementShape {
  const whole = sql.replace(TOKENS[dialect], replacementOf(dialect)).replace(/\s+/g, ' ').trim();
  const statement = mainStatement(whole);
  const operation = /^\(*\s*([a-z]+)/i.exec(statement)?.[1]?.toUpperCase() ?? 'UNKNOWN';
  const named = tableOf(statement);
  const text = whole.length > MAX_TEXT ? `${whole.slice(0, MAX_TEXT - 1)}…` : whole;
  return {
    text,
    operation,
    table: oneTableOf(whole, statement),
    summary: named === undefined ? operation : `${operation} ${named}`,
  };
}

function replacementOf(dialect: SqlDialect): (match: string, ...groups: (string | undefined)[]) => string {
  // The tag of a dollar quote is a group of its own, before those that both dialects have.
  const identifierAt = dialect === 'sqlite' ? 1 : 2;
  return (_match, ...groups) => {
    const identifier = groups[identifierAt];
    if (identifier !== undefined) return identifier;
    return groups[identifierAt + 1] === undefined || groups[0] !== undefined ? '?' : ' ';
  };
}

/** The statement itself, or what a `WITH` leads up to: from the first verb outside of its parentheses. */
function mainStatement(text: string): string {
  if (!/^with\b/i.test(text)) return text;
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(
    /[()]|\b(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|MERGE)\b/gi,
  )) {
    if (token === '(') depth += 1;
    else if (token === ')') depth -= 1;
    else if (depth === 0) return text.slice(index);
  }
  return text;
}
