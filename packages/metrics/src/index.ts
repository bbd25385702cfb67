export { type ClusterMetrics, createClusterMetrics } from './cluster/cluster-metrics.ts';
export { CLUSTER_METRICS_DEFAULTS, type ClusterMetricsOptions } from './cluster/options.ts';
export type { RenderRequest, ServiceMetrics } from './create-metrics.ts';
export {
  type CreateHttpMetricsOptions,
  createHttpMetrics,
  createMetrics,
  Metrics,
  renderMetrics,
} from './default-instance.ts';
export {
  ClusterMetricsError,
  MetricConflictError,
  MetricLabelsError,
  MetricNotCollectedError,
  MetricNotRegisteredError,
  MetricsAlreadyStartedError,
  MetricsError,
  MetricsMissingPeerError,
  MetricsOptionError,
} from './errors.ts';
export type { RenderedMetrics } from './exposition/rendered.ts';
export type { Aggregator } from './families/family.ts';
export type { HttpMetrics, HttpMetricsOptions, HttpObservation } from './http-metrics.ts';
export {
  type DurationUnit,
  METRICS_DEFAULTS,
  type MetricsDefaults,
  type MetricsOptions,
  type StateEncoding,
} from './options.ts';
export { initMetrics, type MetricsPush, type MetricsPushStats } from './otlp/init-metrics.ts';
export {
  METRICS_PUSH_DEFAULTS,
  type MetricsPushDefaults,
  type MetricsPushOptions,
} from './otlp/push-options.ts';
export type { ResourceAttributes } from './otlp/resource-attributes.ts';
export type { MetricLabels, OwnHistogramOptions, OwnMetricOptions, OwnMetrics } from './own-metrics.ts';
