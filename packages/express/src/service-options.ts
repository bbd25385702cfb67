import type { Health, HealthOptions, Lifecycle } from '@holdfast/lifecycle';
import type { Logger, LoggerOptions } from '@holdfast/logging';
import type { MetricsOptions, ServiceMetrics } from '@holdfast/metrics';
import type { Tracing, TracingOptions } from '@holdfast/tracing';
import type { Express, RequestHandler } from 'express';
import type { CorrelationMiddlewareOptions } from './correlation.ts';
import { ExpressOptionError } from './errors.ts';

/**
 * What a service is made of, for its routes to use. What an option switched off is undefined, and so is a tracing that
 * the application started itself.
 */
export interface ServiceParts {
  readonly logger: Logger | undefined;
  readonly tracing: Tracing | undefined;
  readonly metrics: ServiceMetrics | undefined;
  readonly health: Health | undefined;
  readonly lifecycle: Lifecycle;
}

/**
 * For `logger`, `tracing`, `metrics` and `health`: left out or true for the defaults, options, false for none, or one
 * that exists. What the service makes it also ends; what it is given stays the giver's to end.
 */
export interface ServiceOptions {
  /** `service` in metrics and log lines, `service.name` in traces. */
  name: string;
  /** `service.version` in traces. Default none. */
  version?: string | undefined;
  /** Default `NODE_ENV`. */
  environment?: string | undefined;
  /** One line for each request, and the errors behind a 5xx. Package @holdfast/logging. */
  logger?: boolean | Logger | LoggerOptions | undefined;
  /** Default: spans are exported where an endpoint or exporter is configured, ids continue the caller's trace anyhow. */
  tracing?: boolean | Tracing | TracingOptions | undefined;
  /** With `/metrics`. Package @holdfast/metrics. */
  metrics?: boolean | ServiceMetrics | MetricsOptions | undefined;
  /** With `/health`, `/health/live`, `/health/ready` and `/health/startup`; start-up steps begin when it listens. */
  health?: boolean | Health | HealthOptions | undefined;
  /** Whose shutdown ends the service. Default `gracefulShutdown`, which listens to SIGTERM and SIGINT. */
  lifecycle?: Lifecycle | undefined;
  /** Whom to believe about ids and deadlines. Default nobody. */
  correlation?: CorrelationMiddlewareOptions | undefined;
  /** Security headers for every route: `helmet()`. */
  security?: RequestHandler | undefined;
  /** `compression()`. */
  compression?: RequestHandler | undefined;
  /** Adds the routes, body parsers and authentication included. */
  routes: (app: Express, parts: ServiceParts) => void | Promise<void>;
}

/** @throws ExpressOptionError */
export function checkServiceOptions({ name, routes }: ServiceOptions): void {
  if (typeof name !== 'string' || name === '') {
    throw new ExpressOptionError(
      'name',
      `createService: name is ${JSON.stringify(name)}; it must be the name of the service.`,
    );
  }
  if (typeof routes !== 'function') {
    throw new ExpressOptionError(
      'routes',
      'createService: routes must be a function that adds routes to the app it gets.',
    );
  }
}
