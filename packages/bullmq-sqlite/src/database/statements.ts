import type { Database, Statement } from 'better-sqlite3';

export type SqlValue = string | number | null;

/**
 * Prepared statements, kept by their text. Parameters are written `+?` where SQLite's statistics could make it plan
 * anew at each call: the library is built with STAT4, and a statement prepared again costs several times its run.
 */
export class Statements {
  readonly #db: Database;
  readonly #kept = new Map<string, Statement<SqlValue[]>>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** The number of changed rows. */
  run(text: string, ...values: SqlValue[]): number {
    return this.#statement(text).run(...values).changes;
  }

  /** Like `run`, and gives the rowid of the inserted row. */
  insert(text: string, ...values: SqlValue[]): number {
    return Number(this.#statement(text).run(...values).lastInsertRowid);
  }

  get<Row>(text: string, ...values: SqlValue[]): Row | undefined {
    return this.#statement(text).get(...values) as Row | undefined;
  }

  all<Row>(text: string, ...values: SqlValue[]): Row[] {
    return this.#statement(text).all(...values) as Row[];
  }

  #statement(text: string): Statement<SqlValue[]> {
    let statement = this.#kept.get(text);
    if (statement === undefined) {
      statement = this.#db.prepare<SqlValue[]>(text);
      this.#kept.set(text, statement);
    }
    return statement;
  }
}
