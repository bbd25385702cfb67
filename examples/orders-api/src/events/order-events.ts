import type { EventBus } from '@holdfast/events';
import { z } from 'zod';
import type { Order } from '../orders/order.ts';

export interface OrderPlaced {
  readonly orderId: string;
  readonly email: string;
  readonly currency: string;
  readonly totalMinor: number;
}

/** Every event of this service and its payload; the bus checks it when it is published. */
export type OrderEvents = { 'order.placed': OrderPlaced };

export type OrderBus = EventBus<OrderEvents>;

export const SCHEMAS = {
  'order.placed': z.object({
    orderId: z.uuid(),
    email: z.email(),
    currency: z.string().length(3),
    totalMinor: z.int().min(0),
  }),
};

export function orderPlaced({ id, email, currency, totalMinor }: Order): OrderPlaced {
  return { orderId: id, email, currency, totalMinor };
}
