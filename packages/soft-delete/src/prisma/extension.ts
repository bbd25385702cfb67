import { AsyncLocalStorage } from 'node:async_hooks';
import type { ScopeOptions } from '../scope.ts';
import { readCall, seen } from './calls.ts';
import { type Client, checkClient, delegateOf, type LazyRequest, type Transaction } from './client.ts';
import type { NestedDelete, Write } from './data.ts';
import { readModels } from './datamodel.ts';
import { joinModels, type Model } from './models.ts';
import { DELETES, READS, rewritten } from './operations.ts';
import { resolveOptions, type SoftDeleteExtensionOptions } from './options.ts';
import { SoftDeletes } from './soft-deletes.ts';
import { PrismaTransactions, runBatch } from './transactions.ts';
import type { SoftDeleteExtension } from './types.ts';

/** A query on its way through the extension, as Prisma hands it over. */
interface Query {
  readonly model: string;
  readonly operation: string;
  readonly args: unknown;
  readonly query: (args: unknown) => Promise<unknown>;
  readonly __internalParams?: { readonly transaction?: Transaction; readonly dataPath?: readonly string[] };
}

/** The delegate on which a method of the extension was called. */
interface This {
  readonly $name: string;
  readonly $parent: Client;
}

/**
 * Deletes mark rows, queries do not see them, and what was deleted can be brought back. For `$extends` of a Prisma 7
 * client on SQLite or PostgreSQL.
 * @throws SoftDeleteOptionError, MissingColumnsError when the client is extended
 * @example new PrismaClient({ adapter }).$extends(softDeleteExtension({ tenantField: 'tenantId' }))
 */
export function softDeleteExtension(options: SoftDeleteExtensionOptions = {}): SoftDeleteExtension {
  const resolved = resolveOptions(options);
  return ((given: unknown) => {
    const client = given as Client;
    checkClient(client);
    const models = joinModels(readModels(client._engineConfig.inlineSchema), resolved);
    const transactions = new PrismaTransactions(client, resolved.transactionTimeoutMs);
    const deletes = new SoftDeletes(models, resolved, transactions);
    const batch = { timeout: resolved.transactionTimeoutMs, maxWait: resolved.transactionTimeoutMs };
    return client.$extends({
      name: '@holdfast/soft-delete',
      query: { $allModels: { $allOperations: (query: Query) => runQuery(deletes, query) } },
      model: { $allModels: methods(deletes) },
      client: {
        $transaction(this: Client, input: unknown, transaction: Record<string, unknown> = {}) {
          return Array.isArray(input)
            ? runBatch(client, this, input as LazyRequest[], { ...batch, ...transaction })
            : client.$transaction.call(this, input, transaction);
        },
      },
    });
  }) as unknown as SoftDeleteExtension;
}

async function runQuery(
  deletes: SoftDeletes,
  { model: name, operation, args: given, query, __internalParams }: Query,
) {
  const model = modelOf(deletes, name);
  const { transaction, dataPath = [] } = __internalParams ?? {};
  const call = readCall(deletes.models, `${name}.${operation}`, given, READS.has(operation));
  if (DELETES.has(operation) && model.table.softDelete) {
    return operation === 'delete'
      ? deletes.delete(model, call, transaction)
      : deletes.deleteMany(model, call, transaction);
  }
  const nested: NestedDelete[] = [];
  const write: Write = { view: call.view, deletes: nested };
  const args = rewritten(write, model, operation, call.args);
  const result =
    nested.length === 0
      ? await query(args)
      : await deletes.withDeletes(call.view, transaction, nested, async (client) =>
          delegateOf(client, name)[operation]?.(args),
        );
  return seen(call.view, model, call.args, dataPath, result);
}

/** Methods of every model; each is a promise of Prisma, so that it can stand in a batch. */
function methods(deletes: SoftDeletes): Record<string, unknown> {
  const lazily =
    (work: (model: Model, args: unknown, transaction: Transaction | undefined) => Promise<unknown>) =>
    (self: This, args: unknown) => {
      // A promise of Prisma begins when it is awaited, which may be outside the scope in which it was called.
      const inScope = AsyncLocalStorage.snapshot();
      const model = modelOf(deletes, self.$name);
      return self.$parent._createPrismaPromise((transaction) =>
        inScope(() => work(model, args, transaction)),
      );
    };
  const softDelete = lazily((model, args, tx) => deletes.softDelete(model, args, tx));
  const restore = lazily((model, args, tx) => deletes.restore(model, args, tx));
  const forceDelete = lazily((model, args, tx) => deletes.forceDelete(model, args, tx));
  const erase = lazily((model, args, tx) => deletes.erase(model, args, tx));
  const purge = lazily((model, args, tx) => deletes.purge(model, args as never, tx));
  return {
    softDelete(this: This, args: unknown) {
      return softDelete(this, args);
    },
    restore(this: This, args: unknown) {
      return restore(this, args);
    },
    forceDelete(this: This, args: unknown) {
      return forceDelete(this, args);
    },
    erase(this: This, args: unknown) {
      return erase(this, args);
    },
    purge(this: This, args: unknown) {
      return purge(this, args);
    },
    restoreDeletion(this: This, deletionId: string, scope: ScopeOptions = {}) {
      const restored = lazily((model, _args, tx) => deletes.restoreDeletion(model, deletionId, scope, tx));
      return restored(this, undefined);
    },
    findManyActive(this: This & { findMany(args: unknown): unknown }, args: Record<string, unknown> = {}) {
      return this.findMany({ ...args, includeDeleted: false, onlyDeleted: false });
    },
  };
}

function modelOf({ models }: SoftDeletes, name: string): Model {
  const model = models.byName.get(name);
  if (model === undefined) throw new TypeError(`The Prisma schema has no model ${name}.`);
  return model;
}
