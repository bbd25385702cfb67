import type { PostgresSoftDeleteRepository } from '@holdfast/soft-delete/postgres';
import type { SqliteSoftDeleteRepository } from '@holdfast/soft-delete/sqlite';
import type { Page } from '../orders/cursor.ts';
import type { Order } from '../orders/order.ts';
import { currentTenant, type LineRow, type OrderRow, orderOf } from './rows.ts';
import type { Sql } from './sql.ts';
import type { OrderReader } from './storage.ts';

export interface OrderTables {
  readonly sql: Sql;
  readonly orders: Repository<OrderRow>;
  readonly lines: Repository<LineRow>;
}

type Repository<Row extends object> = SqliteSoftDeleteRepository<Row> | PostgresSoftDeleteRepository<Row>;

interface ReadScope {
  readonly acrossTenants?: boolean;
  readonly includeDeleted?: boolean;
}

/**
 * One order through the repository, which knows tenants and deleted rows. Pages by SQL of our own, which has to say both
 * itself: a page begins behind the last row of the one before, however many there are before it.
 */
export function readerOf({ sql, orders, lines }: OrderTables): OrderReader {
  const withLines = async (rows: readonly OrderRow[], scope: ReadScope = {}): Promise<Order[]> => {
    if (rows.length === 0) return [];
    const found = await lines.findMany(
      { order_id: rows.map(({ id }) => id) },
      { ...scope, orderBy: { order_id: 'asc', position: 'asc' } },
    );
    const byOrder = Map.groupBy(found, (line) => line.order_id);
    return rows.map((row) => orderOf(row, byOrder.get(row.id)));
  };
  const page = (condition: string, { limit, after }: Page, values: readonly unknown[] = []) => {
    const n = values.length;
    const behind = after === undefined ? '' : `AND (created_at, id) < ($${n + 2}, $${n + 3})`;
    return sql.query<OrderRow>(
      `SELECT * FROM orders WHERE ${condition} ${behind} ORDER BY created_at DESC, id DESC LIMIT $${n + 1}`,
      [...values, limit + 1, ...(after === undefined ? [] : [after.createdAt, after.id])],
    );
  };
  return {
    async find(id) {
      const row = await orders.find(id);
      return row === undefined ? undefined : (await withLines([row]))[0];
    },
    async list(request) {
      return withLines(await page('tenant_id = $1 AND deleted_at IS NULL', request, [currentTenant()]));
    },
    async listAll(request, { includeDeleted }) {
      const rows = await page(includeDeleted ? 'true' : 'deleted_at IS NULL', request);
      return withLines(rows, { acrossTenants: true, includeDeleted });
    },
  };
}
