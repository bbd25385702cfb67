import { UnsupportedOperationError } from '../errors.ts';
import type { Args } from './conditions.ts';
import { isArgs } from './conditions.ts';
import { createData, plainWhere, updateData, type Write } from './data.ts';
import type { Model } from './models.ts';
import { withSelection } from './selection.ts';
import { filtered, filteredUnique } from './where.ts';

type Rewrite = (write: Write, model: Model, args: Args) => Args;

const unique: Rewrite = ({ view }, model, args) => ({
  ...withSelection(view, model, args),
  where: filteredUnique(view, model, args['where']),
});

const many: Rewrite = ({ view }, model, args) => {
  const where = filtered(view, model, args['where']);
  return { ...withSelection(view, model, args), ...(where === undefined ? {} : { where }) };
};

/** Its `select` names what is counted, not fields to read. */
const aggregated: Rewrite = ({ view }, model, args) => {
  const { select, ...rest } = many({ view, deletes: [] }, model, args);
  return select === undefined ? rest : { ...rest, select: args['select'] };
};

const created: Rewrite = (write, model, args) => ({
  ...withSelection(write.view, model, args),
  ...('data' in args ? { data: createData(write, model, args['data']) } : {}),
});

const updated: Rewrite = (write, model, args) => ({
  ...unique(write, model, args),
  data: updateData(write, model, args['data'], placeOf(write, model, args)),
});

const updatedMany: Rewrite = (write, model, args) => ({
  ...many(write, model, args),
  data: updateData(write, model, args['data'], undefined),
});

const upserted: Rewrite = (write, model, args) => ({
  ...unique(write, model, args),
  create: createData(write, model, args['create']),
  update: updateData(write, model, args['update'], placeOf(write, model, args)),
});

function placeOf({ view }: Write, model: Model, { where }: Args): Args {
  const place = filtered(view, model, isArgs(where) ? plainWhere(model, where) : undefined);
  return isArgs(place) ? place : {};
}

/** Every operation that reads or writes rows, but for the deletes. What is not named here is refused. */
const OPERATIONS: Readonly<Record<string, Rewrite>> = {
  findUnique: unique,
  findUniqueOrThrow: unique,
  findFirst: many,
  findFirstOrThrow: many,
  findMany: many,
  count: aggregated,
  aggregate: aggregated,
  groupBy: aggregated,
  create: created,
  createMany: created,
  createManyAndReturn: created,
  update: updated,
  updateMany: updatedMany,
  updateManyAndReturn: updatedMany,
  upsert: upserted,
};

export const DELETES: ReadonlySet<string> = new Set(['delete', 'deleteMany']);

/** Operations that take `includeDeleted` and `onlyDeleted`. */
export const READS: ReadonlySet<string> = new Set([
  'findUnique',
  'findUniqueOrThrow',
  'findFirst',
  'findFirstOrThrow',
  'findMany',
  'count',
  'aggregate',
  'groupBy',
]);

/** @throws UnsupportedOperationError for an operation that is not known */
export function rewritten(write: Write, model: Model, operation: string, args: Args): Args {
  const rewrite = Object.hasOwn(OPERATIONS, operation) ? OPERATIONS[operation] : undefined;
  if (rewrite === undefined) {
    throw new UnsupportedOperationError(
      `${model.name}.${operation}()`,
      'This version does not know it, so it might show or remove rows that it must not. Use a client without the extension.',
    );
  }
  return rewrite(write, model, args);
}
