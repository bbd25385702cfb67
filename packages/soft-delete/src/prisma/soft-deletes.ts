import { publishDeleted, publishErased, publishPurged, publishRestored } from '../channels.ts';
import { type DeleteOutcome, deleteRows } from '../engine/delete-rows.ts';
import { type Condition, runAsync, type Stamp } from '../engine/port.ts';
import { type PurgeOutcome, purgeRows } from '../engine/purge-rows.ts';
import { cascadeFamily, restoreRows } from '../engine/restore-rows.ts';
import {
  RowNotFoundError,
  SoftDeleteOptionError,
  TenantMissingError,
  UnsupportedOperationError,
} from '../errors.ts';
import type { RestoreResult } from '../outcomes.ts';
import { isScoped, type Table } from '../schema.ts';
import { newStamp, type PurgeOptions, purgeBounds, type ScopeOptions, tenantScope } from '../scope.ts';
import { type Call, readCall, seen, viewOf } from './calls.ts';
import { type Client, delegateOf, type Transaction } from './client.ts';
import { type Args, isArgs } from './conditions.ts';
import { plainWhere } from './data.ts';
import type { Model, Models } from './models.ts';
import type { ResolvedOptions } from './options.ts';
import { prismaPort } from './port.ts';
import { withSelection } from './selection.ts';
import type { PrismaTransactions } from './transactions.ts';
import type { View } from './view.ts';
import { filtered, filteredUnique } from './where.ts';

type Tx = Transaction | undefined;

/** What can be done to the rows of a Prisma schema, on the client below the extension. */
export class SoftDeletes {
  readonly models: Models;
  readonly #options: ResolvedOptions;
  readonly #transactions: PrismaTransactions;

  constructor(models: Models, options: ResolvedOptions, transactions: PrismaTransactions) {
    this.models = models;
    this.#options = options;
    this.#transactions = transactions;
  }

  /** The row as it is once it is marked. */
  async softDelete(model: Model, given: unknown, transaction: Tx): Promise<unknown> {
    return this.#deleteOne(model, readCall(this.models, 'softDelete', given, false), transaction, false);
  }

  /** Prisma's `delete`: the row as it was, or Prisma's own error where there is none. */
  async delete(model: Model, call: Call, transaction: Tx): Promise<unknown> {
    return this.#deleteOne(model, call, transaction, true);
  }

