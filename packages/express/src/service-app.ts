import express, { type Express, type RequestHandler } from 'express';
import { correlationMiddleware } from './correlation.ts';
import { errorHandler, notFoundHandler } from './error-handler.ts';
import { healthProbes } from './health.ts';
import type { ServiceOptions, ServiceParts } from './service-options.ts';

/**
 * Joins everything in the order in which it works: ids before all that logs them, probes and scrapes before what would
 * count them, span, metrics and log line around all that can fail, errors last.
 */
export async function buildApp(options: ServiceOptions, parts: ServiceParts): Promise<Express> {
  const { logger, metrics, health } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.use(correlationMiddleware(options.correlation));
  if (health !== undefined) app.use('/health', healthProbes(health));
  if (metrics !== undefined) {
    const { metricsEndpoint } = await import('./metrics.ts');
    app.get('/metrics', metricsEndpoint({ metrics }));
  }
  app.use(await telemetry(options, parts));
  if (options.security !== undefined) app.use(options.security);
  if (options.compression !== undefined) app.use(options.compression);
  await options.routes(app, parts);
  app.use(notFoundHandler());
  app.use(errorHandler({ logger }));
  return app;
}

async function telemetry(
  { tracing }: ServiceOptions,
  { logger, metrics }: ServiceParts,
): Promise<RequestHandler> {
  const handlers: RequestHandler[] = [];
  if (tracing !== false) handlers.push((await import('./tracing.ts')).tracingMiddleware());
  if (metrics !== undefined)
    handlers.push((await import('./metrics.ts')).metricsMiddleware({ http: metrics.http() }));
  if (logger !== undefined) handlers.push((await import('./request-logger.ts')).requestLogger({ logger }));
  return asOneLayer(handlers);
}

/** For handlers that always go on to the next one: the way from layer to layer costs more than they do. */
function asOneLayer(handlers: readonly RequestHandler[]): RequestHandler {
  return handlers.reduceRight<RequestHandler>(
    (rest, handler) => (req, res, next) => handler(req, res, () => rest(req, res, next)),
    (_req, _res, next) => next(),
  );
}
