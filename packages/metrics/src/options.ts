import { type Clock, systemClock } from '@holdfast/context/clock';
import type { Registry } from 'prom-client';
import { MetricsOptionError } from './errors.ts';

/** `fractional`: 0 closed, 0.5 half-open, 1 open. `ordinal`: 0, 1, 2. */
export type StateEncoding = 'fractional' | 'ordinal';

/** Unit, and so the name, of duration histograms: `..._ms` or `..._seconds`. */
export type DurationUnit = 'ms' | 's';

export interface MetricsOptions {
  /** Value of the label `service`. Default `OTEL_SERVICE_NAME`, or `unknown_service` without it. */
  serviceName?: string;
  /** A prom-client registry to register in, for example the application's own. Default a new one. */
  registry?: Registry;
  /** @default 'fractional' */
  stateEncoding?: StateEncoding;
  /** @default 'ms' */
  durationUnit?: DurationUnit;
  /**
   * Upper bounds of duration histograms in ms, ascending, 1 to 100 of them, whatever the unit they are shown in.
   * @default [5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000]
   */
  durationBucketsMs?: readonly number[];
  /** Label sets that one metric may have, 1 to 100,000; the rest is counted under `other`. Default 1000. */
  maxSeriesPerMetric?: number;
  /** How long a scrape waits for those who answer later, in ms, 1 to 60,000. Default 2000. */
  collectTimeoutMs?: number;
  /** Whether memory, CPU, event loop and prom-client's default metrics are collected. Default true. */
  processMetrics?: boolean;
  /** Time and timers. Default the system's. */
  clock?: Clock;
}

export interface MetricsDefaults {
  readonly serviceName: string;
  readonly stateEncoding: StateEncoding;
  readonly durationUnit: DurationUnit;
  readonly durationBucketsMs: readonly number[];
  readonly maxSeriesPerMetric: number;
  readonly collectTimeoutMs: number;
  readonly processMetrics: boolean;
  readonly maxRoutes: number;
}

/** Every default of `createMetrics`. Durations in ms. */
export const METRICS_DEFAULTS: MetricsDefaults = Object.freeze({
  serviceName: 'unknown_service',
  stateEncoding: 'fractional',
  durationUnit: 'ms',
  // The advice of OpenTelemetry for request durations, in ms:
  // https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#metric-httpserverrequestduration
  durationBucketsMs: Object.freeze([5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000]),
  maxSeriesPerMetric: 1000,
  collectTimeoutMs: 2000,
  processMetrics: true,
  maxRoutes: 100,
});

export interface ResolvedMetricsOptions extends Omit<MetricsDefaults, 'maxRoutes' | 'serviceName'> {
  readonly service: string;
  readonly registry: Registry | undefined;
  readonly clock: Clock;
}

/** @throws MetricsOptionError naming the option, its value and its range */
export function resolveMetricsOptions(options: MetricsOptions): ResolvedMetricsOptions {
  const { serviceName: service = process.env['OTEL_SERVICE_NAME'] || METRICS_DEFAULTS.serviceName } = options;
  if (service === '')
    throw new MetricsOptionError(
      'serviceName',
      'createMetrics: serviceName is empty; it must be the name of the service.',
    );
  const resolved = {
    service,
    registry: options.registry,
    stateEncoding: options.stateEncoding ?? METRICS_DEFAULTS.stateEncoding,
    durationUnit: options.durationUnit ?? METRICS_DEFAULTS.durationUnit,
    durationBucketsMs: options.durationBucketsMs ?? METRICS_DEFAULTS.durationBucketsMs,
    maxSeriesPerMetric: options.maxSeriesPerMetric ?? METRICS_DEFAULTS.maxSeriesPerMetric,
    collectTimeoutMs: options.collectTimeoutMs ?? METRICS_DEFAULTS.collectTimeoutMs,
    processMetrics: options.processMetrics ?? METRICS_DEFAULTS.processMetrics,
    clock: options.clock ?? systemClock,
  };
  checkOneOf('createMetrics', 'stateEncoding', resolved.stateEncoding, ['fractional', 'ordinal']);
  checkOneOf('createMetrics', 'durationUnit', resolved.durationUnit, ['ms', 's']);
  checkBuckets('createMetrics', 'durationBucketsMs', resolved.durationBucketsMs);
  checkInteger('createMetrics', 'maxSeriesPerMetric', resolved.maxSeriesPerMetric, 1, 100_000);
  checkInteger('createMetrics', 'collectTimeoutMs', resolved.collectTimeoutMs, 1, 60_000);
  return resolved;
}

export function checkInteger(
  where: string,
  option: string,
  value: number,
  least: number,
  most: number,
): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new MetricsOptionError(
    option,
    `${where}: ${option} is ${value}; it must be an integer from ${least} to ${most}.`,
  );
}

export function checkOneOf(where: string, option: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return;
  throw new MetricsOptionError(
    option,
    `${where}: ${option} is ${value}; it must be one of ${allowed.join(', ')}.`,
  );
}

export function checkBuckets(where: string, option: string, bounds: readonly number[]): void {
  const ascending = bounds.every(
    (bound, i) => Number.isFinite(bound) && (i === 0 || bound > (bounds[i - 1] ?? bound)),
  );
  if (bounds.length > 0 && bounds.length <= 100 && ascending) return;
  throw new MetricsOptionError(
    option,
    `${where}: ${option} is [${bounds.join(', ')}]; it must be 1 to 100 finite numbers, each greater than the one before.`,
  );
}
