import { publishDeleted, publishErased, publishPurged, publishRestored } from '../channels.ts';
import { deleteRows } from '../engine/delete-rows.ts';
import { type Condition, runAsync } from '../engine/port.ts';
import { type PurgeOutcome, purgeRows } from '../engine/purge-rows.ts';
import { cascadeFamily, restoreRows } from '../engine/restore-rows.ts';
import { ParentDeletedError, RowNotFoundError } from '../errors.ts';
import type { DeleteManyResult, DeleteResult, RestoreResult } from '../outcomes.ts';
import type { Table } from '../schema.ts';
import { newStamp, type PurgeOptions, purgeBounds, type ScopeOptions } from '../scope.ts';
import type { Match } from '../sql/condition.ts';
import { postgresDialect as dialect } from '../sql/dialect.ts';
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
  holdSql,
  insertSql,
  type ReadOptions,
  selectSql,
  updateSql,
} from '../sql/statements.ts';
import { type PgClient, type PgConnection, PgTransactions, type PgTx } from './client.ts';
import { checkColumns } from './columns.ts';
import { filteredOn } from './filters.ts';
import { change, postgresPort, readRows } from './port.ts';
import { isImpossibleKey } from './refusals.ts';

export interface PostgresRepositoryOptions extends RepositoryOptions, PgConnection {}

/** In whose transaction a call works. */
export interface InTx {
  /** The caller's transaction, `{ client }`. Default one of its own. */
  tx?: PgTx;
}

export interface ActOptions extends ScopeOptions, InTx {
  /** Who deletes. Default the user of the context. */
  deletedBy?: string;
}

/** Rows of one table that can be deleted and brought back. Every call is atomic. */
export interface PostgresSoftDeleteRepository<R extends object = Row> {
  /** Resolves once the columns were found; every other call waits for it. @throws MissingColumnsError */
  ready(): Promise<void>;
  /** @returns undefined when there is none that is live */
  find(key: Key, options?: ReadScope & InTx): Promise<R | undefined>;
  /** @throws SoftDeleteFilterError */
  findMany(where?: Match, options?: ReadScope & ReadOptions & InTx): Promise<R[]>;
  /** @throws SoftDeleteFilterError */
  count(where?: Match, options?: ReadScope & InTx): Promise<number>;
  /** @throws ParentDeletedError when a parent is not live */
  insert(values: Readonly<Row>, options?: ScopeOptions & InTx): Promise<R>;
  /** @throws RowNotFoundError, RestrictedError */
  delete(key: Key, options?: ActOptions): Promise<DeleteResult>;
  /** @throws RestrictedError, SoftDeleteFilterError */
  deleteMany(where: Match, options?: ActOptions): Promise<DeleteManyResult>;
  /** Undoes the act that deleted the row. @throws RowNotFoundError, ParentDeletedError, RestoreConflictError */
  restore(key: Key, options?: ScopeOptions & InTx): Promise<RestoreResult>;
  /** Undoes an act by its id. */
  restoreDeletion(deletionId: string, options?: ScopeOptions & InTx): Promise<RestoreResult>;
  /** Removes a row for good, deleted or not; foreign keys of the database decide what may stay. */
  forceDelete(key: Key, options?: ScopeOptions & InTx): Promise<void>;
  /** One batch: removes what was deleted long ago, here and below, children first. */
  purge(options: PurgeOptions & InTx): Promise<PurgeOutcome>;
  /** Overwrites values for good, deleted or not, and keeps the row. */
  erase(key: Key, values: Readonly<Row>, options?: ScopeOptions & InTx): Promise<void>;
}

/**
 * Rows of one table in PostgreSQL that can be deleted and brought back.
 * @example const orders = createSoftDeleteRepository({ pool, table: 'orders' });
 * @throws SoftDeleteOptionError
 */
