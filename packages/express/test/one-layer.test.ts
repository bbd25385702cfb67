import { correlationMiddleware } from '@holdfast/express/correlation';
import { errorHandler, notFoundHandler } from '@holdfast/express/error-handler';
import { healthRoutes } from '@holdfast/express/health';
import { metricsEndpoint, metricsMiddleware } from '@holdfast/express/metrics';
import { requestLogger } from '@holdfast/express/request-logger';
import { createService } from '@holdfast/express/service';
import { tracingMiddleware } from '@holdfast/express/tracing';
import { createHealth, createLifecycle } from '@holdfast/lifecycle';
import { createLogger } from '@holdfast/logging';
import { createMetrics } from '@holdfast/metrics';
import express, { type Express } from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sendRaw, serve } from './serve.ts';

interface Side {
  readonly port: number;
  readonly records: Record<string, unknown>[];
}

function log() {
  const records: Record<string, unknown>[] = [];
  const destination = {
    write: (line: string) => void records.push(JSON.parse(line) as Record<string, unknown>),
  };
  return { records, logger: createLogger({ destination }) };
}

function addRoutes(app: Express): void {
  app.get('/orders/:id', (req, res) => void res.json({ id: req.params.id }));
  app.get('/h', (_req, res) => void res.send('h'));
  app.get('/metricsx', (_req, res) => void res.send('no metrics'));
  app.get('/fail', () => Promise.reject(new Error('secret detail')));
}

const lifecycle = createLifecycle({ signals: [] });
const failing = () => Promise.reject(new Error('down'));

/** As the README shows them, each a layer of its own. */
async function middlewareByMiddleware(): Promise<Side> {
  const { records, logger } = log();
  const metrics = createMetrics({ serviceName: 'layers' });
  onTestFinished(() => metrics.close());
  const app = express().disable('x-powered-by');
  app.use(correlationMiddleware());
  app.use(healthRoutes(createHealth({ lifecycle, checks: { database: failing } })));
  app.get('/metrics', metricsEndpoint({ metrics }));
  app.use(tracingMiddleware());
  app.use(metricsMiddleware({ http: metrics.http() }));
  app.use(requestLogger({ logger }));
  addRoutes(app);
  app.use(notFoundHandler(), errorHandler({ logger }));
  const { port } = await serve(app);
  return { port, records };
}

async function joined(): Promise<Side> {
  const { records, logger } = log();
  const service = await createService({
    name: 'layers',
    logger,
    lifecycle,
    health: { checks: { database: failing } },
    routes: addRoutes,
  });
  onTestFinished(() => service.close());
  const { port } = await serve(service.app);
  return { port, records };
}

const TARGETS = [
  '/orders/7?secret=1',
  '/orders/',
  '/unknown',
  '/fail',
  '/',
  '*',
  '/h',
  '/healthy',
  '/health',
  '/health/',
  '/health/live',
  '/HEALTH/Live?x=1',
  '/health/ready',
  '/health/unknown',
  '/%68ealth/live',
  '//health/live',
  '/metrics',
  '/Metrics/',
  '/metrics/more',
  '/metricsx',
  'http://elsewhere/health/live',
  'http://elsewhere/orders/7',
];

/** Status, headers and body without what differs from request to request. */
async function answer({ port }: Side, method: string, target: string): Promise<string> {
  const raw = await sendRaw(
    port,
    `${method} ${target} HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: req-1\r\nConnection: close\r\n\r\n`,
  );
  const [head = '', body = ''] = raw.replace(/(?:Date|Content-Length|ETag): .*\r\n/gi, '').split('\r\n\r\n');
  const isScrape = body.startsWith('# HELP');
  return `${head}\n${isScrape ? 'metrics' : body.replace(/"(durationMs|checkedAt)":[^,}]*/g, '"$1":0')}`;
}

describe('createService joins the middlewares in one layer', () => {
  it('that answers, counts and logs what they do one after the other', async () => {
    const [apart, together] = [await middlewareByMiddleware(), await joined()];
    for (const method of ['GET', 'HEAD', 'POST']) {
      for (const target of TARGETS) {
        const expected = await answer(apart, method, target);
        expect(expected).toMatch(/^HTTP\/1\.1 \d{3} /);
        expect(`${method} ${target}\n${await answer(together, method, target)}`).toBe(
          `${method} ${target}\n${expected}`,
        );
      }
    }
    const seen = ({ records }: Side) =>
      records.map(({ msg, method, path, route, statusCode, requestId }) => ({
        msg,
        method,
        path,
        route,
        statusCode,
        requestId,
      }));
    await expect.poll(() => together.records.length).toBe(apart.records.length);
    expect(seen(together)).toEqual(seen(apart));
    expect(seen(together)).toContainEqual({
      msg: 'request completed',
      method: 'GET',
      path: '/orders/7',
      route: '/orders/:id',
      statusCode: 200,
      requestId: 'req-1',
    });
    expect(seen(together).filter(({ method, path }) => method === 'GET' && path === '/health/live')).toEqual(
      [],
    );
  });
});
