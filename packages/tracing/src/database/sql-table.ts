const NAME = String.raw`"[^"]+"(?:\."[^"]+")?|\`[^\`]+\`|\[[^\]]+\]|[\w.]+`;
const VERB = String.raw`\b(?:FROM(?:\s+ONLY)?|INTO|(?<!\b(?:FOR|KEY|DO|ON)\s+)UPDATE(?:\s+(?:OR\s+\w+|ONLY))?|TABLE(?:\s+ONLY)?|JOIN)`;
const TABLE = new RegExp(`${VERB}\\s+(?:IF\\s+(?:NOT\\s+)?EXISTS\\s+)?(${NAME})`, 'i');
const TABLES = new RegExp(TABLE.source, 'gi');

/** `FROM` is also an argument of these, and part of a comparison. */
const FALSE_FROM =
  /\b(?:extract|substring|trim|overlay|position)\s*\([^()]*\)|\bIS\s+(?:NOT\s+)?DISTINCT\s+FROM\b/gi;

/** More than one source that this reading cannot tell apart: a list, a subquery, a set-returning function. */
const UNSURE = new RegExp(
  [
    String.raw`\b(?:FROM|JOIN)\s+(?:LATERAL\s+)?\(`,
    String.raw`\b(?:FROM|JOIN)\s+(?:${NAME})\s*\(`,
    String.raw`\b(?:FROM|USING)\s+(?:${NAME})(?:\s+(?:AS\s+)?\w+)?\s*,`,
    String.raw`\bDO\s+UPDATE\b.*\bFROM\b`,
    String.raw`;\s*\S`,
  ].join('|'),
  'i',
);

/** The table that a statement names first, without its quotes. */
export function tableOf(statement: string): string | undefined {
  return unquoted(TABLE.exec(statement.replace(FALSE_FROM, ' '))?.[1]);
}

/** The one table of a statement, or nothing where it may speak of several. */
export function oneTableOf(whole: string, statement: string): string | undefined {
  if (/^with\b/i.test(whole)) return undefined;
  const plain = statement.replace(FALSE_FROM, ' ').replace(/;\s*$/, '');
  if (UNSURE.test(plain)) return undefined;
  const names = new Set<string>();
  for (const { 1: name } of plain.matchAll(TABLES)) names.add(unquoted(name) ?? '');
  const [only] = names;
  return names.size === 1 ? only : undefined;
}

function unquoted(name: string | undefined): string | undefined {
  return name?.replace(/^["`[]|["`\]]$/g, '').replaceAll('"."', '.');
}
