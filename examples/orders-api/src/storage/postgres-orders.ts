import type { PostgresAuditLog } from '@holdfast/audit/postgres';
import {
  createSoftDeleteRepository,
  type PostgresSoftDeleteRepository,
} from '@holdfast/soft-delete/postgres';
import type { Pool, PoolClient } from 'pg';
import { orderNotFound } from '../errors.ts';
import { type OrderBus, orderPlaced } from '../events/order-events.ts';
import { versionChanged } from '../orders/entity-tag.ts';
import { auditImage, type Order, type OrderLine } from '../orders/order.ts';
import { placedAnswer } from '../orders/placed-answer.ts';
import { inTransaction } from './postgres-transaction.ts';
import { type LineRow, type OrderRow, orderOf, rowOf, SOFT_DELETE } from './rows.ts';
import type { OrderWriter } from './storage.ts';

export interface PostgresOrderTables {
  readonly orders: PostgresSoftDeleteRepository<OrderRow>;
  readonly lines: PostgresSoftDeleteRepository<LineRow>;
}

export function orderTables(pool: Pool): PostgresOrderTables {
  return {
    orders: createSoftDeleteRepository<OrderRow>({ pool, schema: SOFT_DELETE, table: 'orders' }),
    lines: createSoftDeleteRepository<LineRow>({ pool, schema: SOFT_DELETE, table: 'order_lines' }),
  };
}

const INSERT_LINES = `
  INSERT INTO order_lines (order_id, position, sku, quantity, unit_price_minor)
  SELECT $1, line.position - 1, line.sku, line.quantity, line.price
  FROM unnest($2::text[], $3::int[], $4::bigint[]) WITH ORDINALITY AS line (sku, quantity, price, position)`;
/** Changes nothing where somebody else was first. */
const UPDATE = `
  UPDATE orders SET email = $1, note = $2, version = $3, updated_at = $4
  WHERE id = $5 AND version = $3 - 1 AND deleted_at IS NULL`;

export function postgresWriter(
  pool: Pool,
  { orders, lines }: PostgresOrderTables,
  audit: PostgresAuditLog,
  bus: OrderBus,
): OrderWriter {
  const find = async (id: string, client: PoolClient): Promise<Order | undefined> => {
    const tx = { client };
    const row = await orders.find(id, { tx });
    return row && orderOf(row, await lines.findMany({ order_id: id }, { tx, orderBy: { position: 'asc' } }));
  };
  const findOrFail = async (id: string, client: PoolClient): Promise<Order> => {
    const order = await find(id, client);
    if (order === undefined) throw orderNotFound();
    return order;
  };
  const record = (
    changeType: string,
    recordId: string,
    images: { before?: object; after?: object },
    client: PoolClient,
  ) => audit.record({ recordType: 'order', recordId, changeType, ...images }, { client });

  return {
    place: (order, request) =>
      inTransaction(pool, async (client) => {
        await orders.insert(rowOf(order), { tx: { client } });
        await client.query(INSERT_LINES, [order.id, ...columnsOf(order.lines)]);
        await record('PLACED', order.id, { after: auditImage(order) }, client);
        await bus.publish('order.placed', orderPlaced(order), undefined, { tx: { client }, key: order.id });
        await request.complete({ client }, placedAnswer(order));
      }),
    change: (id, version, changes) =>
      inTransaction(pool, async (client) => {
        const before = await findOrFail(id, client);
        if (before.version !== version) throw versionChanged();
        const { email = before.email, note = before.note } = changes;
        const after = { ...before, email, note, version: version + 1, updatedAt: Date.now() };
        const values = [after.email, after.note, after.version, after.updatedAt, id];
        if ((await client.query(UPDATE, values)).rowCount === 0) throw versionChanged();
        await record('CHANGED', id, { before: auditImage(before), after: auditImage(after) }, client);
        return after;
      }),
    remove: (id) =>
      inTransaction(pool, async (client) => {
        const before = await findOrFail(id, client);
        await orders.delete(id, { tx: { client } });
        await record('DELETED', id, { before: auditImage(before) }, client);
      }),
    restore: (id) =>
      inTransaction(pool, async (client) => {
        const live = await find(id, client);
        if (live !== undefined) return live;
        const tx = { client };
        if ((await orders.find(id, { onlyDeleted: true, tx })) === undefined) throw orderNotFound();
        await orders.restore(id, { tx });
        const after = await findOrFail(id, client);
        await record('RESTORED', id, { after: auditImage(after) }, client);
        return after;
      }),
  };
}

/** All lines in one statement. */
function columnsOf(lines: readonly OrderLine[]): unknown[][] {
  return [
    lines.map(({ sku }) => sku),
    lines.map(({ quantity }) => quantity),
    lines.map(({ unitPriceMinor }) => unitPriceMinor),
  ];
}
