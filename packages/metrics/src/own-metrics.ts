import type { Registry } from 'prom-client';
import {
  MetricConflictError,
  MetricLabelsError,
  MetricNotRegisteredError,
  MetricsOptionError,
} from './errors.ts';
import {
  AGGREGATORS,
  type Aggregator,
  addToRegistry,
  checkNames,
  type Family,
  type FamilyKind,
  type FamilyOptions,
  removeFromRegistry,
} from './families/family.ts';
import { createHistogramFamily, type HistogramFamily } from './families/histogram-family.ts';
import { createScalarFamily, type ScalarFamily } from './families/scalar-family.ts';
import { checkBuckets, checkOneOf, METRICS_DEFAULTS } from './options.ts';

/** Labels by name; every value is written as text. */
export type MetricLabels = Readonly<Record<string, string | number | boolean>>;

export interface OwnMetricOptions {
  /** All label names. Without it they are those of the first use. */
  labelNames?: readonly string[];
  /** How the values of a cluster's workers become one: sum, max, min, average, first or omit. Default sum. */
  aggregator?: Aggregator;
}

export interface OwnHistogramOptions extends OwnMetricOptions {
  /** Upper bounds, ascending. Default those of durations in ms. */
  buckets?: readonly number[];
}

/** An application's own metrics. Registering one again under the same kind does nothing. */
export interface OwnMetrics {
  /** @throws MetricsOptionError, MetricConflictError for a name that another metric has */
  registerCounter(name: string, help: string, options?: OwnMetricOptions): void;
  /** @param value 0 or more, default 1 */
  incrementCounter(name: string, labels?: MetricLabels, value?: number): void;
  /** @throws MetricsOptionError, MetricConflictError for a name that another metric has */
  registerGauge(name: string, help: string, options?: OwnMetricOptions): void;
  /** @throws MetricNotRegisteredError, MetricLabelsError */
  setGauge(name: string, value: number, labels?: MetricLabels): void;
  /** @throws MetricsOptionError, MetricConflictError for a name that another metric has */
  registerHistogram(name: string, help: string, options?: OwnHistogramOptions): void;
  /** @param value in the unit of the buckets @throws MetricNotRegisteredError, MetricLabelsError */
  observe(name: string, value: number, labels?: MetricLabels): void;
}

/** Where own metrics are shown, and under which cap. */
export interface OwnMetricsHome {
  readonly registry: Registry;
  readonly maxSeries: number;
  readonly onOverflow: (metric: string) => void;
}

export interface OwnMetricsStore {
  readonly metrics: OwnMetrics;
  /** Shows what is registered, now and later, in a registry. */
  attach(home: OwnMetricsHome): void;
  detach(): void;
}

/** A registered metric; its family is made when its label names are known. */
interface Registered<F extends Family> {
  readonly help: string;
  readonly buckets: readonly number[];
  readonly aggregator: Aggregator;
  labelNames: readonly string[] | undefined;
  family: F | undefined;
}

const REGISTER: Readonly<Record<FamilyKind, string>> = Object.freeze({
  counter: 'registerCounter',
  gauge: 'registerGauge',
  histogram: 'registerHistogram',
});

const NO_LABELS: MetricLabels = Object.freeze({});

