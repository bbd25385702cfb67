export type { HttpClientFact, QueryFact, RedisFact, SlowOperationFact, SlowQueryFact } from './channels.ts';
export {
  TraceFileError,
  TracingAlreadyStartedError,
  TracingError,
  TracingMissingPeerError,
  TracingOptionError,
} from './errors.ts';
export {
  type HttpServerSpan,
  type HttpServerSpanEnd,
  type HttpServerSpanInit,
  startHttpServerSpan,
} from './http-server.ts';
export { initTracing, isTracingStarted, type Tracing, type TracingMode, type TracingStats } from './init.ts';
export type { SpanLimits } from './light/limits.ts';
export { type SpanExporter, type SpanProcessor, TRACING_DEFAULTS, type TracingOptions } from './options.ts';
export { SpanKind, SpanStatusCode } from './otel-api.ts';
export type { ResourceAttributes } from './resource.ts';
export type { SinkStats } from './sinks/sink.ts';
export {
  addSpanAttributes,
  type CreateSpanOptions,
  createSpan,
  getCurrentSpan,
  type SpanInit,
  traceAsync,
  withSpan,
} from './spans.ts';
