import { flush, loadExpress, require } from './peer-tracing.ts';
import { addRoutes } from './routes.ts';
import { serve } from './serve.ts';

const promBundle: typeof import('express-prom-bundle') = require('express-prom-bundle');
const rTracer: typeof import('cls-rtracer') = require('cls-rtracer');
const pino: typeof import('pino') = require('pino');
const { pinoHttp }: typeof import('pino-http') = require('pino-http');

const app = loadExpress()();
app.use(rTracer.expressMiddleware({ useHeader: true, echoHeader: true }));
app.use(promBundle({ includeMethod: true, includePath: true }));
app.use(
  pinoHttp({
    logger: pino(
      { mixin: () => ({ requestId: rTracer.id() }) },
      pino.destination(process.env['BENCH_LOG_FILE']),
    ),
  }),
);
addRoutes(app);
serve(app, flush);