export function createSoftDeleteRepository<R extends object = Row>(
  options: PostgresRepositoryOptions,
): PostgresSoftDeleteRepository<R> {
  const { pool, client, ...base } = options;
  const transactions = new PgTransactions({
    ...(pool === undefined ? {} : { pool }),
    ...(client === undefined ? {} : { client }),
  });
  const plan = new RepositoryPlan(base);
  const { table, clock } = plan;
  let checked: Promise<void> | undefined;
  const ready = (): Promise<void> =>
    (checked ??= transactions
      .once(undefined, (open) => checkColumns(open, plan.schema))
      .catch((error: unknown) => {
        checked = undefined;
        throw error;
      }));
  const once = async <T>({ tx }: InTx, work: (open: PgClient) => Promise<T>): Promise<T> => {
    await ready();
    return transactions.once(tx, work);
  };
  const atomically = async <T>({ tx }: InTx, work: (open: PgClient) => Promise<T>): Promise<T> => {
    await ready();
    return transactions.run(tx, work);
  };
  const first = async (open: PgClient, where: Condition): Promise<Row | undefined> =>
    (await readRows(open, selectSql(dialect, table, where, { limit: 1 })))[0] as Row | undefined;

  /** What `none` gives, or throws, is the answer for a key that no row can have. */
  const byKey = async <T>(
    where: Condition,
    { tx }: InTx,
    none: () => T,
    work: () => Promise<T>,
  ): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (await isImpossibleKey(error, transactions, tx, table, where)) return none();
      throw error;
    }
  };
  const filtered = filteredOn(transactions, table);
  const missing = (wanted: string) => (): never => {
    throw new RowNotFoundError(table.name, wanted);
  };

  const mark = async (where: Condition, act: ActOptions, mustExist: boolean): Promise<DeleteManyResult> => {
    const stamp = newStamp(clock, act.deletedBy);
    const { roots, counts } = await atomically(act, async (open) => {
      const outcome = await runAsync(deleteRows(postgresPort(open), table, where, stamp));
      if (mustExist && outcome.roots === 0) throw new RowNotFoundError(table.name, 'live');
      return outcome;
    });
    const { deletionId } = stamp;
    if (roots > 0) publishDeleted({ engine: 'postgres', table: table.name, deletionId, counts });
    return { deletionId, counts, count: roots };
  };

  const restored = async (
    scope: InTx,
    work: (open: PgClient) => Promise<RestoreResult>,
  ): Promise<RestoreResult> => {
    const result = await atomically(scope, work);
    publishRestored({ engine: 'postgres', table: table.name, ...result });
    return result;
  };

  return {
    ready,
    find: async (key, scope = {}) => {
      const where = plan.byKey(key, scope, readState(scope));
      const none = () => undefined;
      return byKey(
        where,
        scope,
        none,
        () => once(scope, (open) => first(open, where)) as Promise<R | undefined>,
      );
    },
    findMany: async (filter = {}, scope = {}) => {
      const part = plan.page(scope);
      return filtered(plan.rows(filter, scope), scope, (where) => {
        const sql = selectSql(dialect, table, where, part);
        return once(scope, (open) => readRows(open, sql)) as Promise<R[]>;
      });
    },
    count: async (filter = {}, scope = {}) =>
      filtered(plan.rows(filter, scope), scope, async (where) => {
        const [row] = await once(scope, (open) => readRows(open, countSql(dialect, table, where)));
        return Number((row as { total: string }).total);
      }),
    insert: async (values, scope = {}) => {
      const row = plan.newRow(values, scope);
      const tenantId = plan.tenant(scope);
      return atomically(scope, async (open) => {
        await checkParents(open, table, row, tenantId);
        return (await readRows(open, insertSql(dialect, table, row)))[0] as R;
      });
    },
    delete: async (key, act = {}) => {
      const where = { ...plan.byKey(key, act), tenantId: plan.tenantOfAct(act) };
      return byKey(where, act, missing('live'), () => mark(where, act, true));
    },
    deleteMany: async (filter, act = {}) => {
      const where = { ...plan.rows(filter, act), tenantId: plan.tenantOfAct(act) };
      return filtered(where, act, (possible) => mark(possible, act, false));
    },
    restore: async (key, scope = {}) => {
      const where = { ...plan.byKey(key, scope, 'deleted'), tenantId: plan.tenantOfAct(scope) };
      const work = async (open: PgClient) => {
        const row = await first(open, where);
        if (row === undefined) throw new RowNotFoundError(table.name, 'deleted');
        const deletionId = row[table.columns.deletionId];
        return typeof deletionId === 'string'
          ? restore(open, table, cascadeFamily(table), { ...where, match: undefined, deletionId })
          : restore(open, table, [table], where);
      };
      return byKey(where, scope, missing('deleted'), () => restored(scope, work));
    },
    restoreDeletion: async (deletionId, scope = {}) => {
      const where: Condition = { deletionId, state: 'deleted', tenantId: plan.tenantOfAct(scope) };
      return restored(scope, (open) => restore(open, table, cascadeFamily(table), where));
    },
    forceDelete: async (key, scope = {}) => {
      const where = plan.byKey(key, scope);
      const work = (open: PgClient) => change(open, deleteSql(dialect, table, where));
      const removed = await byKey(
        where,
        scope,
        () => 0,
        () => atomically(scope, work),
      );
      if (removed === 0) throw new RowNotFoundError(table.name, 'matching');
    },
    purge: async (purge) => {
      const { deletedBefore, limit } = purgeBounds(purge, clock);
      const where = { deletedBefore, tenantId: plan.tenant(purge) };
      const outcome = await atomically(purge, (open) =>
        runAsync(purgeRows(postgresPort(open), table, where, limit)),
      );
      if (outcome.removed > 0) {
        publishPurged({ engine: 'postgres', table: table.name, counts: outcome.counts });
      }
      return outcome;
    },
    erase: async (key, values, scope = {}) => {
      const set = plan.erasable(values);
      const where = plan.byKey(key, scope);
      const work = () => once(scope, (open) => change(open, updateSql(dialect, table, where, set)));
      const changed = await byKey(where, scope, () => 0, work);
      if (changed === 0) throw new RowNotFoundError(table.name, 'matching');
      publishErased({ engine: 'postgres', table: table.name, columns: Object.keys(set) });
    },
  };
}

async function restore(
  open: PgClient,
  table: Table,
  tables: readonly Table[],
  rows: Condition,
): Promise<RestoreResult> {
  const counts = await runAsync(restoreRows(postgresPort(open), tables, rows));
  // Somebody else may have restored it between the look and the update.
  if (Object.keys(counts).length === 0) throw new RowNotFoundError(table.name, 'deleted');
  return { deletionId: rows.deletionId, counts };
}

/** Parents stay live until the transaction ends. */
async function checkParents(
  open: PgClient,
  table: Table,
  row: Row,
  tenantId: string | undefined,
): Promise<void> {
  for (const { relation, where } of parentMatches(table, row, tenantId)) {
    await readRows(open, holdSql(dialect, relation.parent, where));
    if ((await readRows(open, existsSql(dialect, relation.parent, where))).length === 0) {
      throw new ParentDeletedError(table.name, relation.parent.name);
    }
  }
}