  async #deleteOne(model: Model, { view, args }: Call, transaction: Tx, asPrisma: boolean): Promise<unknown> {
    this.#mustBeMarked(model, 'softDelete');
    const unique = { ...withSelection(view, model, args), where: filteredUnique(view, model, args['where']) };
    return this.#act(model, transaction, async (client, stamp) => {
      const rows = delegateOf(client, model.name);
      const before = await rows[asPrisma ? 'findUniqueOrThrow' : 'findUnique']?.(unique);
      if (before === null) throw new RowNotFoundError(model.name, 'live');
      const outcome = await this.#mark(client, model, view, args['where'], stamp);
      if (outcome.roots === 0) throw new RowNotFoundError(model.name, 'live');
      if (asPrisma) return { outcome, result: seen(view, model, args, [], before) };
      const all: View = { ...view, deleted: 'include' };
      const where = filteredUnique(all, model, args['where']);
      const after = await rows['findUnique']?.({ ...withSelection(all, model, args), where });
      return { outcome, result: seen(all, model, args, [], after) };
    });
  }

  async deleteMany(model: Model, { view, args }: Call, transaction: Tx): Promise<unknown> {
    const limit = typeof args['limit'] === 'number' ? args['limit'] : undefined;
    return this.#act(model, transaction, async (client, stamp) => {
      const outcome = await this.#mark(client, model, view, args['where'], stamp, limit);
      return { outcome, result: { count: outcome.roots } };
    });
  }

  /** A write that deletes nested rows: they are marked, then the write is done, in one transaction. */
  async withDeletes(
    view: View,
    transaction: Tx,
    deletes: readonly { readonly model: Model; readonly where: Args; readonly mustExist: boolean }[],
    write: (client: Client) => Promise<unknown>,
  ): Promise<unknown> {
    return this.#transactions.run(transaction, async (client) => {
      const port = prismaPort(client, this.models);
      for (const { model: nested, where, mustExist } of deletes) {
        const stamp = newStamp(this.#options.clock, undefined);
        const rows: Condition = { match: where, tenantId: view.tenantId };
        const { roots, counts } = await runAsync(deleteRows(port, nested.table, rows, stamp));
        if (roots === 0 && mustExist) throw new RowNotFoundError(nested.name, 'live');
        const { deletionId } = stamp;
        if (roots > 0) publishDeleted({ engine: 'prisma', table: nested.name, deletionId, counts });
      }
      return write(client);
    });
  }

  async restore(model: Model, given: unknown, transaction: Tx): Promise<unknown> {
    this.#mustBeMarked(model, 'restore');
    const { view, args } = readCall(this.models, 'restore', given, false);
    const tenantId = this.#tenantOfAct(model.table, {
      acrossTenants: !view.tenantMissing && view.tenantId === undefined,
    });
    const only: View = { ...view, deleted: 'only' };
    const unique = filteredUnique(only, model, args['where']);
    const { deletionId: field } = model.table.columns;
    let restored: RestoreResult | undefined;
    const result = await this.#transactions.run(transaction, async (client) => {
      const rows = delegateOf(client, model.name);
      const row = await rows['findUnique']?.({ where: unique });
      if (!isRow(row)) throw new RowNotFoundError(model.name, 'deleted');
      const deletionId = row[field];
      restored =
        typeof deletionId === 'string'
          ? await this.#restore(client, cascadeFamily(model.table), {
              deletionId,
              state: 'deleted',
              tenantId,
            })
          : await this.#restore(client, [model.table], {
              match: this.#plain(only, model, args['where']),
              tenantId,
            });
      const where = filteredUnique(view, model, args['where']);
      return rows['findUnique']?.({ ...withSelection(view, model, args), where });
    });
    if (restored !== undefined) publishRestored({ engine: 'prisma', table: model.name, ...restored });
    return seen(view, model, args, [], result);
  }

  async restoreDeletion(
    model: Model,
    deletionId: string,
    scope: ScopeOptions,
    transaction: Tx,
  ): Promise<RestoreResult> {
    this.#mustBeMarked(model, 'restoreDeletion');
    const rows: Condition = { deletionId, state: 'deleted', tenantId: this.#tenantOfAct(model.table, scope) };
    const result = await this.#transactions.run(transaction, (client) =>
      this.#restore(client, cascadeFamily(model.table), rows),
    );
    publishRestored({ engine: 'prisma', table: model.name, ...result });
    return result;
  }

  async #restore(client: Client, tables: readonly Table[], rows: Condition): Promise<RestoreResult> {
    const counts = await runAsync(restoreRows(prismaPort(client, this.models), tables, rows));
    if (Object.keys(counts).length === 0) throw new RowNotFoundError(tables[0]?.name ?? '', 'deleted');
    return { deletionId: rows.deletionId, counts };
  }

  /** Removes a row for good, deleted or not. */
  async forceDelete(model: Model, given: unknown, transaction: Tx): Promise<unknown> {
    const { view, args } = readCall(this.models, 'forceDelete', given, false);
    const all: View = { ...view, deleted: 'include' };
    const where = filteredUnique(all, model, args['where']);
    const client = this.#transactions.reader(transaction);
    const result = await delegateOf(client, model.name)['delete']?.({
      ...withSelection(all, model, args),
      where,
    });
    return seen(all, model, args, [], result);
  }

  async purge(model: Model, purge: PurgeOptions, transaction: Tx): Promise<PurgeOutcome> {
    this.#mustBeMarked(model, 'purge');
    const { deletedBefore, limit } = purgeBounds(purge, this.#options.clock);
    const rows = { deletedBefore, tenantId: this.#tenantOfAct(model.table, purge) };
    const outcome = await this.#transactions.run(transaction, (client) =>
      runAsync(purgeRows(prismaPort(client, this.models), model.table, rows, limit)),
    );
    if (outcome.removed > 0) publishPurged({ engine: 'prisma', table: model.name, counts: outcome.counts });
    return outcome;
  }

  /** Overwrites values for good, deleted or not, and keeps the row. */
  async erase(model: Model, given: unknown, transaction: Tx): Promise<unknown> {
    const { view, args } = readCall(this.models, 'erase', given, false);
    const data = isArgs(args['data']) ? args['data'] : {};
    const { primaryKey, parents, tenantColumn, columns } = model.table;
    const kept = new Set([
      ...primaryKey,
      ...parents.flatMap(({ foreignKey }) => foreignKey),
      ...Object.values(columns),
    ]);
    const names = Object.keys(data);
    const held = names.find((name) => kept.has(name) || name === tenantColumn || model.relations.has(name));
    if (names.length === 0 || held !== undefined) {
      throw new SoftDeleteOptionError(
        'data',
        held === undefined
          ? 'erase: data is empty; it must name the fields to overwrite.'
          : `erase: data names "${held}", which keys, tenants, marks or relations are made of; it is kept.`,
      );
    }
    const all: View = { ...view, deleted: 'include' };
    const where = filteredUnique(all, model, args['where']);
    const client = this.#transactions.reader(transaction);
    const result = await delegateOf(client, model.name)['update']?.({
      ...withSelection(all, model, args),
      where,
      data,
    });
    publishErased({ engine: 'prisma', table: model.name, columns: names });
    return seen(all, model, args, [], result);
  }

  #plain(view: View, model: Model, where: unknown): unknown {
    return filtered(view, model, isArgs(where) ? plainWhere(model, where) : undefined);
  }

  async #mark(
    client: Client,
    model: Model,
    view: View,
    where: unknown,
    stamp: Stamp,
    limit?: number,
  ): Promise<DeleteOutcome> {
    const scope = { acrossTenants: !view.tenantMissing && view.tenantId === undefined };
    const rows: Condition = {
      match: this.#plain(view, model, where),
      tenantId: this.#tenantOfAct(model.table, scope),
    };
    return runAsync(deleteRows(prismaPort(client, this.models), model.table, rows, stamp, limit));
  }

  async #act(
    { name }: Model,
    transaction: Tx,
    work: (client: Client, stamp: Stamp) => Promise<{ outcome: DeleteOutcome; result: unknown }>,
  ): Promise<unknown> {
    const stamp = newStamp(this.#options.clock, undefined);
    const { outcome, result } = await this.#transactions.run(transaction, (client) => work(client, stamp));
    const { deletionId } = stamp;
    const { roots, counts } = outcome;
    if (roots > 0) publishDeleted({ engine: 'prisma', table: name, deletionId, counts });
    return result;
  }

  /** @throws TenantMissingError also for a shared row with tenants' rows below it */
  #tenantOfAct(table: Table, scope: ScopeOptions): string | undefined {
    if (!this.models.byTenant) return undefined;
    const shared = !isScoped(table) && cascadeFamily(table).some(isScoped);
    if (shared && scope.acrossTenants !== true) throw new TenantMissingError(table.name);
    return tenantScope(table.name, isScoped(table), scope);
  }

  #mustBeMarked({ name, table }: Model, operation: string): void {
    if (table.softDelete) return;
    const { deletedAt } = this.#options.fields;
    throw new UnsupportedOperationError(
      `${name}.${operation}()`,
      `The model has no ${deletedAt}, so its rows cannot be marked.`,
    );
  }

  /** What a query of this model may see without any flag. */
  view(scope: ScopeOptions): View {
    return viewOf(this.models, 'exclude', scope);
  }
}

function isRow(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