export function createOwnMetrics(): OwnMetricsStore {
  let home: OwnMetricsHome | undefined;
  const kinds = new Map<string, FamilyKind>();
  const scalars = new Map<string, Registered<ScalarFamily>>();
  const histograms = new Map<string, Registered<HistogramFamily>>();

  const familyOptions = (
    name: string,
    { help, aggregator }: Registered<Family>,
    labelNames: readonly string[],
  ): FamilyOptions => ({
    aggregator,
    name,
    help,
    labelNames,
    maxSeries: home?.maxSeries ?? METRICS_DEFAULTS.maxSeriesPerMetric,
    onOverflow: (metric) => home?.onOverflow(metric),
  });

  function register(kind: FamilyKind, name: string, help: string, options: OwnHistogramOptions = {}): void {
    const present = kinds.get(name);
    if (present === kind) return;
    if (present !== undefined) throw new MetricConflictError(name, `it is registered as a ${present}`);
    const { labelNames, buckets = METRICS_DEFAULTS.durationBucketsMs, aggregator = 'sum' } = options;
    checkNames(name, help, labelNames ?? [], kind);
    checkBuckets(`registerHistogram('${name}')`, 'buckets', buckets);
    checkOneOf(`${REGISTER[kind]}('${name}')`, 'aggregator', aggregator, AGGREGATORS);
    if (home?.registry.getSingleMetric(name) !== undefined) {
      throw new MetricConflictError(name, 'its registry has a metric of that name already');
    }
    const entry = { help, buckets: [...buckets], aggregator, labelNames, family: undefined };
    kinds.set(name, kind);
    if (kind === 'histogram') histograms.set(name, entry);
    else scalars.set(name, entry);
    if (labelNames !== undefined) open(kind, name, {});
  }

  function open(kind: FamilyKind, name: string, labels: MetricLabels): void {
    const entry = entryOf<Family>(kind === 'histogram' ? histograms : scalars, kind, name);
    const labelNames = entry.labelNames ?? Object.keys(labels);
    const { buckets } = entry;
    const options = familyOptions(name, entry, labelNames);
    const family =
      kind === 'histogram' ? createHistogramFamily(options, buckets) : createScalarFamily(kind, options);
    if (home !== undefined) addToRegistry(home.registry, family);
    // Without labels there is one series, shown from the start at 0.
    if (labelNames.length === 0) family.at([]);
    entry.labelNames = labelNames;
    entry.family = family;
  }

  function entryOf<F extends Family>(
    entries: ReadonlyMap<string, Registered<F>>,
    kind: FamilyKind,
    name: string,
  ): Registered<F> {
    const entry = entries.get(name);
    if (entry === undefined || kinds.get(name) !== kind)
      throw new MetricNotRegisteredError(name, kind, REGISTER[kind]);
    return entry;
  }

  function seriesOf<S>(
    entries: ReadonlyMap<string, Registered<Family & { at(values: readonly string[]): S }>>,
    kind: FamilyKind,
    name: string,
    labels: MetricLabels,
  ): S {
    const entry = entryOf(entries, kind, name);
    if (entry.family === undefined) open(kind, name, labels);
    const { family, labelNames = [] } = entry;
    if (family === undefined) throw new MetricNotRegisteredError(name, kind, REGISTER[kind]);
    return family.at(valuesOf(name, labels, labelNames));
  }

  return {
    metrics: {
      registerCounter: (name, help, options) => register('counter', name, help, options),
      incrementCounter(name, labels = NO_LABELS, value = 1) {
        if (!(value >= 0 && Number.isFinite(value))) {
          throw new MetricsOptionError(
            'value',
            `incrementCounter('${name}'): value is ${value}; it must be 0 or more.`,
          );
        }
        seriesOf(scalars, 'counter', name, labels).value += value;
      },
      registerGauge: (name, help, options) => register('gauge', name, help, options),
      setGauge(name, value, labels = NO_LABELS) {
        checkNumber(`setGauge('${name}')`, value);
        seriesOf(scalars, 'gauge', name, labels).value = value;
      },
      registerHistogram: (name, help, options) => register('histogram', name, help, options),
      observe(name, value, labels = NO_LABELS) {
        if (!Number.isFinite(value)) {
          throw new MetricsOptionError(
            'value',
            `observe('${name}'): value is ${value}; it must be a finite number.`,
          );
        }
        seriesOf(histograms, 'histogram', name, labels).observe(value);
      },
    },
    attach(next) {
      for (const { family } of [...scalars.values(), ...histograms.values()]) {
        if (family !== undefined) addToRegistry(next.registry, family);
      }
      home = next;
    },
    detach() {
      for (const { family } of [...scalars.values(), ...histograms.values()]) {
        if (family !== undefined && home !== undefined) removeFromRegistry(home.registry, family);
      }
      home = undefined;
    },
  };
}

/** A label that is not given is empty, which to Prometheus is the same as absent. */
function valuesOf(name: string, labels: MetricLabels, labelNames: readonly string[]): string[] {
  for (const label of Object.keys(labels)) {
    if (!labelNames.includes(label)) throw new MetricLabelsError(name, label, labelNames);
  }
  return labelNames.map((label) => (Object.hasOwn(labels, label) ? String(labels[label] ?? '') : ''));
}

function checkNumber(where: string, value: unknown): void {
  if (typeof value === 'number') return;
  throw new MetricsOptionError('value', `${where}: value is of type ${typeof value}; it must be a number.`);
}
