import { TenantMissingError } from '../errors.ts';
import { isScoped, type Table } from '../schema.ts';
import { type Args, tenantWhere } from './conditions.ts';
import type { Model, Models } from './models.ts';

/** Which rows a query may see. */
export interface View {
  readonly models: Models;
  readonly deleted: 'exclude' | 'include' | 'only';
  /** Undefined: of every tenant, or not known. */
  readonly tenantId: string | undefined;
  /** Whether rows are kept by tenant and it is not known whose are asked for. */
  readonly tenantMissing: boolean;
}

/** What holds for the rows below: a query for deleted rows shows what was deleted with them. */
export function below(view: View): View {
  return view.deleted === 'only' ? { ...view, deleted: 'include' } : view;
}

/** What every row of a model must fulfil to be seen; undefined where all are seen. */
export function filterOf(view: View, { table }: Model): Args | undefined {
  checkTenant(view, table);
  const parts: Args[] = [];
  if (table.softDelete && view.deleted !== 'include') {
    parts.push({ [table.columns.deletedAt]: view.deleted === 'exclude' ? null : { not: null } });
  }
  if (view.tenantId !== undefined) parts.push(...tenantWhere(view.models, table, view.tenantId));
  if (parts.length === 0) return undefined;
  return parts.length === 1 ? parts[0] : { AND: parts };
}

/** @throws TenantMissingError */
export function checkTenant({ tenantMissing }: View, table: Table): void {
  if (tenantMissing && isScoped(table)) throw new TenantMissingError(table.name);
}
