/** Where SQLite and PostgreSQL differ in the statements of this package. */
export interface Dialect {
  readonly engine: 'sqlite' | 'postgres';
  /** The mark of the nth value of a statement, counted from 1. */
  placeholder(index: number): string;
  /** How an epoch time in ms is stored. */
  timestamp(epochMs: number): unknown;
  /** Appended to a subquery whose rows are then changed; empty where one writer works at a time. */
  readonly lockForRemoval: string;
  readonly lockForHold: string;
}

export const sqliteDialect: Dialect = {
  engine: 'sqlite',
  placeholder: () => '?',
  timestamp: (epochMs) => epochMs,
  lockForRemoval: '',
  lockForHold: '',
};

export const postgresDialect: Dialect = {
  engine: 'postgres',
  placeholder: (index) => `$${index}`,
  timestamp: (epochMs) => new Date(epochMs),
  // Rows are locked before they are judged again: one that was restored meanwhile is not removed.
  lockForRemoval: ' FOR UPDATE SKIP LOCKED',
  lockForHold: ' FOR SHARE',
};

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
