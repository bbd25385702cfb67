import { entityTag } from './entity-tag.ts';
import type { Order } from './order.ts';
import { shown } from './order.ts';

/** What `POST /orders` answers. It is stored with the order, and is what every repeat of the request gets. */
export function placedAnswer(order: Order): {
  status: number;
  headers: Record<string, string>;
  body: object;
} {
  return {
    status: 201,
    headers: { location: `/orders/${order.id}`, etag: entityTag(order.version) },
    body: shown(order),
  };
}
