import { getCurrentTenantId } from '@holdfast/context';
import { defineSchema } from '@holdfast/soft-delete';
import type { Order, OrderLine } from '../orders/order.ts';

/** Lines are deleted with their order and come back with it; orders belong to a tenant, and lines to their order's. */
export const SOFT_DELETE = defineSchema({
  orders: { tenantColumn: 'tenant_id' },
  order_lines: {
    primaryKey: ['order_id', 'position'],
    relations: [{ foreignKey: 'order_id', parent: 'orders', onDelete: 'cascade' }],
  },
});

/** PostgreSQL gives a bigint as text and a time as Date, SQLite gives both as numbers. */
export interface OrderRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly email: string;
  readonly note: string | null;
  readonly currency: string;
  readonly total_minor: number | string;
  readonly version: number;
  readonly created_at: number | string;
  readonly updated_at: number | string;
  readonly deleted_at: number | Date | null;
  readonly deleted_by: string | null;
}

export interface LineRow {
  readonly order_id: string;
  readonly sku: string;
  readonly quantity: number;
  readonly unit_price_minor: number | string;
}

export function orderOf(row: OrderRow, lines: readonly LineRow[] = []): Order {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    email: row.email,
    note: row.note,
    currency: row.currency,
    lines: lines.map(lineOf),
    totalMinor: Number(row.total_minor),
    version: row.version,
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
    deletedAt: row.deleted_at === null ? null : Number(row.deleted_at),
    deletedBy: row.deleted_by,
  };
}

/** What `insert` of the repository takes: the tenant is that of the context, the marks of a delete are its own. */
export function rowOf(order: Order): Record<string, unknown> {
  return {
    id: order.id,
    email: order.email,
    note: order.note,
    currency: order.currency,
    total_minor: order.totalMinor,
    version: order.version,
    created_at: order.createdAt,
    updated_at: order.updatedAt,
  };
}

function lineOf({ sku, quantity, unit_price_minor }: LineRow): OrderLine {
  return { sku, quantity, unitPriceMinor: Number(unit_price_minor) };
}

/** For SQL of our own, which no repository confines to the tenant. */
export function currentTenant(): string {
  const tenantId = getCurrentTenantId();
  if (tenantId === undefined) throw new Error('No tenant is known here: authenticate() has to come first.');
  return tenantId;
}
