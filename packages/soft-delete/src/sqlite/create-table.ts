/** A piece of SQL as SQLite's tokenizer sees it; quotes and comments are one token each. */
interface Token {
  readonly text: string;
  readonly depth: number;
}

const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\d[\w.]*|\s+|./g;

/** A `CREATE TABLE` statement in parts: what stands before the columns, the definitions, what stands after. */
export interface CreateTable {
  readonly definitions: readonly string[];
  readonly suffix: string;
}

/** @returns undefined for a statement that is no list of definitions */
export function readCreateTable(sql: string): CreateTable | undefined {
  const tokens = tokensOf(sql);
  const open = tokens.findIndex(({ text }) => text === '(');
  const close = tokens.findLastIndex(({ text, depth }) => text === ')' && depth === 0);
  if (open < 0 || close < open) return undefined;
  const definitions: string[] = [''];
  for (const { text, depth } of tokens.slice(open + 1, close)) {
    if (text === ',' && depth === 1) definitions.push('');
    else definitions[definitions.length - 1] += text;
  }
  const suffix = tokens.slice(close + 1);
  return { definitions, suffix: suffix.map(({ text }) => text).join('') };
}

const CONSTRAINTS = new Set(['CONSTRAINT', 'PRIMARY', 'UNIQUE', 'CHECK', 'FOREIGN']);

/** The column that a definition makes, without its quotes; undefined for a constraint of the table. */
export function columnOf(definition: string): string | undefined {
  const name = tokensOf(definition).find(isWord)?.text ?? '';
  if (CONSTRAINTS.has(name.toUpperCase())) return undefined;
  const mark = name.charAt(0);
  if (!'"`[\''.includes(mark)) return name;
  return name.slice(1, -1).replaceAll(mark + mark, mark);
}

/** The definitions without UNIQUE, whether it stands at a column or alone. Primary keys stay. */
export function withoutUnique(definitions: readonly string[]): string[] {
  return definitions.flatMap((definition) => {
    const words = tokensOf(definition);
    const names = words.filter(isWord);
    const isNamed = names[0]?.text.toUpperCase() === 'CONSTRAINT';
    const first = names[isNamed ? 2 : 0]?.text.toUpperCase();
    if (first === 'UNIQUE') return [];
    return isNamed ? [definition] : [columnWithoutUnique(words)];
  });
}

/** Drops `[CONSTRAINT name] UNIQUE [ON CONFLICT action]` from a column definition. */
function columnWithoutUnique(tokens: readonly Token[]): string {
  const kept = tokens.map(({ text }) => text);
  const words = tokens.map((token, index) => ({ token, index })).filter(({ token }) => isWord(token));
  words.forEach(({ token, index }, position) => {
    if (position === 0 || token.depth !== 0 || token.text.toUpperCase() !== 'UNIQUE') return;
    const at = (offset: number): string => words[position + offset]?.token.text.toUpperCase() ?? '';
    const from = at(-2) === 'CONSTRAINT' ? (words[position - 2]?.index ?? index) : index;
    const to = at(1) === 'ON' && at(2) === 'CONFLICT' ? (words[position + 3]?.index ?? index) : index;
    kept.fill('', from, to + 1);
  });
  return kept.join('');
}

function isWord({ text }: Token): boolean {
  return !/^(?:\s+|--|\/\*)/.test(text);
}

function tokensOf(sql: string): Token[] {
  let depth = 0;
  return (sql.match(TOKEN) ?? []).map((text) => {
    if (text === ')') depth -= 1;
    const token = { text, depth };
    if (text === '(') depth += 1;
    return token;
  });
}
