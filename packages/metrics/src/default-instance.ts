import { buildMetrics, type RenderRequest, type ServiceMetrics } from './create-metrics.ts';
import type { RenderedMetrics } from './exposition/rendered.ts';
import type { HttpMetrics, HttpMetricsOptions } from './http-metrics.ts';
import type { MetricsOptions } from './options.ts';
import { createOwnMetrics, type OwnMetrics } from './own-metrics.ts';

const processWide = createOwnMetrics();

/**
 * The application's own metrics, usable before `createMetrics()` is called: they are shown by the first instance.
 */
export const Metrics: OwnMetrics = processWide.metrics;

let first: ServiceMetrics | undefined;

/**
 * Metrics of a service: of its process, and of the circuits, queues and clients it uses, which are found by their
 * channels. The first instance that is open is the default of `createHttpMetrics()` and `renderMetrics()`.
 * @throws MetricsOptionError
 * @throws MetricConflictError when the registry has a metric of one of our names already
 */
export function createMetrics(options: MetricsOptions = {}): ServiceMetrics {
  if (first !== undefined) return buildMetrics(options);
  first = buildMetrics(options, processWide, () => {
    first = undefined;
  });
  return first;
}

let defaultService: string | undefined;

/** The name of the service for an instance that is made because something needs one. */
export function setDefaultService(service: string | undefined): void {
  defaultService = service;
}

/** The first instance, made where there is none. */
export function defaultInstance(): ServiceMetrics {
  return first ?? createMetrics(defaultService === undefined ? {} : { serviceName: defaultService });
}

export interface CreateHttpMetricsOptions extends HttpMetricsOptions {
  /** The instance to record in. Default the first one; one is made where there is none. */
  metrics?: ServiceMetrics;
}

/** Counts and times of HTTP requests, for a framework's adapter to feed. */
export function createHttpMetrics({ metrics, ...options }: CreateHttpMetricsOptions = {}): HttpMetrics {
  return (metrics ?? defaultInstance()).http(options);
}

/** The answer of a `/metrics` endpoint; OpenMetrics only when `accept` asks for it. */
export function renderMetrics(request: RenderRequest = {}): Promise<RenderedMetrics> {
  return defaultInstance().render(request);
}
