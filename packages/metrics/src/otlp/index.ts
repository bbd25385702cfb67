/** Reads a prom-client registry as OpenTelemetry metrics. Needs the types of `@opentelemetry/sdk-metrics`, loads nothing of it. */

export { MetricNotCollectedError } from '../errors.ts';
export type { OtlpExemplar, PointWithExemplars } from './metric-data.ts';
export { createPromClientProducer, type PromClientProducerOptions } from './metric-producer.ts';
