import { getCurrentTenantId } from '@holdfast/context';
import { SoftDeleteOptionError } from '../errors.ts';
import type { ScopeOptions } from '../scope.ts';
import { type Args, isArgs } from './conditions.ts';
import type { Model, Models, RelationField } from './models.ts';
import { judged, single } from './results.ts';
import { below, type View } from './view.ts';

const FLAGS = ['includeDeleted', 'onlyDeleted', 'acrossTenants'] as const;

/** A call as it came: what it may see, and its arguments for Prisma. */
export interface Call {
  readonly view: View;
  readonly args: Args;
}

/**
 * Takes the arguments of this package out of those of Prisma.
 * @param isRead whether deleted rows may be asked for
 * @throws SoftDeleteOptionError
 */
export function readCall(models: Models, operation: string, given: unknown, isRead: boolean): Call {
  const args: Args = isArgs(given) ? { ...given } : {};
  for (const flag of FLAGS) {
    const value = args[flag];
    if (value !== undefined && typeof value !== 'boolean') {
      throw new SoftDeleteOptionError(
        flag,
        `${operation}: ${flag} is ${JSON.stringify(value)}; it must be true or false.`,
      );
    }
  }
  const { includeDeleted, onlyDeleted, acrossTenants, ...rest } = args;
  if (!isRead && (includeDeleted !== undefined || onlyDeleted !== undefined)) {
    throw new SoftDeleteOptionError(
      'includeDeleted',
      `${operation}: includeDeleted and onlyDeleted are for reads; restore the row before it is changed.`,
    );
  }
  const deleted = onlyDeleted === true ? 'only' : includeDeleted === true ? 'include' : 'exclude';
  return { view: viewOf(models, deleted, { acrossTenants: acrossTenants === true }), args: rest };
}

export function viewOf(
  models: Models,
  deleted: View['deleted'],
  { acrossTenants, tenantId }: ScopeOptions,
): View {
  if (!models.byTenant || acrossTenants === true) {
    return { models, deleted, tenantId: undefined, tenantMissing: false };
  }
  const current = tenantId ?? getCurrentTenantId();
  return { models, deleted, tenantId: current, tenantMissing: current === undefined };
}

/**
 * The result without single related rows that may not be seen.
 * @param path the way that Prisma's fluent API took from the row to the result, for example `['select', 'event']`
 */
export function seen(
  view: View,
  model: Model,
  asked: Args,
  path: readonly string[],
  result: unknown,
): unknown {
  if (path.length === 0) return judged(view, model, asked, result);
  let relation: RelationField | undefined;
  let args = asked;
  let inner = view;
  for (let index = 0; index + 1 < path.length; index += 2) {
    const [kind = '', name = ''] = path.slice(index, index + 2);
    relation = (relation?.model ?? model).relations.get(name);
    const fields = args[kind];
    const wanted: unknown = isArgs(fields) ? fields[name] : undefined;
    args = isArgs(wanted) ? wanted : {};
    inner = below(inner);
  }
  if (relation === undefined) return result;
  const rows = judged(inner, relation.model, args, result);
  return relation.isList ? rows : single(inner, relation.model, args, rows);
}
