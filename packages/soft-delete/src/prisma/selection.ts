import { UnsupportedOperationError } from '../errors.ts';
import { type Args, asList, isArgs } from './conditions.ts';
import type { Model } from './models.ts';
import { below, checkTenant, filterOf, type View } from './view.ts';
import { filtered } from './where.ts';

/** `select` and `include` of a query, so that no relation shows more than the view, and what is needed to judge it. */
export function withSelection(view: View, model: Model, args: Args): Args {
  checkOrder(view, model, args['orderBy']);
  const result = { ...args };
  for (const key of ['select', 'include']) {
    if (isArgs(args[key])) result[key] = fieldsOf(view, model, args[key]);
  }
  return result;
}

function fieldsOf(view: View, model: Model, fields: Args): Args {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (value === false || value === undefined) return [name, value];
      if (name === '_count') return [name, countsOf(view, model, value)];
      const relation = model.relations.get(name);
      if (relation === undefined) return [name, value];
      return [name, nested(below(view), relation.model, relation.isList, value)];
    }),
  );
}

function nested(view: View, model: Model, isList: boolean, value: unknown): unknown {
  const args = withSelection(view, model, isArgs(value) ? value : {});
  if (isList) {
    const where = filtered(view, model, args['where']);
    return where === undefined ? args : { ...args, where };
  }
  return withMarks(view, model, args);
}

/** A single related row cannot be filtered in the query: what is needed to judge it comes along with it. */
function withMarks(view: View, model: Model, args: Args): Args {
  const marks = marksOf(view, model);
  const { select, omit } = args;
  if (isArgs(select)) return { ...args, select: { ...select, ...marks } };
  if (isArgs(omit)) {
    const kept = Object.fromEntries(Object.keys(marks).map((name) => [name, false]));
    return { ...args, omit: { ...omit, ...kept } };
  }
  return args;
}

/** The fields by which a single row is judged. */
export function marksOf(view: View, { table }: Model): Args {
  checkTenant(view, table);
  const marks: Args = {};
  if (table.softDelete && view.deleted !== 'include') marks[table.columns.deletedAt] = true;
  if (view.tenantId !== undefined && table.tenantColumn !== undefined) marks[table.tenantColumn] = true;
  return marks;
}

function countsOf(view: View, model: Model, value: unknown): unknown {
  const inner = below(view);
  const select = isArgs(value) && isArgs(value['select']) ? value['select'] : allLists(model);
  return {
    select: Object.fromEntries(
      Object.entries(select).map(([name, wanted]) => {
        const relation = model.relations.get(name);
        if (relation === undefined || wanted === false || wanted === undefined) return [name, wanted];
        const where = filtered(inner, relation.model, isArgs(wanted) ? wanted['where'] : undefined);
        return [name, where === undefined ? wanted : { where }];
      }),
    ),
  };
}

function allLists({ relations }: Model): Args {
  const lists = [...relations.values()].filter(({ isList }) => isList);
  return Object.fromEntries(lists.map(({ name }) => [name, true]));
}

/** Prisma cannot filter what an order counts, or the row that it is taken from. */
function checkOrder(view: View, model: Model, orderBy: unknown): void {
  for (const order of asList(orderBy)) {
    if (!isArgs(order)) continue;
    for (const [name, value] of Object.entries(order)) {
      const relation = model.relations.get(name);
      if (relation === undefined || value === undefined) continue;
      if (relation.isList && filterOf(below(view), relation.model) !== undefined) {
        throw new UnsupportedOperationError(
          `orderBy: { ${name}: { _count } }`,
          'It would count deleted rows. Order the result yourself, or ask for includeDeleted.',
        );
      }
      checkOrder(below(view), relation.model, value);
    }
  }
}
