import type { TraceContext } from '@holdfast/context';
import { type Exemplars, sampledSpan } from './families/exemplars.ts';
import type { FamilySet } from './families/family-set.ts';
import { UNIT_OF_MS } from './families/family-set.ts';
import type { HistogramSeries } from './families/histogram-family.ts';
import type { ScalarSeries } from './families/scalar-family.ts';
import { OVERFLOW_LABEL } from './families/series-map.ts';
import { checkBuckets, checkInteger, checkOneOf, type DurationUnit, METRICS_DEFAULTS } from './options.ts';

/** One answered request. */
export interface HttpObservation {
  readonly method: string;
  /** The matched pattern with its mount path, `/orders/:id`; undefined where nothing matched. */
  readonly route: string | undefined;
  /** Undefined where the client went away before there was one: recorded as 499. */
  readonly statusCode: number | undefined;
  /** From the arrival to the last byte, ms. */
  readonly durationMs: number;
  /** The context of the request: where its span is sampled, it becomes the exemplar of its bucket. */
  readonly trace?: TraceContext | undefined;
}

/** Takes in the requests of one service. */
export interface HttpMetrics {
  /** Whether somebody reads exemplars, so that it is worth the trouble to find out the context of a request. */
  readonly wantsTrace: boolean;
  /** A request has begun. Each call is followed by one of `observe`. */
  start(): void;
  /** The request has ended, however it did. */
  observe(observation: HttpObservation): void;
}

export interface HttpMetricsOptions {
  /** Value of the label `service`. Default that of the instance. */
  serviceName?: string;
  /** Routes that get a label of their own, 1 to 10,000; the rest is counted under `other`. Default 100. */
  maxRoutes?: number;
  /** Default that of the instance. */
  durationUnit?: DurationUnit;
  /** Upper bounds in ms, ascending. Default that of the instance. */
  durationBucketsMs?: readonly number[];
}

/** What an instance brings along. */
export interface HttpMetricsBase {
  readonly families: FamilySet;
  readonly exemplars: Exemplars;
  readonly service: string;
  readonly durationUnit: DurationUnit;
  readonly durationBucketsMs: readonly number[];
  readonly onOverflow: (metric: string) => void;
}

export const UNMATCHED_ROUTE = 'unmatched';
const CLIENT_CLOSED = 499;
const METHODS = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'OPTIONS',
  'CONNECT',
  'TRACE',
  'QUERY',
]);

/** The series of one method, route and status, looked up once. */
interface RequestSeries {
  readonly duration: HistogramSeries;
  readonly total: ScalarSeries;
}

/** Routes of one method, then status codes of one route. */
type SeriesOfMethod = Map<string, Map<number, RequestSeries>>;

export function buildHttpMetrics(base: HttpMetricsBase, options: HttpMetricsOptions): HttpMetrics {
  const { serviceName: service = base.service, maxRoutes = METRICS_DEFAULTS.maxRoutes } = options;
  const { durationUnit: unit = base.durationUnit, durationBucketsMs: boundsMs = base.durationBucketsMs } =
    options;
  checkInteger('createHttpMetrics', 'maxRoutes', maxRoutes, 1, 10_000);
  checkOneOf('createHttpMetrics', 'durationUnit', unit, ['ms', 's']);
  checkBuckets('createHttpMetrics', 'durationBucketsMs', boundsMs);

  const labelNames = ['method', 'route', 'status_code'];
  const durations = base.families.duration({
    name: 'http_request_duration',
    help: 'Time from the arrival of a request to the end of its answer.',
    labelNames,
    service,
    unit,
    boundsMs,
  });
  const totals = base.families.counter({
    name: 'http_requests_total',
    help: 'Requests answered or given up by the client (status 499).',
    labelNames,
    service,
  });
  const active = base.families
    .gauge({ name: 'http_connections_active', help: 'Requests in progress.', service })
    .at([]);

  const scale = UNIT_OF_MS[unit];
  const cache = new Map<string, SeriesOfMethod>();
  const routes = new Set<string>();

  /** The route as a label, or `other` when there are too many. */
  function admit(route: string): string {
    if (routes.has(route)) return route;
    if (routes.size < maxRoutes) {
      routes.add(route);
      return route;
    }
    base.onOverflow(totals.metricName);
    return OVERFLOW_LABEL;
  }

  function lookUp(method: string, route: string, status: number): RequestSeries {
    const verb = METHODS.has(method) ? method : OVERFLOW_LABEL;
    const ofMethod = entryOf(cache, verb);
    const label = ofMethod.has(route) ? route : admit(route);
    const ofRoute = entryOf(ofMethod, label);
    let series = ofRoute.get(status);
    if (series === undefined) {
      const values = [verb, label, status === 0 ? OVERFLOW_LABEL : String(status)];
      series = { duration: durations.at(values), total: totals.at(values) };
      // Kept only when it is its own, so that each recording over the cap is counted as one.
      if (series.total.labels['status_code'] === values[2]) ofRoute.set(status, series);
    }
    return series;
  }

  const { exemplars } = base;
  return {
    get wantsTrace() {
      return exemplars.wanted;
    },
    start() {
      active.value += 1;
    },
    observe({ method, route = UNMATCHED_ROUTE, statusCode = CLIENT_CLOSED, durationMs, trace }) {
      if (active.value > 0) active.value -= 1;
      const status = isStatus(statusCode) ? statusCode : 0;
      const known = cache.get(method)?.get(route)?.get(status);
      const { duration, total } = known ?? lookUp(method, route, status);
      duration.observe(durationMs * scale);
      total.value += 1;
      if (!exemplars.wanted) return;
      const span = sampledSpan(trace);
      if (span !== undefined) duration.exemplify(durationMs * scale, span, exemplars.now());
    },
  };
}

function entryOf<K, V extends Map<unknown, unknown>>(map: Map<K, V>, key: K): V {
  let entry = map.get(key);
  if (entry === undefined) {
    entry = new Map() as V;
    map.set(key, entry);
  }
  return entry;
}

function isStatus(code: number): boolean {
  return Number.isInteger(code) && code >= 100 && code <= 599;
}
