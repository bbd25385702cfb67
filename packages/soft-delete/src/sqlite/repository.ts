import { publishDeleted, publishErased, publishPurged, publishRestored } from '../channels.ts';
import { deleteRows } from '../engine/delete-rows.ts';
import { type Condition, type Port, runSync } from '../engine/port.ts';
import { type PurgeOutcome, purgeRows } from '../engine/purge-rows.ts';
import { cascadeFamily, restoreRows } from '../engine/restore-rows.ts';
import {
  MissingColumnsError,
  ParentDeletedError,
  RowNotFoundError,
  SoftDeleteOptionError,
} from '../errors.ts';
import type { DeleteManyResult, DeleteResult, RestoreResult } from '../outcomes.ts';
import type { Schema, Table } from '../schema.ts';
import { newStamp, type PurgeOptions, purgeBounds, type ScopeOptions } from '../scope.ts';
import type { Match } from '../sql/condition.ts';
import { sqliteDialect as dialect } from '../sql/dialect.ts';
import { checkFilterColumns } from '../sql/filter.ts';
import { parentMatches } from '../sql/parents.ts';
import {
  type Key,
  type ReadScope,
  type RepositoryOptions,
  RepositoryPlan,
  type Row,
  readState,
} from '../sql/repository-plan.ts';
import {
  countSql,
  deleteSql,
  existsSql,
  insertSql,
  type ReadOptions,
  selectSql,
  updateSql,
} from '../sql/statements.ts';
import { atomically, type SqliteDatabase } from './database.ts';
import { SqliteRunner, sqlitePort } from './port.ts';

export interface SqliteRepositoryOptions extends RepositoryOptions {
  /**
   * A better-sqlite3 connection. Where a transaction is open on it, every call is part of it; else a call has one
   * of its own.
   */
  db: SqliteDatabase;
}

export interface ActOptions extends ScopeOptions {
  /** Who deletes. Default the user of the context. */
  deletedBy?: string;
}

/** Rows of one table that can be deleted and brought back. Every call is synchronous and atomic. */
export interface SqliteSoftDeleteRepository<R extends object = Row> {
  /** @returns undefined when there is none that is live */
  find(key: Key, options?: ReadScope): R | undefined;
  /** @throws SoftDeleteFilterError */
  findMany(where?: Match, options?: ReadScope & ReadOptions): R[];
  /** @throws SoftDeleteFilterError */
  count(where?: Match, options?: ReadScope): number;
  /** @throws ParentDeletedError when a parent is not live */
  insert(values: Readonly<Row>, options?: ScopeOptions): R;
  /** @throws RowNotFoundError, RestrictedError */
  delete(key: Key, options?: ActOptions): DeleteResult;
  /** @throws RestrictedError, SoftDeleteFilterError */
  deleteMany(where: Match, options?: ActOptions): DeleteManyResult;
  /** Undoes the act that deleted the row. @throws RowNotFoundError, ParentDeletedError, RestoreConflictError */
  restore(key: Key, options?: ScopeOptions): RestoreResult;
  /** Undoes an act by its id. */
  restoreDeletion(deletionId: string, options?: ScopeOptions): RestoreResult;
  /** Removes a row for good, deleted or not; foreign keys of the database decide what may stay. */
  forceDelete(key: Key, options?: ScopeOptions): void;
  /** One batch: removes what was deleted long ago, here and below, children first. */
  purge(options: PurgeOptions): PurgeOutcome;
  /** Overwrites values for good, deleted or not, and keeps the row. */
  erase(key: Key, values: Readonly<Row>, options?: ScopeOptions): void;
}

/**
 * Rows of one table in SQLite that can be deleted and brought back.
 * @example const orders = createSoftDeleteRepository({ db, table: 'orders' });
 * @throws SoftDeleteOptionError, MissingColumnsError
 */
