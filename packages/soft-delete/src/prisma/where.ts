import { type Args, asList, isArgs } from './conditions.ts';
import type { Model, RelationField } from './models.ts';
import { below, filterOf, type View } from './view.ts';

const LOGICAL = new Set(['AND', 'OR', 'NOT']);
const LIST_FILTERS = new Set(['some', 'every', 'none']);

/** A `where` that sees no more rows than the view, in every relation that it looks through. */
export function filtered(view: View, model: Model, where: unknown): unknown {
  const filter = filterOf(view, model);
  const inner = withRelations(view, model, where);
  if (filter === undefined) return inner;
  return inner === undefined ? filter : { AND: [inner, filter] };
}

/** As `filtered`, for a `where` that must keep its unique fields on top. */
export function filteredUnique(view: View, model: Model, where: unknown): unknown {
  const filter = filterOf(view, model);
  const inner = withRelations(view, model, where);
  if (filter === undefined || !isArgs(inner)) return inner;
  return { ...inner, AND: [...asList(inner['AND']), filter] };
}

/** Rewrites what looks into relations and leaves the rest. */
function withRelations(view: View, model: Model, where: unknown): unknown {
  if (!isArgs(where)) return where;
  return Object.fromEntries(
    Object.entries(where).map(([key, value]) => {
      if (LOGICAL.has(key)) return [key, eachOf(value, (item) => withRelations(view, model, item))];
      const relation = model.relations.get(key);
      return [key, relation === undefined ? value : relationFilter(below(view), relation, value)];
    }),
  );
}

function relationFilter(view: View, relation: RelationField, value: unknown): unknown {
  if (value === undefined) return value;
  return relation.isList
    ? listFilter(view, relation.model, value)
    : singleFilter(view, relation.model, value);
}

function listFilter(view: View, model: Model, value: unknown): unknown {
  if (!isArgs(value)) return value;
  const filter = filterOf(view, model);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (!LIST_FILTERS.has(key) || inner === undefined) return [key, inner];
      if (key !== 'every' || filter === undefined) return [key, filtered(view, model, inner)];
      // Rows that cannot be seen are no exception to "every".
      return [key, { OR: [{ NOT: filter }, withRelations(view, model, inner) ?? {}] }];
    }),
  );
}

/** A row that cannot be seen is as good as none. */
function singleFilter(view: View, model: Model, value: unknown): unknown {
  const filter = filterOf(view, model);
  if (value === null) return filter === undefined ? null : { isNot: filter };
  if (!isArgs(value)) return value;
  if (!('is' in value || 'isNot' in value)) return { is: filtered(view, model, value) };
  const parts: Args = {};
  for (const key of ['is', 'isNot'] as const) {
    const inner = value[key];
    if (inner === undefined) continue;
    const opposite = key === 'is' ? 'isNot' : 'is';
    if (inner !== null) parts[key] = filtered(view, model, inner);
    else if (filter === undefined) parts[key] = null;
    else if (opposite in parts && key === 'isNot') parts['is'] = { AND: [parts['is'], filter] };
    else parts[opposite] = filter;
  }
  return parts;
}

export function eachOf(value: unknown, rewrite: (item: unknown) => unknown): unknown {
  return Array.isArray(value) ? value.map(rewrite) : rewrite(value);
}
