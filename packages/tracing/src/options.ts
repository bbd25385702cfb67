import type { Clock } from '@holdfast/context/clock';
import { systemClock } from '@holdfast/context/clock';
import type { Sampler } from '@opentelemetry/api';
import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { type Destination, resolveDestination } from './config/destination.ts';
import { tracesUrl } from './config/endpoint.ts';
import {
  type Environment,
  isTrue,
  limitsFrom,
  listOf,
  oneOf,
  pairs,
  text,
  wholeNumber,
} from './config/environment.ts';
import { exportHeaders } from './config/export-headers.ts';
import type { HeadSampler } from './config/sampler.ts';
import { chooseSampler } from './config/sampler-choice.ts';
import { type TlsFiles, tlsFiles } from './config/tls.ts';
import { TracingOptionError } from './errors.ts';
import { DEFAULT_LIMITS, type SpanLimits } from './light/limits.ts';
import { detectedResource, type ResourceAttributes } from './resource.ts';

/** An exporter made for the OpenTelemetry SDK. */
export type SpanExporter = NodeSDKConfiguration['traceExporter'];
/** A span processor made for the OpenTelemetry SDK. */
export type SpanProcessor = NonNullable<NodeSDKConfiguration['spanProcessors']>[number];

/** Every option may be left out or be `undefined`: then the `OTEL_*` variable counts, then the default. */
export interface TracingOptions {
  /** `service.name`. Environment `OTEL_SERVICE_NAME`. Default `unknown_service:node`. */
  serviceName?: string | undefined;
  /** `service.version`. */
  serviceVersion?: string | undefined;
  /** `deployment.environment.name`. */
  environment?: string | undefined;
  /** More attributes of the process. Environment `OTEL_RESOURCE_ATTRIBUTES`. */
  resourceAttributes?: ResourceAttributes | undefined;
  /** Where spans go. Environment `OTEL_TRACES_EXPORTER` (`otlp`, `console`, `otlp,console`, `none`). Default `otlp`. */
  exporter?: 'otlp' | 'console' | 'none' | { readonly file: string } | SpanExporter | undefined;
  /**
   * The collector, http or https; `/v1/traces` is appended when the URL has no path. Environment
   * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, `OTEL_EXPORTER_OTLP_ENDPOINT`. Default `http://localhost:4318`.
   */
  exporterEndpoint?: string | undefined;
  /** Sent with each export. Environment `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_EXPORTER_OTLP_TRACES_HEADERS`. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Of the export. Environment `OTEL_EXPORTER_OTLP_COMPRESSION`. Default `none`. */
  compression?: 'none' | 'gzip' | undefined;
  /** Share of new traces that is recorded, 0 to 1. Environment `OTEL_TRACES_SAMPLER(_ARG)`. Default 1. */
  sampleRate?: number | undefined;
  /** A sampler object of the application; loads the OpenTelemetry SDK. */
  sampler?: Sampler | undefined;
  /** Span processors of the application, before the exporter; loads the OpenTelemetry SDK. */
  spanProcessors?: readonly SpanProcessor[] | undefined;
  /** Whether a job's attempt is a trace of its own linked to its producer, or continues its trace. Default `link`. */
  jobs?: 'link' | 'parent' | undefined;
  /** Longest wait of a span for its batch, ms. Environment `OTEL_BSP_SCHEDULE_DELAY`. Default 1000. */
  exportIntervalMs?: number | undefined;
  /** Spans per request. Environment `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`. Default 2048. */
  maxBatchSpans?: number | undefined;
  /** Spans held at most, then they are dropped. Environment `OTEL_BSP_MAX_QUEUE_SIZE`. Default 32768. */
  maxQueueSpans?: number | undefined;
  /** Limit of one export request, ms. Environment `OTEL_EXPORTER_OTLP_TIMEOUT`. Default 10000. */
  exportTimeoutMs?: number | undefined;
  /**
   * Whether spans may leave from a thread of their own: it starts when a batch is full before its interval is over, and
   * takes some 20 MB. Default true.
   */
  exportThread?: boolean | undefined;
  /** Limit of `flush()` and `shutdown()`, ms. Default 5000. */
  flushTimeoutMs?: number | undefined;
  /** Attributes, events and links per span. Environment `OTEL_SPAN_*_LIMIT`. */
  spanLimits?: Partial<SpanLimits> | undefined;
  /** Time and timers. Default the system's. */
  clock?: Clock | undefined;
}

/** Every default of `initTracing`. Durations in ms. */
export const TRACING_DEFAULTS: {
  readonly serviceName: 'unknown_service:node';
  readonly exporterEndpoint: 'http://localhost:4318';
  readonly compression: 'none';
  readonly sampleRate: 1;
  readonly jobs: 'link';
  readonly exportIntervalMs: 1000;
  readonly maxBatchSpans: 2048;
  readonly maxQueueSpans: 32768;
  readonly exportTimeoutMs: 10000;
  readonly exportThread: true;
  readonly flushTimeoutMs: 5000;
} = Object.freeze({
  serviceName: 'unknown_service:node',
  exporterEndpoint: 'http://localhost:4318',
  compression: 'none',
  sampleRate: 1,
  jobs: 'link',
  exportIntervalMs: 1000,
  maxBatchSpans: 2048,
  maxQueueSpans: 32768,
  exportTimeoutMs: 10000,
  exportThread: true,
  flushTimeoutMs: 5000,
});

