import { SoftDeleteOptionError, TenantMismatchError, UnsupportedOperationError } from '../errors.ts';
import { type Args, asList, isArgs } from './conditions.ts';
import type { Model, RelationField } from './models.ts';
import { checkTenant, filterOf, type View } from './view.ts';
import { eachOf, filtered, filteredUnique } from './where.ts';

/** Rows that a nested write deletes; they are marked before the write itself. */
export interface NestedDelete {
  readonly model: Model;
  readonly where: Args;
  /** Whether Prisma would refuse when there is no such row. */
  readonly mustExist: boolean;
}

/** A nested write in the making. */
export interface Write {
  readonly view: View;
  readonly deletes: NestedDelete[];
}

/** Where the row stands that is written; undefined for one that is new. */
type Place = Args | undefined;

const KNOWN = new Set([
  'create',
  'createMany',
  'connect',
  'connectOrCreate',
  'disconnect',
  'set',
  'update',
  'updateMany',
  'upsert',
  'delete',
  'deleteMany',
]);

export function createData(write: Write, model: Model, data: unknown): unknown {
  return eachOf(data, (item) => {
    if (!isArgs(item)) return item;
    return ownData(write.view, model, relationData(write, model, item, undefined), true);
  });
}

export function updateData(write: Write, model: Model, data: unknown, place: Args | undefined): unknown {
  return isArgs(data) ? ownData(write.view, model, relationData(write, model, data, place), false) : data;
}

/** Nobody writes the marks by hand, and nobody writes for another tenant. */
function ownData(view: View, { name, table }: Model, data: Args, isNew: boolean): Args {
  checkTenant(view, table);
  const { tenantId } = view;
  const { columns, tenantColumn, softDelete } = table;
  const mark = softDelete ? Object.values(columns).find((column) => data[column] !== undefined) : undefined;
  if (mark !== undefined) {
    throw new SoftDeleteOptionError(
      'data',
      `Data for ${name} names "${mark}", which only softDelete() and restore() write.`,
    );
  }
  if (tenantId === undefined || tenantColumn === undefined) return data;
  const given = data[tenantColumn];
  if (given === undefined) return isNew ? { ...data, [tenantColumn]: tenantId } : data;
  if ((isArgs(given) ? given['set'] : given) !== tenantId) throw new TenantMismatchError(name);
  return data;
}

function relationData(write: Write, model: Model, data: Args, place: Place): Args {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => {
      const relation = model.relations.get(name);
      return [
        name,
        relation === undefined || !isArgs(value) ? value : nestedWrites(write, relation, value, place),
      ];
    }),
  );
}

function nestedWrites(write: Write, relation: RelationField, writes: Args, place: Place): Args {
  const result: Args = {};
  for (const [operation, value] of Object.entries(writes)) {
    if (value === undefined) continue;
    if (!KNOWN.has(operation)) {
      throw new UnsupportedOperationError(
        `The nested write ${relation.name}: { ${operation} }`,
        'This version does not know it.',
      );
    }
    const rewritten = nestedWrite(write, relation, operation, value, place);
    if (rewritten !== undefined) result[operation] = rewritten;
  }
  return result;
}

/** @returns undefined where nothing of it is left for Prisma to do */
function nestedWrite(
  write: Write,
  relation: RelationField,
  operation: string,
  value: unknown,
  place: Place,
): unknown {
  const { view } = write;
  const { model } = relation;
  const rewrite = (item: unknown): unknown => {
    if (!isArgs(item)) return operation === 'disconnect' && item === true ? true : item;
    switch (operation) {
      case 'create':
        return createData(write, model, item);
      case 'createMany':
        return { ...item, data: createData(write, model, item['data']) };
      case 'connect':
      case 'set':
        return filteredUnique(view, model, item);
      case 'disconnect':
        return relation.isList ? filteredUnique(view, model, item) : filtered(view, model, item);
      case 'connectOrCreate':
        return {
          ...item,
          where: filteredUnique(view, model, item['where']),
          create: createData(write, model, item['create']),
        };
      default:
        return changeWrite(write, relation, operation, item, place);
    }
  };
  if (operation === 'delete' || operation === 'deleteMany')
    return deletion(write, relation, operation, value, place);
  return eachOf(value, rewrite);
}

function changeWrite(
  write: Write,
  relation: RelationField,
  operation: string,
  item: Args,
  place: Place,
): Args {
  const { view } = write;
  const { model, isList } = relation;
  const where = (asked: unknown): unknown =>
    isList && operation !== 'updateMany' ? filteredUnique(view, model, asked) : filtered(view, model, asked);
  const bare = operation === 'update' && !isList && !isArgs(item['data']);
  const asked = bare ? {} : item['where'];
  const inside = placeOf(view, relation, asked, place);
  const condition = where(asked);
  const whereArgs = condition === undefined ? {} : { where: condition };
  if (bare) return { ...whereArgs, data: updateData(write, model, item, inside) };
  if (operation !== 'upsert')
    return { ...item, ...whereArgs, data: updateData(write, model, item['data'], inside) };
  return {
    ...item,
    ...whereArgs,
    create: createData(write, model, item['create']),
    update: updateData(write, model, item['update'], inside),
  };
}

function deletion(
  write: Write,
  relation: RelationField,
  operation: string,
  value: unknown,
  place: Place,
): unknown {
  const { view } = write;
  const { model } = relation;
  if (!model.table.softDelete) {
    return eachOf(value, (item) => {
      if (operation === 'delete' && relation.isList) return filteredUnique(view, model, item);
      return item === true ? (filterOf(view, model) ?? true) : filtered(view, model, item);
    });
  }
  if (value === false) return undefined;
  for (const item of asList(value)) {
    const where = placeOf(view, relation, item === true ? {} : item, place);
    if (where === undefined) {
      throw new UnsupportedOperationError(
        `The nested write ${relation.name}: { ${operation} } in a create`,
        'A row that is new has nothing to delete.',
      );
    }
    write.deletes.push({ model, where, mustExist: operation === 'delete' });
  }
  return undefined;
}

/** The rows on the other side of a relation, as a `where` that stands alone; undefined below a row that is new. */
function placeOf(view: View, { inverse, model }: RelationField, where: unknown, place: Place): Place {
  if (place === undefined || inverse === undefined) return undefined;
  const own = filtered(view, model, isArgs(where) ? plainWhere(model, where) : undefined);
  const isList = model.relations.get(inverse)?.isList === true;
  return { AND: [own ?? {}, { [inverse]: isList ? { some: place } : { is: place } }] };
}

const LOGICAL = new Set(['AND', 'OR', 'NOT']);

/** A unique `where` as a plain one: a compound key, whose name is no field, is taken apart. */
export function plainWhere({ fields }: Model, where: Args): Args {
  const plain: Args = {};
  for (const [key, value] of Object.entries(where)) {
    if (isArgs(value) && !fields.has(key) && !LOGICAL.has(key)) Object.assign(plain, value);
    else plain[key] = value;
  }
  return plain;
}
