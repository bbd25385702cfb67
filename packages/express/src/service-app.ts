import express, { type Express } from 'express';
import { correlationMiddleware } from './correlation.ts';
import { errorHandler, notFoundHandler } from './error-handler.ts';
import { healthRoutes } from './health.ts';
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
  if (health !== undefined) app.use(healthRoutes(health));
  if (metrics !== undefined) {
    const { metricsEndpoint } = await import('./metrics.ts');
    app.get('/metrics', metricsEndpoint({ metrics }));
  }
  if (options.tracing !== false) app.use((await import('./tracing.ts')).tracingMiddleware());
  if (metrics !== undefined)
    app.use((await import('./metrics.ts')).metricsMiddleware({ http: metrics.http() }));
  if (logger !== undefined) app.use((await import('./request-logger.ts')).requestLogger({ logger }));
  if (options.security !== undefined) app.use(options.security);
  if (options.compression !== undefined) app.use(options.compression);
  await options.routes(app, parts);
  app.use(notFoundHandler());
  app.use(errorHandler({ logger }));
  return app;
}
