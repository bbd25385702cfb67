import type { SqliteAuditLog } from '@holdfast/audit/sqlite';
import { createSoftDeleteRepository, type SqliteSoftDeleteRepository } from '@holdfast/soft-delete/sqlite';
import type { Database } from 'better-sqlite3';
import { orderNotFound } from '../errors.ts';
import { type OrderBus, orderPlaced } from '../events/order-events.ts';
import { versionChanged } from '../orders/entity-tag.ts';
import { auditImage, type Order } from '../orders/order.ts';
import { placedAnswer } from '../orders/placed-answer.ts';
import { type LineRow, type OrderRow, orderOf, rowOf, SOFT_DELETE } from './rows.ts';
import type { OrderWriter } from './storage.ts';

export interface SqliteOrderTables {
  readonly orders: SqliteSoftDeleteRepository<OrderRow>;
  readonly lines: SqliteSoftDeleteRepository<LineRow>;
}

export function orderTables(db: Database): SqliteOrderTables {
  return {
    orders: createSoftDeleteRepository<OrderRow>({ db, schema: SOFT_DELETE, table: 'orders' }),
    lines: createSoftDeleteRepository<LineRow>({ db, schema: SOFT_DELETE, table: 'order_lines' }),
  };
}

/** A transaction of better-sqlite3 is synchronous: nothing of another request can come in between. */
export function sqliteWriter(
  db: Database,
  { orders, lines }: SqliteOrderTables,
  audit: SqliteAuditLog,
  bus: OrderBus,
): OrderWriter {
  const insertLine = db.prepare(
    'INSERT INTO order_lines (order_id, position, sku, quantity, unit_price_minor) VALUES (?, ?, ?, ?, ?)',
  );
  const update = db.prepare(
    'UPDATE orders SET email = ?, note = ?, version = ?, updated_at = ? WHERE id = ?',
  );
  const inTransaction = <T>(work: () => T): T => db.transaction(work).immediate();
  const find = (id: string): Order | undefined => {
    const row = orders.find(id);
    return row && orderOf(row, lines.findMany({ order_id: id }, { orderBy: { position: 'asc' } }));
  };
  const findOrFail = (id: string): Order => {
    const order = find(id);
    if (order === undefined) throw orderNotFound();
    return order;
  };
  const record = (changeType: string, recordId: string, images: { before?: object; after?: object }) =>
    audit.record({ recordType: 'order', recordId, changeType, ...images }, { db });

  return {
    place(order, request) {
      inTransaction(() => {
        orders.insert(rowOf(order));
        for (const [index, { sku, quantity, unitPriceMinor }] of order.lines.entries()) {
          insertLine.run(order.id, index, sku, quantity, unitPriceMinor);
        }
        record('PLACED', order.id, { after: auditImage(order) });
        bus.publish('order.placed', orderPlaced(order), undefined, { tx: { db }, key: order.id });
        request.complete({ db }, placedAnswer(order));
      });
    },
    change(id, version, changes) {
      return inTransaction(() => {
        const before = findOrFail(id);
        if (before.version !== version) throw versionChanged();
        const { email = before.email, note = before.note } = changes;
        const after = { ...before, email, note, version: version + 1, updatedAt: Date.now() };
        update.run(after.email, after.note, after.version, after.updatedAt, id);
        record('CHANGED', id, { before: auditImage(before), after: auditImage(after) });
        return after;
      });
    },
    remove(id) {
      inTransaction(() => {
        const before = findOrFail(id);
        orders.delete(id);
        record('DELETED', id, { before: auditImage(before) });
      });
    },
    restore(id) {
      return inTransaction(() => {
        const live = find(id);
        if (live !== undefined) return live;
        if (orders.find(id, { onlyDeleted: true }) === undefined) throw orderNotFound();
        orders.restore(id);
        const after = findOrFail(id);
        record('RESTORED', id, { after: auditImage(after) });
        return after;
      });
    },
  };
}
