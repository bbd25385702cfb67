/** Where SQLite and PostgreSQL differ in the statements of this package. */
export interface Dialect {
  readonly engine: 'sqlite' | 'postgres';
  /** The mark of the nth value of a statement, counted from 1. */
  placeholder(index: number): string;
  /** How an epoch time in ms is stored. */
  timestamp(epochMs: number): unknown;
  /** A value to compare with, as the driver takes it; undefined for one that no row can have. */
  comparable(value: unknown): unknown;
  /** Appended to a subquery whose rows are then changed; empty where one writer works at a time. */
  readonly lockForRemoval: string;
  readonly lockForHold: string;
}

export const sqliteDialect: Dialect = {
  engine: 'sqlite',
  placeholder: () => '?',
  timestamp: (epochMs) => epochMs,
  comparable: (value) => {
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (typeof value === 'bigint' && BigInt.asIntN(64, value) !== value) return undefined;
    return isPossible(value) ? (value instanceof Date ? value.getTime() : value) : undefined;
  },
  lockForRemoval: '',
  lockForHold: '',
};

export const postgresDialect: Dialect = {
  engine: 'postgres',
  placeholder: (index) => `$${index}`,
  timestamp: (epochMs) => new Date(epochMs),
  // What else a column cannot hold only the database knows.
  comparable: (value) => (isPossible(value) ? value : undefined),
  // Rows are locked before they are judged again: one that was restored meanwhile is not removed.
  lockForRemoval: ' FOR UPDATE SKIP LOCKED',
  lockForHold: ' FOR SHARE',
};

/** Half a character would be stored, and so be looked for, as another one. */
function isPossible(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  return !(value instanceof Date) || !Number.isNaN(value.getTime());
}

/** An identifier as both databases read it, whatever is in it. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteList(names: readonly string[], alias?: string): string {
  const prefix = alias === undefined ? '' : `${alias}.`;
  return names.map((name) => prefix + quote(name)).join(', ');
}

/** A statement in the making: its values in the order of their marks. */
export class Statement {
  readonly values: unknown[] = [];
  readonly dialect: Dialect;
  #aliases = 0;

  constructor(dialect: Dialect) {
    this.dialect = dialect;
  }

  bind(value: unknown): string {
    this.values.push(value);
    return this.dialect.placeholder(this.values.length);
  }

  alias(): string {
    return `t${this.#aliases++}`;
  }
}
