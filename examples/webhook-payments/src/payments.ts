import { cacheStats, responseCache } from '@holdfast/express/cache';
import express, { type Router } from 'express';
import type { CacheConfig } from './config.ts';
import type { PaymentsDatabase } from './database.ts';
import { OperatorRequestError } from './errors.ts';
import { requireKey } from './operator-key.ts';

export interface PaymentRoutesParts {
  database: PaymentsDatabase;
  cache: CacheConfig;
  /** What operators send as `X-API-Key`. */
  key: string;
}

/**
 * What became of an event. A payment that is recorded never changes, so that each instance may keep the answer by
 * itself; one that is not there yet answers 404, which is not kept. The key is asked for before the cache.
 */
export function paymentRoutes({ database, cache, key }: PaymentRoutesParts): Router {
  const cached = responseCache({ name: 'payments', ttl: cache.ttlMs, maxSize: cache.maxSize });
  return express
    .Router()
    .get('/payments/:provider/:eventId', requireKey(key), cached, async (req, res) => {
      const { provider, eventId } = req.params as { provider: string; eventId: string };
      const payment = await database.findPayment(provider, eventId);
      if (payment === undefined) {
        throw new OperatorRequestError(
          404,
          'ERR_PAYMENT_NOT_FOUND',
          'No payment is recorded for this event.',
        );
      }
      res.json(payment);
    })
    .get('/cache/stats', requireKey(key), cacheStats());
}
