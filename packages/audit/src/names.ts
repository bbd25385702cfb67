/** The tables of one audit log, quoted: both databases quote a name with double quotes. */
export interface Names {
  readonly changes: string;
  readonly context: string;
  readonly chain: string;
  /** The name of something else that belongs to the table: a trigger, a function, an index. */
  of(suffix: string): string;
}

export function namesOf(table: string): Names {
  const of = (suffix: string): string => quote(`${table}_${suffix}`);
  return { changes: quote(table), context: of('context'), chain: of('chain'), of };
}

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A literal of SQL. PostgreSQL must not read a backslash in it as an escape, which is its standard since version 9.1. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
