export type { RenderRequest, ServiceMetrics } from './create-metrics.ts';
export {
  type CreateHttpMetricsOptions,
  createHttpMetrics,
  createMetrics,
  Metrics,
  renderMetrics,
} from './default-instance.ts';
export {
  MetricConflictError,
  MetricLabelsError,
  MetricNotRegisteredError,
  MetricsError,
  MetricsOptionError,
} from './errors.ts';
export type { HttpMetrics, HttpMetricsOptions, HttpObservation } from './http-metrics.ts';
export {
  type DurationUnit,
  METRICS_DEFAULTS,
  type MetricsDefaults,
  type MetricsOptions,
  type StateEncoding,
} from './options.ts';
export type { MetricLabels, OwnHistogramOptions, OwnMetricOptions, OwnMetrics } from './own-metrics.ts';
export type { RenderedMetrics } from './rendered.ts';
