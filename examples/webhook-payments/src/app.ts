import { createService, type Listening } from '@holdfast/express/service';
import { webhookReceiver } from '@holdfast/express/webhook-receiver';
import { createLifecycle, type Lifecycle } from '@holdfast/lifecycle';
import { createLogger } from '@holdfast/logging';
import type { WebhookQueue } from '@holdfast/queue';
import type { TracingOptions } from '@holdfast/tracing';
import type { Express } from 'express';
import type { Config } from './config.ts';
import { openDatabase } from './database.ts';
import { keepNotice } from './notices.ts';
import { operatorRoutes } from './operator.ts';
import { createPaymentApi } from './payment-api.ts';
import { paymentRoutes } from './payments.ts';
import { openQueue } from './queue.ts';
import { createProcessor } from './worker.ts';

const NAME = 'webhook-payments';
/** Each takes as long as an enqueue may, 2 s. */
const OPENING_TRIES = 3;
const LARGEST_WEBHOOK_BYTES = 2 * 1024 * 1024;

export interface RunningService extends Listening {
  readonly lifecycle: Lifecycle;
}

/**
 * Opens everything, listens, and begins to work, in this order: whatever is wrong with the settings, the databases
 * or the port is found out before the first job is taken.
 */
export async function startService(config: Config): Promise<RunningService> {
  const lifecycle = createLifecycle({ readinessDelayMs: config.shutdownDelayMs });
  // Standard output is for the one line that says where the service is.
  const logger = createLogger({ serviceName: NAME, destination: 'stderr' });
  let hasStarted = false;
  // A failure to start is told by whoever started it, in one line.
  const onTrouble = (what: string) => (err: Error) => {
    if (hasStarted) logger.warn({ err }, what);
  };
  const database = await openDatabase(config, onTrouble('database trouble'));
  const queue = openQueue(config, onTrouble('queue trouble'));
  await opened(queue);
  const paymentApi = createPaymentApi(config.paymentApi);
  const processor = createProcessor({ database, paymentApi, logger });

  const routes = (app: Express) => {
    const receiver = webhookReceiver({
      queue,
      providers: providersOf(config),
      limitBytes: LARGEST_WEBHOOK_BYTES,
    });
    app.post('/webhooks/:provider', receiver);
    app.use('/operator', operatorRoutes({ queue, key: config.operatorKey }));
    app.use(paymentRoutes({ database, cache: config.cache, key: config.operatorKey }));
  };
  const service = await createService({
    name: NAME,
    logger,
    lifecycle,
    tracing: tracingOptions(config),
    health: {
      startup: { 'start the worker': () => queue.startWorker(processor) },
      checks: {
        // While a server is away, webhooks are spooled and wait: only files are what nothing works without.
        queue: { check: () => queue.ready(), critical: isQueueLocal(config) },
        database: { check: () => database.check(), critical: config.databaseUrl === undefined },
        // The jobs wait for it: a service without it takes webhooks as ever.
        paymentApi: () => (paymentApi.isAvailable() ? 'up' : 'degraded'),
      },
    },
    routes,
  });
  const endNotice = keepNotice(database, logger);

  lifecycle.onShutdown('stop the worker', () => queue.close(), { phase: 'workers' });
  lifecycle.onShutdown('close the database', () => database.close(), { phase: 'close' });
  lifecycle.onShutdown('close the log', () => logger.close(), { phase: 'close' });
  lifecycle.onShutdown('end the notices', endNotice);

  const listening = await service.listen(config.port, config.host);
  await service.health?.start();
  hasStarted = true;
  return { ...listening, lifecycle };
}

/** A queue that opens slowly, on a machine that has just begun to work, is not one that is locked or away. */
async function opened(queue: WebhookQueue): Promise<void> {
  for (let triesLeft = OPENING_TRIES; triesLeft > 1; triesLeft -= 1) {
    try {
      return await queue.ready();
    } catch {
      // The last try says what is wrong; the queue goes on to open itself meanwhile.
    }
  }
  await queue.ready();
}

function isQueueLocal({ redisUrl, databaseUrl }: Config): boolean {
  return redisUrl === undefined && databaseUrl === undefined;
}

function providersOf({ webhookSecrets }: Config): Record<string, { secrets: readonly string[] }> {
  return Object.fromEntries(
    Object.entries(webhookSecrets).map(([provider, secrets]) => [provider, { secrets }]),
  );
}

/** A job continues the trace of its webhook, so that one trace shows the whole way. */
function tracingOptions({ spansFile, traceEndpoint, traceSampleRatio }: Config): TracingOptions {
  const options: TracingOptions = { jobs: 'parent', sampleRate: traceSampleRatio };
  if (spansFile !== undefined) return { ...options, exporter: { file: spansFile } };
  return traceEndpoint === undefined ? options : { ...options, exporterEndpoint: traceEndpoint };
}
