import { type Clock, systemClock } from '@holdfast/context/clock';
import type { ServiceMetrics } from '../create-metrics.ts';
import { MetricsOptionError } from '../errors.ts';
import { checkInteger, checkOneOf } from '../options.ts';
import type { ResourceAttributes } from './resource-attributes.ts';

export interface MetricsPushOptions {
  /** Default `OTEL_SERVICE_NAME`. */
  serviceName?: string | undefined;
  /** `service.version` of the resource. */
  serviceVersion?: string | undefined;
  /** `deployment.environment.name` of the resource. */
  environment?: string | undefined;
  /**
   * Where to push, OTLP over http/protobuf. Default `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`,
   * `OTEL_EXPORTER_METRICS_ENDPOINT`, `OTEL_EXPORTER_OTLP_ENDPOINT`, then `http://localhost:4318`.
   */
  exporterEndpoint?: string | undefined;
  /** Sent with each push, besides those of `OTEL_EXPORTER_OTLP_HEADERS`. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Default `OTEL_EXPORTER_OTLP_COMPRESSION`, or `none`. */
  compression?: 'none' | 'gzip' | undefined;
  /** Time between two pushes in ms, 1 to 86,400,000. Default `OTEL_METRIC_EXPORT_INTERVAL`, or 60,000. */
  exportIntervalMs?: number | undefined;
  /** Limit of one request in ms, at most the interval. Default `OTEL_METRIC_EXPORT_TIMEOUT`, or 10,000. */
  exportTimeoutMs?: number | undefined;
  /** Points of one request, 1 to 100,000; more go in several, one after the other. Default 2000. */
  maxPointsPerRequest?: number | undefined;
  /** Besides those of `OTEL_RESOURCE_ATTRIBUTES`. */
  resourceAttributes?: ResourceAttributes | undefined;
  /** Whose metrics are pushed. Default those of the first instance, which is made where there is none. */
  metrics?: ServiceMetrics | undefined;
  /** Time and timers. Default the system's. */
  clock?: Clock | undefined;
}

export interface MetricsPushDefaults {
  readonly exporterEndpoint: string;
  readonly exportIntervalMs: number;
  readonly exportTimeoutMs: number;
  readonly maxPointsPerRequest: number;
}

/** Every default of `initMetrics` that no variable of the environment sets. Durations in ms. */
export const METRICS_PUSH_DEFAULTS: MetricsPushDefaults = Object.freeze({
  exporterEndpoint: 'http://localhost:4318',
  exportIntervalMs: 60_000,
  exportTimeoutMs: 10_000,
  maxPointsPerRequest: 2000,
});

export interface ResolvedPushOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: what the environment says. */
  readonly compression: 'none' | 'gzip' | undefined;
  readonly exportIntervalMs: number;
  readonly exportTimeoutMs: number;
  readonly maxPointsPerRequest: number;
  readonly disabled: boolean;
  readonly clock: Clock;
}

type Environment = Readonly<Record<string, string | undefined>>;

const METRICS_PATH = '/v1/metrics';
const LONGEST_MS = 86_400_000;

/** @throws MetricsOptionError naming the option or variable, its value and its range */
export function resolvePushOptions(options: MetricsPushOptions, env: Environment): ResolvedPushOptions {
  const exportIntervalMs =
    options.exportIntervalMs ??
    numberFrom(env, 'OTEL_METRIC_EXPORT_INTERVAL') ??
    METRICS_PUSH_DEFAULTS.exportIntervalMs;
  const exportTimeoutMs =
    options.exportTimeoutMs ??
    numberFrom(env, 'OTEL_METRIC_EXPORT_TIMEOUT') ??
    numberFrom(env, 'OTEL_EXPORTER_OTLP_METRICS_TIMEOUT') ??
    numberFrom(env, 'OTEL_EXPORTER_OTLP_TIMEOUT') ??
    Math.min(METRICS_PUSH_DEFAULTS.exportTimeoutMs, exportIntervalMs);
  const maxPointsPerRequest = options.maxPointsPerRequest ?? METRICS_PUSH_DEFAULTS.maxPointsPerRequest;
  checkInteger('initMetrics', 'exportIntervalMs', exportIntervalMs, 1, LONGEST_MS);
  checkInteger('initMetrics', 'exportTimeoutMs', exportTimeoutMs, 1, exportIntervalMs);
  checkInteger('initMetrics', 'maxPointsPerRequest', maxPointsPerRequest, 1, 100_000);
  if (options.compression !== undefined)
    checkOneOf('initMetrics', 'compression', options.compression, ['none', 'gzip']);
  return {
    url: metricsUrl(options.exporterEndpoint, env),
    headers: options.headers ?? {},
    compression: options.compression,
    exportIntervalMs,
    exportTimeoutMs,
    maxPointsPerRequest,
    disabled: isDisabled(env),
    clock: options.clock ?? systemClock,
  };
}

/**
 * The path of the signal is appended only where the URL has none; a URL for traces, in a variable that is for all
 * signals, is turned into the one for metrics. `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT` is taken as it is.
 */
function metricsUrl(option: string | undefined, env: Environment): URL {
  if (option !== undefined) return withPath(parse('exporterEndpoint', option));
  const exact = text(env, 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT');
  if (exact !== undefined) return parse('OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', exact);
  const ofMetrics = text(env, 'OTEL_EXPORTER_METRICS_ENDPOINT');
  if (ofMetrics !== undefined) return withPath(parse('OTEL_EXPORTER_METRICS_ENDPOINT', ofMetrics));
  const ofAll = text(env, 'OTEL_EXPORTER_OTLP_ENDPOINT') ?? METRICS_PUSH_DEFAULTS.exporterEndpoint;
  const url = withPath(parse('OTEL_EXPORTER_OTLP_ENDPOINT', ofAll));
  url.pathname = url.pathname.replace(/\/v1\/traces\/?$/, METRICS_PATH);
  return url;
}

function withPath(url: URL): URL {
  if (url.pathname === '/' || url.pathname === '') url.pathname = METRICS_PATH;
  return url;
}

/** The URL may hold a password, so it is not repeated. */
function parse(name: string, value: string): URL {
  const url = URL.parse(value);
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new MetricsOptionError(
    name,
    `initMetrics: ${name} is not an http or https URL; it must be one, such as http://localhost:4318.`,
  );
}

function text(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

function numberFrom(env: Environment, name: string): number | undefined {
  const value = text(env, name);
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new MetricsOptionError(
    name,
    `initMetrics: ${name} is ${value}; it must be a number of milliseconds.`,
  );
}

function isDisabled(env: Environment): boolean {
  return (
    text(env, 'OTEL_SDK_DISABLED')?.toLowerCase() === 'true' ||
    text(env, 'OTEL_METRICS_EXPORTER')?.toLowerCase() === 'none'
  );
}