export function createSoftDeleteRepository<R extends object = Row>(
  options: SqliteRepositoryOptions,
): SqliteSoftDeleteRepository<R> {
  const { db, ...base } = options;
  const plan = new RepositoryPlan(base);
  checkColumns(db, plan.schema);
  const runner = new SqliteRunner(db);
  const port = sqlitePort(runner);
  const { table, clock } = plan;
  const first = (where: Condition): Row | undefined =>
    runner.first(selectSql(dialect, table, where, { limit: 1 })) as Row | undefined;

  /** A column that is not there is told from other errors when the database has refused the statement. */
  const filtered = <T>({ match }: Condition, work: () => T): T => {
    try {
      return work();
    } catch (error) {
      checkFilterColumns(table, match, columnsOf(db, table.name));
      throw error;
    }
  };

  const mark = (where: Condition, deletedBy: string | undefined, mustExist: boolean): DeleteManyResult => {
    const stamp = newStamp(clock, deletedBy);
    const { roots, counts } = atomically(db, () => {
      const outcome = runSync(deleteRows(port, table, where, stamp));
      if (mustExist && outcome.roots === 0) throw new RowNotFoundError(table.name, 'live');
      return outcome;
    });
    const { deletionId } = stamp;
    if (roots > 0) publishDeleted({ engine: 'sqlite', table: table.name, deletionId, counts });
    return { deletionId, counts, count: roots };
  };

  const restored = (work: () => RestoreResult): RestoreResult => {
    const result = atomically(db, work);
    publishRestored({ engine: 'sqlite', table: table.name, ...result });
    return result;
  };

  return {
    find: (key, scope = {}) => first(plan.byKey(key, scope, readState(scope))) as R | undefined,
    findMany: (filter = {}, scope = {}) => {
      const where = plan.rows(filter, scope);
      const part = plan.page(scope);
      return filtered(where, () => runner.all(selectSql(dialect, table, where, part))) as R[];
    },
    count: (filter = {}, scope = {}) => {
      const where = plan.rows(filter, scope);
      const row = filtered(where, () => runner.first(countSql(dialect, table, where)));
      return Number((row as { total: number }).total);
    },
    insert: (values, scope = {}) => {
      const row = plan.newRow(values, scope);
      return atomically(db, () => {
        checkParents(runner, table, row, plan.tenant(scope));
        return runner.first(insertSql(dialect, table, row)) as R;
      });
    },
    delete: (key, act = {}) =>
      mark({ ...plan.byKey(key, act), tenantId: plan.tenantOfAct(act) }, act.deletedBy, true),
    deleteMany: (filter, act = {}) => {
      const where = { ...plan.rows(filter, act), tenantId: plan.tenantOfAct(act) };
      return filtered(where, () => mark(where, act.deletedBy, false));
    },
    restore: (key, scope = {}) =>
      restored(() => {
        const where = { ...plan.byKey(key, scope, 'deleted'), tenantId: plan.tenantOfAct(scope) };
        const row = first(where);
        if (row === undefined) throw new RowNotFoundError(table.name, 'deleted');
        const deletionId = row[table.columns.deletionId];
        return typeof deletionId === 'string'
          ? restore(port, cascadeFamily(table), { ...where, match: undefined, deletionId })
          : restore(port, [table], where);
      }),
    restoreDeletion: (deletionId, scope = {}) =>
      restored(() => {
        const where: Condition = { deletionId, state: 'deleted', tenantId: plan.tenantOfAct(scope) };
        const result = restore(port, cascadeFamily(table), where);
        if (Object.keys(result.counts).length === 0) throw new RowNotFoundError(table.name, 'deleted');
        return result;
      }),
    forceDelete: (key, scope = {}) => {
      const removed = runner.change(deleteSql(dialect, table, plan.byKey(key, scope)));
      if (removed === 0) throw new RowNotFoundError(table.name, 'matching');
    },
    purge: (purge) => {
      const { deletedBefore, limit } = purgeBounds(purge, clock);
      const where = { deletedBefore, tenantId: plan.tenant(purge) };
      const outcome = atomically(db, () => runSync(purgeRows(port, table, where, limit)));
      if (outcome.removed > 0) {
        publishPurged({ engine: 'sqlite', table: table.name, counts: outcome.counts });
      }
      return outcome;
    },
    erase: (key, values, scope = {}) => {
      const set = plan.erasable(values);
      const changed = runner.change(updateSql(dialect, table, plan.byKey(key, scope), set));
      if (changed === 0) throw new RowNotFoundError(table.name, 'matching');
      publishErased({ engine: 'sqlite', table: table.name, columns: Object.keys(set) });
    },
  };
}

function restore(port: Port, tables: readonly Table[], rows: Condition): RestoreResult {
  return { counts: runSync(restoreRows(port, tables, rows)), deletionId: rows.deletionId };
}

function checkParents(runner: SqliteRunner, table: Table, row: Row, tenantId: string | undefined): void {
  for (const { relation, where } of parentMatches(table, row, tenantId)) {
    if (runner.first(existsSql(dialect, relation.parent, where)) === undefined) {
      throw new ParentDeletedError(table.name, relation.parent.name);
    }
  }
}

function columnsOf(db: SqliteDatabase, table: string): ReadonlySet<string> {
  const columns = db.prepare('SELECT name FROM pragma_table_info(?)').all(table) as { name: string }[];
  return new Set(columns.map(({ name }) => name));
}

function checkColumns(db: SqliteDatabase, schema: Schema): void {
  for (const { name, softDelete, columns, primaryKey, tenantColumn } of schema.values()) {
    const found = columnsOf(db, name);
    if (found.size === 0)
      throw new SoftDeleteOptionError('table', `There is no table "${name}" in the database.`);
    const needed = [...primaryKey, ...(tenantColumn === undefined ? [] : [tenantColumn])];
    if (softDelete) needed.push(...Object.values(columns));
    const missing = needed.filter((column) => !found.has(column));
    if (missing.length > 0) {
      throw new MissingColumnsError(
        name,
        missing,
        'Run migrationFor() on it first, or name its own columns in the options.',
      );
    }
  }
}
