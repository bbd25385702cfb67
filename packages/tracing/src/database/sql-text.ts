/** What a span says about a statement; made once per text. */
export interface StatementShape {
  /** The statement without comments and with every literal as `?`, at most 2048 characters. */
  readonly text: string;
  /** First word in capitals, or what a `WITH` leads up to. */
  readonly operation: string;
  /** Operation and table, for the name of the span. */
  readonly summary: string;
  readonly table: string | undefined;
}

const MAX_TEXT = 2048;
const MAX_CACHED = 500;
const MAX_CACHED_LENGTH = 8192;
const cache = new Map<string, StatementShape>();

/** Shape of a statement; remembers the last 500 texts, so that a built statement with values in it costs no memory. */
export function shapeOf(sql: string): StatementShape {
  const known = cache.get(sql);
  if (known !== undefined) return known;
  const shape = readShape(sql);
  if (sql.length <= MAX_CACHED_LENGTH) {
    if (cache.size >= MAX_CACHED) cache.delete(cache.keys().next().value ?? '');
    cache.set(sql, shape);
  }
  return shape;
}

/** Strings and blobs, quoted identifiers (kept), both kinds of comment, and numbers that are not part of a name. */
const TOKEN =
  /(x?'(?:[^']|'')*(?:'|$))|("(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\])|(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|((?<![\w?:@$])(?:0x[0-9a-f]+|\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)(?!\w))/gi;

function readShape(sql: string): StatementShape {
  const whole = sql
    .replace(TOKEN, (_match, literal, identifier, comment) => {
      if (identifier !== undefined) return identifier as string;
      return comment === undefined || literal !== undefined ? '?' : ' ';
    })
    .replace(/\s+/g, ' ')
    .trim();
  const statement = mainStatement(whole);
  const operation = /^\(*\s*([a-z]+)/i.exec(statement)?.[1]?.toUpperCase() ?? 'UNKNOWN';
  const table = tableOf(statement);
  const text = whole.length > MAX_TEXT ? `${whole.slice(0, MAX_TEXT - 1)}…` : whole;
  return { text, operation, table, summary: table === undefined ? operation : `${operation} ${table}` };
}

/** The statement itself, or what a `WITH` leads up to: from the first verb outside of its parentheses. */
function mainStatement(text: string): string {
  if (!/^with\b/i.test(text)) return text;
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/[()]|\b(?:SELECT|INSERT|UPDATE|DELETE|REPLACE)\b/gi)) {
    if (token === '(') depth += 1;
    else if (token === ')') depth -= 1;
    else if (depth === 0) return text.slice(index);
  }
  return text;
}

const TABLE =
  /\b(?:FROM|INTO|UPDATE(?:\s+OR\s+\w+)?|TABLE|JOIN)\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?("[^"]+"|`[^`]+`|\[[^\]]+\]|[\w.]+)/i;

function tableOf(text: string): string | undefined {
  return TABLE.exec(text)?.[1]?.replace(/^["`[]|["`\]]$/g, '');
}
