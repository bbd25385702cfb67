import { idempotencyMiddleware } from '@holdfast/express/idempotency';
import express, { type Response, type Router } from 'express';
import { orderNotFound } from '../errors.ts';
import { jsonBody } from '../json-body.ts';
import { onlyIds } from '../path-id.ts';
import type { Pricing } from '../pricing/pricing.ts';
import type { OrderWriter, Storage } from '../storage/storage.ts';
import { readOrderChanges, readOrderRequest } from './bodies.ts';
import { pageAnswer, pageOf } from './cursor.ts';
import { entityTag, expectedVersion } from './entity-tag.ts';
import type { ListCache } from './list-cache.ts';
import { type Order, shown } from './order.ts';
import { pricedOrder } from './place-order.ts';
import { timelineRoute } from './timeline.ts';

export interface OrderRoutesParts {
  readonly storage: Storage;
  readonly writer: OrderWriter;
  readonly pricing: Pricing;
  readonly lists: ListCache;
  readonly idempotencyLeaseMs: number;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Everything a tenant can do with its orders; mount it behind `authenticate()`. */
export function orderRoutes(parts: OrderRoutesParts): Router {
  const { storage, writer, pricing, lists, idempotencyLeaseMs } = parts;
  const once = idempotencyMiddleware(storage.idempotency, {
    required: true,
    leaseMs: idempotencyLeaseMs,
    // Safe, since the answer is completed in the transaction of the order: of two that run, one commits.
    onLeaseExpired: 'run-again',
  });
  return express
    .Router()
    .param('id', onlyIds(UUID, orderNotFound))
    .post('/', jsonBody(), once, async (req, res) => {
      const order = await pricedOrder(readOrderRequest(req.body), pricing);
      await writer.place(order, req.idempotency);
      await lists.invalidate();
      // What `place()` has stored is the answer, now and for every repeat.
      res.end();
    })
    .get('/', lists.handler, async (req, res) => {
      const page = pageOf(req);
      res.json(pageAnswer(await storage.orders.list(page), page, shown));
    })
    .get('/:id', async (req, res) => {
      const order = await storage.orders.find(req.params.id);
      if (order === undefined) throw orderNotFound();
      answer(res, order);
    })
    .patch('/:id', jsonBody(), async (req, res) => {
      const changes = readOrderChanges(req.body);
      const order = await writer.change(req.params.id, expectedVersion(req), changes);
      await lists.invalidate();
      answer(res, order);
    })
    .delete('/:id', async (req, res) => {
      await writer.remove(req.params.id);
      await lists.invalidate();
      res.status(204).end();
    })
    .post('/:id/restore', async (req, res) => {
      const order = await writer.restore(req.params.id);
      await lists.invalidate();
      answer(res, order);
    })
    .get('/:id/timeline', timelineRoute(storage.audit))
    .get('/:id/mails', async (req, res) => {
      if ((await storage.orders.find(req.params.id)) === undefined) throw orderNotFound();
      res.json({ items: await storage.mails.ofOrder(req.params.id) });
    });
}

function answer(res: Response, order: Order): void {
  res.set('ETag', entityTag(order.version)).json(shown(order));
}
