import { createService, type Listening } from '@holdfast/express/service';
import { createLifecycle, type Lifecycle } from '@holdfast/lifecycle';
import { createLogger } from '@holdfast/logging';
import type { TracingOptions } from '@holdfast/tracing';
import type { Express } from 'express';
import { authenticate } from './access/authenticate.ts';
import { makeDemoKeys } from './access/demo-keys.ts';
import { adminRoutes } from './admin/routes.ts';
import type { Config } from './config.ts';
import { openBus } from './events/bus.ts';
import { startMailer } from './events/mailer.ts';
import { startHousekeeping } from './housekeeping.ts';
import { openApiRoute } from './openapi.ts';
import { createListCache } from './orders/list-cache.ts';
import { orderRoutes } from './orders/routes.ts';
import { createPricing } from './pricing/pricing.ts';
import { startPricingStandIn } from './pricing/stand-in.ts';
import { openStorage } from './storage/storage.ts';

const NAME = 'orders-api';

export interface RunningService extends Listening {
  readonly app: Express;
  readonly lifecycle: Lifecycle;
  /** To be printed: keys of demo tenants, told this once. */
  readonly notices: readonly string[];
}

/** Opens everything, listens, and begins to handle events; what is wrong is found out before the first request. */
export async function startService(config: Config): Promise<RunningService> {
  const lifecycle = createLifecycle({ readinessDelayMs: config.shutdownDelayMs });
  // Standard output is for the lines that say where the service is and how to get in.
  const logger = createLogger({ serviceName: NAME, destination: 'stderr' });
  const onTrouble = (what: string) => (err: Error) => logger.warn({ err }, what);

  const storage = await openStorage(config, onTrouble('database trouble'));
  lifecycle.onShutdown('close the database', () => storage.close(), { phase: 'close' });
  const bus = openBus(config, storage, onTrouble('event bus trouble'));
  lifecycle.onShutdown('stop the event bus', () => bus.close(), { phase: 'workers' });
  await bus.ready();
  const lists = createListCache(config, logger);
  lifecycle.onShutdown('close the cache', () => lists.handler.cache.close(), { phase: 'close' });
  const pricing = createPricing({ ...config.pricing, url: await pricingUrl(config, lifecycle) });

  const service = await createService({
    name: NAME,
    environment: config.environment,
    logger,
    lifecycle,
    tracing: tracingOptions(config),
    health: {
      startup: { 'start the mailer': () => startMailer(bus, storage, logger) },
      checks: {
        database: () => storage.check(),
        // While Redis is away, events wait in the outbox: orders are taken as ever.
        events: { check: () => bus.getLag(), critical: false },
        pricing: () => (pricing.isAvailable() ? 'up' : 'degraded'),
      },
    },
    routes: (app) => {
      app.get('/openapi.json', openApiRoute());
      app.use('/admin', adminRoutes({ storage, bus, adminKey: config.adminKey }));
      app.use(
        '/orders',
        authenticate(storage.apiKeys),
        orderRoutes({
          storage,
          writer: storage.writer(bus),
          pricing,
          lists,
          idempotencyLeaseMs: config.idempotencyLeaseMs,
        }),
      );
    },
  });
  lifecycle.onShutdown('stop the housekeeping', startHousekeeping(storage, logger), { phase: 'workers' });
  lifecycle.onShutdown('close the log', () => logger.close(), { phase: 'close' });

  const notices = config.environment === 'development' ? await makeDemoKeys(storage.apiKeys) : [];
  const listening = await service.listen(config.port, config.host);
  await service.health?.start();
  return { ...listening, app: service.app, lifecycle, notices };
}

/** Development brings its own pricing service. */
async function pricingUrl({ pricing }: Config, lifecycle: Lifecycle): Promise<string> {
  if (pricing.url !== undefined) return pricing.url;
  const standIn = await startPricingStandIn();
  lifecycle.onShutdown('stop the stand-in for pricing', () => standIn[Symbol.asyncDispose](), {
    phase: 'close',
  });
  return standIn.url;
}

function tracingOptions({ spansFile, traceEndpoint, traceSampleRatio }: Config): TracingOptions {
  const options: TracingOptions = { jobs: 'parent', sampleRate: traceSampleRatio };
  if (spansFile !== undefined) return { ...options, exporter: { file: spansFile } };
  return traceEndpoint === undefined ? options : { ...options, exporterEndpoint: traceEndpoint };
}
