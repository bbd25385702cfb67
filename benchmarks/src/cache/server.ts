/** An Express server that gives a small JSON answer, from a cache or not. */
import { responseCache } from '@holdfast/express/cache';
import apicache from 'apicache';
import express, { type RequestHandler } from 'express';
import { serve } from '../http/serve.ts';

const { BENCH_CACHE = 'bare' } = process.env;

const MIDDLEWARE: Readonly<Record<string, () => RequestHandler[]>> = {
  bare: () => [],
  holdfast: () => [responseCache({ ttl: 3_600_000 })],
  apicache: () => [apicache.middleware('1 hour')],
};

let runs = 0;
const app = express();
app.use(...(MIDDLEWARE[BENCH_CACHE]?.() ?? []), ((_req, _res, next) => next()) as RequestHandler);
app.get('/quick', (_req, res) => {
  res.json({ id: 'ord_1', amount: 500, currency: 'eur', lines: [{ sku: 'a', count: 2 }] });
});
/** As slow as a query that a thousand clients are waiting for. */
app.get('/slow/:key', (_req, res) => {
  runs += 1;
  setTimeout(() => res.json({ id: 'ord_1' }), 500);
});
serve(app, undefined, {
  runs: () => {
    const before = runs;
    runs = 0;
    return before;
  },
});
