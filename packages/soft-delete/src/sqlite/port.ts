import type { Condition, Port, Stamp } from '../engine/port.ts';
import { RestoreConflictError } from '../errors.ts';
import type { Relation, Table } from '../schema.ts';
import { sqliteDialect as dialect } from '../sql/dialect.ts';
import { detachSql, existsSql, markSql, removeSql, type Sql, unmarkSql } from '../sql/statements.ts';
import type { SqliteDatabase, SqliteStatement } from './database.ts';

const MOST_STATEMENTS = 200;

/** Statements by their text. Values are never part of it, so there are few. */
export class SqliteRunner {
  readonly db: SqliteDatabase;
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(db: SqliteDatabase) {
    this.db = db;
  }

  change({ text, values }: Sql): number {
    return this.#prepare(text).run(...values).changes;
  }

  first({ text, values }: Sql): unknown {
    return this.#prepare(text).get(...values);
  }

  all({ text, values }: Sql): unknown[] {
    return this.#prepare(text).all(...values);
  }

  #prepare(text: string): SqliteStatement {
    const known = this.#statements.get(text);
    if (known !== undefined) return known;
    if (this.#statements.size === MOST_STATEMENTS) this.#statements.clear();
    const statement = this.db.prepare(text);
    this.#statements.set(text, statement);
    return statement;
  }
}

/** One writer at a time: nothing needs to be held. */
export function sqlitePort(runner: SqliteRunner): Port {
  return {
    mark: (table: Table, where: Condition, stamp: Stamp) =>
      runner.change(markSql(dialect, table, where, stamp)),
    unmark: (table: Table, where: Condition) => {
      try {
        return runner.change(unmarkSql(dialect, table, where));
      } catch (error) {
        throw isUniqueViolation(error) ? new RestoreConflictError(table.name, error) : error;
      }
    },
    detach: (relation: Relation, where: Condition, limit?: number) =>
      runner.change(detachSql(dialect, relation, where, limit)),
    exists: (table: Table, where: Condition) => runner.first(existsSql(dialect, table, where)) !== undefined,
    hold: () => undefined,
    remove: (table: Table, where: Condition, limit: number) =>
      runner.change(removeSql(dialect, table, where, limit)),
  };
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'SQLITE_CONSTRAINT_UNIQUE';
}
