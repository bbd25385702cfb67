import type { Metric, Registry } from 'prom-client';
import { MetricConflictError, MetricsOptionError } from '../errors.ts';
import type { LabelPairs } from '../exposition/text.ts';
import type { ExemplarSample } from './exemplars.ts';

export type FamilyKind = 'counter' | 'gauge' | 'histogram';

/** How the values of several processes become one: prom-client's names. */
export type Aggregator = 'sum' | 'max' | 'min' | 'average' | 'first' | 'omit';
export const AGGREGATORS: readonly Aggregator[] = ['sum', 'max', 'min', 'average', 'first', 'omit'];

/** One sample in the shape of prom-client's JSON. */
export interface FamilySample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly metricName?: string;
  readonly exemplar?: ExemplarSample;
}

/** What prom-client asks of a metric in its registry; `Registry.metrics()`, JSON and clusters work with it. */
export interface FamilySnapshot {
  readonly name: string;
  readonly help: string;
  readonly type: FamilyKind;
  readonly values: readonly FamilySample[];
  readonly aggregator: Aggregator;
}

export interface FamilyOptions {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly constantLabels?: LabelPairs;
  readonly maxSeries: number;
  readonly onOverflow: (metric: string) => void;
  /** Brings values up to date that are only known at a scrape; for readers other than our own renderer. */
  readonly beforeRead?: (() => Promise<void>) | undefined;
  /** Default sum. */
  readonly aggregator?: Aggregator | undefined;
}

/** A metric of ours. It lives in a prom-client registry beside prom-client's own. */
export interface Family {
  /** prom-client's OpenMetrics mode takes `_total` off this name and puts it back at each sample. */
  name: string;
  /** The name as registered. */
  readonly metricName: string;
  readonly help: string;
  readonly type: FamilyKind;
  /** All of them: the constant ones first, then those that `at()` takes values for. */
  readonly labelNames: readonly string[];
  readonly aggregator: Aggregator;
  /** Brings the values up to date where they are only known at a scrape; one function for all of an instance. */
  readonly refresh: (() => Promise<void>) | undefined;
  get(): Promise<FamilySnapshot>;
  /** Back to zero. Label sets stay, since hot paths hold on to them. */
  reset(): void;
  /**
   * The lines of each label set in turn, so that a renderer can pause between them.
   * @param extra label text to put behind the labels of every sample, or ''
   * @param withExemplars whether the format has exemplars
   */
  lines(extra: string, withExemplars: boolean): Generator<string>;
}

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;

/** @throws MetricsOptionError for names that Prometheus does not take */
export function checkNames(
  name: string,
  help: string,
  labelNames: readonly string[],
  kind: FamilyKind,
): void {
  if (!METRIC_NAME.test(name)) {
    throw new MetricsOptionError(
      'name',
      `The metric name ${JSON.stringify(name)} is not legal: it must match [a-zA-Z_:][a-zA-Z0-9_:]*.`,
    );
  }
  if (help === '')
    throw new MetricsOptionError(
      'help',
      `The metric ${name} has no help text; say in a few words what it counts.`,
    );
  const [repeated] = labelNames.filter((label, i) => labelNames.indexOf(label) !== i);
  if (repeated !== undefined)
    throw new MetricsOptionError(
      'labelNames',
      `The label name ${repeated} of ${name} is given twice; name each label once.`,
    );
  for (const label of labelNames) {
    if (!LABEL_NAME.test(label) || (kind === 'histogram' && label === 'le')) {
      throw new MetricsOptionError(
        'labelNames',
        `The label name ${JSON.stringify(label)} of ${name} is not legal: it must match [a-zA-Z_][a-zA-Z0-9_]*, not begin with __, and not be le in a histogram.`,
      );
    }
  }
}

const families = new WeakSet<object>();

export function markFamily<F extends Family>(family: F): F {
  families.add(family);
  return family;
}

export function isFamily(metric: object): metric is Family {
  return families.has(metric);
}

/** @throws MetricConflictError when the registry has another metric of this name */
export function addToRegistry(registry: Registry, family: Family): void {
  const present: unknown = registry.getSingleMetric(family.metricName);
  if (present !== undefined && present !== family) {
    throw new MetricConflictError(family.metricName, 'its registry has a metric of that name already');
  }
  // prom-client types the classes it ships; what its registry calls is `name`, `type`, `get()` and `reset()`.
  registry.registerMetric(family as unknown as Metric);
}

export function removeFromRegistry(registry: Registry, family: Family): void {
  const present: unknown = registry.getSingleMetric(family.metricName);
  if (present === family) registry.removeSingleMetric(family.metricName);
}
