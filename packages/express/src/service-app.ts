import express, { type Express, type Request, type RequestHandler } from 'express';
import { correlationMiddleware } from './correlation.ts';
import { errorHandler, notFoundHandler } from './error-handler.ts';
import { healthProbes } from './health.ts';
import type { ServiceOptions, ServiceParts } from './service-options.ts';

/**
 * Joins everything in the order in which it works: ids before all that logs them, probes and scrapes before what would
 * count them, span, metrics and log line around all that can fail, errors last.
 */
export async function buildApp(options: ServiceOptions, parts: ServiceParts): Promise<Express> {
  const app = express();
  app.disable('x-powered-by');
  app.use(
    asOneLayer([
      correlationMiddleware(options.correlation),
      ...(await probes(parts)),
      ...(await telemetry(options, parts)),
    ]),
  );
  if (options.security !== undefined) app.use(options.security);
  if (options.compression !== undefined) app.use(options.compression);
  await options.routes(app, parts);
  app.use(notFoundHandler());
  app.use(errorHandler({ logger: parts.logger }));
  return app;
}

/** The routes that are answered before anything counts them. */
async function probes({ metrics, health }: ServiceParts): Promise<RequestHandler[]> {
  if (metrics === undefined && health === undefined) return [];
  const router = express.Router();
  if (health !== undefined) router.use('/health', healthProbes(health));
  if (metrics !== undefined)
    router.get('/metrics', (await import('./metrics.ts')).metricsEndpoint({ metrics }));
  return [(req, res, next) => (mayBeProbe(req) ? router(req, res, next) : next())];
}

const LETTER_H = 0x68;
const LETTER_M = 0x6d;
const TO_LOWER_CASE = 0x20;

/** A look at the first letter of the path, so that other requests need not be matched; anything unusual is matched. */
function mayBeProbe({ url }: Request): boolean {
  const letter = url.charCodeAt(1) | TO_LOWER_CASE;
  return letter === LETTER_H || letter === LETTER_M || !url.startsWith('/');
}

async function telemetry(
  { tracing }: ServiceOptions,
  { logger, metrics }: ServiceParts,
): Promise<RequestHandler[]> {
  const handlers: RequestHandler[] = [];
  if (tracing !== false) handlers.push((await import('./tracing.ts')).tracingMiddleware());
  if (metrics !== undefined)
    handlers.push((await import('./metrics.ts')).metricsMiddleware({ http: metrics.http() }));
  if (logger !== undefined) handlers.push((await import('./request-logger.ts')).requestLogger({ logger }));
  return handlers;
}

/** For handlers that mostly go on to the next one: the way from layer to layer costs more than they do. */
function asOneLayer(handlers: readonly RequestHandler[]): RequestHandler {
  return handlers.reduceRight<RequestHandler>(
    (rest, handler) => (req, res, next) =>
      handler(req, res, (error?: unknown) => (error ? next(error) : rest(req, res, next))),
    (_req, _res, next) => next(),
  );
}
