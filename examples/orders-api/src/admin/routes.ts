import { cacheStats } from '@holdfast/express/cache';
import express, { type Router } from 'express';
import { requireAdmin } from '../access/authenticate.ts';
import type { OrderBus } from '../events/order-events.ts';
import { pageAnswer, pageOf } from '../orders/cursor.ts';
import { shownToAdmin } from '../orders/order.ts';
import type { Storage } from '../storage/storage.ts';
import { apiKeyRoutes } from './api-keys.ts';
import { eventRoutes } from './events.ts';

export interface AdminRoutesParts {
  readonly storage: Storage;
  readonly bus: OrderBus;
  readonly adminKey: string;
}

/** What those need who run the service: orders of every tenant, keys, and what became of the events. */
export function adminRoutes({ storage, bus, adminKey }: AdminRoutesParts): Router {
  return express
    .Router()
    .use(requireAdmin(adminKey))
    .get('/orders', async (req, res) => {
      const page = pageOf(req);
      const includeDeleted = req.query['includeDeleted'] === 'true';
      res.json(pageAnswer(await storage.orders.listAll(page, { includeDeleted }), page, shownToAdmin));
    })
    .get('/cache', cacheStats())
    .use('/api-keys', apiKeyRoutes(storage.apiKeys))
    .use('/events', eventRoutes(bus));
}
