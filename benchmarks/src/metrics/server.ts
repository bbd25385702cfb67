/** An Express server with one JSON route, whose requests are measured by one library or by none. */
import { metricsMiddleware } from '@holdfast/express/metrics';
import { createMetrics } from '@holdfast/metrics';
import express, { type RequestHandler } from 'express';
import promBundle from 'express-prom-bundle';
import { serve } from '../http/serve.ts';

const { BENCH_METRICS = 'bare' } = process.env;

const MIDDLEWARE: Readonly<Record<string, () => RequestHandler>> = {
  bare: () => (_req, _res, next) => next(),
  holdfast: () => {
    createMetrics({ serviceName: 'bench' });
    return metricsMiddleware();
  },
  bundle: () => promBundle({ includeMethod: true, includePath: true, includeStatusCode: true }),
};

const app = express();
const middleware = MIDDLEWARE[BENCH_METRICS];
if (middleware === undefined) throw new Error(`There is no middleware "${BENCH_METRICS}".`);
app.use(middleware());
app.get('/orders/:id', (req, res) => {
  res.json({ id: req.params.id, amount: 500, currency: 'eur', lines: [{ sku: 'a', count: 2 }] });
});
serve(app);