export interface ResolvedOptions {
  readonly disabled: boolean;
  readonly resource: ResourceAttributes;
  readonly destination: Destination;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Of a collector behind https. */
  readonly tls: TlsFiles;
  readonly compression: 'none' | 'gzip';
  readonly headSampler: HeadSampler;
  readonly sampler: Sampler | undefined;
  readonly spanProcessors: readonly SpanProcessor[];
  readonly jobs: 'link' | 'parent';
  readonly exportIntervalMs: number;
  readonly maxBatchSpans: number;
  readonly maxQueueSpans: number;
  readonly exportTimeoutMs: number;
  readonly exportThread: boolean;
  readonly flushTimeoutMs: number;
  readonly limits: SpanLimits;
  /** Whether `propagation` of `@opentelemetry/api` is ours; what this project sends itself is not touched. */
  readonly registersPropagator: boolean;
  readonly clock: Clock;
}

/** @throws TracingOptionError that names the option or variable, what it is and what it may be */
export function resolveOptions(options: TracingOptions, env: Environment = process.env): ResolvedOptions {
  const maxQueueSpans = atLeast(
    'maxQueueSpans',
    options.maxQueueSpans ?? wholeNumber(env, 'OTEL_BSP_MAX_QUEUE_SIZE', 1) ?? TRACING_DEFAULTS.maxQueueSpans,
    1,
  );
  const destination = resolveDestination(options.exporter, env);
  const url = tracesUrl(options.exporterEndpoint, env);
  return {
    disabled: isTrue(env, 'OTEL_SDK_DISABLED'),
    resource: resolveResource(options, env),
    destination,
    url,
    tls: destination.kind === 'otlp' && url.protocol === 'https:' ? tlsFiles(env) : {},
    headers: exportHeaders(options.headers, env),
    compression: resolveCompression(options, env),
    headSampler: chooseSampler(options.sampleRate, env),
    sampler: options.sampler,
    spanProcessors: options.spanProcessors ?? [],
    jobs: oneOf('jobs', options.jobs ?? TRACING_DEFAULTS.jobs, ['link', 'parent']),
    exportIntervalMs: atLeast(
      'exportIntervalMs',
      options.exportIntervalMs ??
        wholeNumber(env, 'OTEL_BSP_SCHEDULE_DELAY', 0) ??
        TRACING_DEFAULTS.exportIntervalMs,
      0,
    ),
    maxBatchSpans: Math.min(
      maxQueueSpans,
      atLeast(
        'maxBatchSpans',
        options.maxBatchSpans ??
          wholeNumber(env, 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 1) ??
          TRACING_DEFAULTS.maxBatchSpans,
        1,
      ),
    ),
    maxQueueSpans,
    exportTimeoutMs: atLeast('exportTimeoutMs', options.exportTimeoutMs ?? timeoutFrom(env), 1),
    exportThread: yesOrNo('exportThread', options.exportThread ?? TRACING_DEFAULTS.exportThread),
    flushTimeoutMs: atLeast('flushTimeoutMs', options.flushTimeoutMs ?? TRACING_DEFAULTS.flushTimeoutMs, 1),
    limits: { ...DEFAULT_LIMITS, ...limitsFrom(env), ...present(options.spanLimits ?? {}) },
    registersPropagator: registersPropagator(env),
    clock: options.clock ?? systemClock,
  };
}

/** `tracecontext` and `baggage` is what there is, in any order; `none` leaves the field to the application. */
function registersPropagator(env: Environment): boolean {
  const names = listOf(env, 'OTEL_PROPAGATORS', 'tracecontext,baggage');
  for (const name of names) oneOf('OTEL_PROPAGATORS', name, ['tracecontext', 'baggage', 'none']);
  return !names.includes('none');
}

function timeoutFrom(env: Environment): number {
  return (
    wholeNumber(env, 'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT', 1) ??
    wholeNumber(env, 'OTEL_EXPORTER_OTLP_TIMEOUT', 1) ??
    wholeNumber(env, 'OTEL_BSP_EXPORT_TIMEOUT', 1) ??
    TRACING_DEFAULTS.exportTimeoutMs
  );
}

/** Later wins: detected, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_SERVICE_NAME`, then the options. */
function resolveResource(options: TracingOptions, env: Environment): ResourceAttributes {
  const named: Record<string, string | undefined> = {
    'service.name': options.serviceName ?? text(env, 'OTEL_SERVICE_NAME'),
    'service.version': options.serviceVersion,
    'deployment.environment.name': options.environment,
  };
  return {
    'service.name': TRACING_DEFAULTS.serviceName,
    ...detectedResource(),
    ...pairs(env, 'OTEL_RESOURCE_ATTRIBUTES'),
    ...present(options.resourceAttributes ?? {}),
    ...present(named),
  };
}

function resolveCompression(options: TracingOptions, env: Environment): 'none' | 'gzip' {
  const chosen =
    options.compression ??
    text(env, 'OTEL_EXPORTER_OTLP_TRACES_COMPRESSION') ??
    text(env, 'OTEL_EXPORTER_OTLP_COMPRESSION') ??
    TRACING_DEFAULTS.compression;
  return oneOf('compression', chosen, ['none', 'gzip']);
}

function atLeast(option: string, value: number, least: number): number {
  if (Number.isFinite(value) && value >= least) return value;
  throw new TracingOptionError(option, `is ${value}; it must be a number of at least ${least}.`);
}

function yesOrNo(option: string, value: boolean): boolean {
  if (typeof value === 'boolean') return value;
  throw new TracingOptionError(option, `is ${JSON.stringify(value)}; it must be true or false.`);
}

function present<T>(record: Readonly<Record<string, T | undefined>> | object): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Record<
    string,
    T
  >;
}
