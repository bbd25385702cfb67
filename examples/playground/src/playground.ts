import { cacheStats, responseCache } from '@holdfast/express/cache';
import { idempotencyMiddleware } from '@holdfast/express/idempotency';
import { createService, type Listening } from '@holdfast/express/service';
import { MemoryIdempotencyStore } from '@holdfast/idempotency';
import { createBulkhead } from '@holdfast/resilience';
import type { TracingOptions } from '@holdfast/tracing';
import express, { type Express } from 'express';
import { openCatalog } from './catalog.ts';
import { createDependency } from './dependency.ts';
import { openVisits } from './visits.ts';

const NAME = 'playground';
const CACHE_TTL_MS = 300_000;

/**
 * Something of everything that can be looked at: a circuit that can be opened, a cached answer, repeated orders, a
 * bulkhead, a traced database, and with `REDIS_URL` a traced Redis. Nothing but its counter there is kept when it ends.
 */
export async function startPlayground(port: number): Promise<Listening> {
  const service = await createService({
    name: NAME,
    logger: { serviceName: NAME, destination: 'stderr' },
    tracing: tracingOptions(),
    routes: (app) => {
      addCircuit(app);
      addCache(app);
      addOrders(app);
    },
  });
  return service.listen(port, '127.0.0.1');
}

/** Spans go to `TRACE_FILE`, or to the collector that `OTEL_EXPORTER_OTLP_ENDPOINT` names, or nowhere. */
function tracingOptions(): TracingOptions {
  const file = process.env['TRACE_FILE'];
  return file === undefined ? {} : { exporter: { file } };
}

/** A dependency that fails on command, behind retry and circuit. */
function addCircuit(app: Express): void {
  const dependency = createDependency();
  app.post('/test/circuit-breaker', (_req, res) => {
    dependency.breakDown();
    res.json({ dependency: 'failing' });
  });
  app.post('/test/recovery', (_req, res) => {
    dependency.recover();
    res.json({ dependency: 'well' });
  });
  app.get('/test/failing-endpoint', async (_req, res) => {
    res.json(await dependency.ask());
  });
}

function addCache(app: Express): void {
  app.get('/api/v1/theme', responseCache({ ttl: CACHE_TTL_MS }), (_req, res) => {
    res.json({ color: 'kelp' });
  });
  app.get('/cache/stats', cacheStats());
}

function addOrders(app: Express): void {
  const catalog = openCatalog();
  const visits = openVisits(process.env['REDIS_URL']);
  const bulkhead = createBulkhead({ name: 'catalog', maxConcurrent: 10 });
  const idempotency = idempotencyMiddleware(new MemoryIdempotencyStore());
  app.get('/api/v1/apps', async (_req, res) => {
    await visits?.count();
    res.json(await bulkhead.execute(async () => catalog.list()));
  });
  app.post('/api/v1/apps', express.json(), idempotency, (req, res) => {
    const { name } = req.body as { name?: unknown };
    res.status(201).json(catalog.add(String(name)));
  });
}
