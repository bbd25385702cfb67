import { type Clock, systemClock } from '@holdfast/context/clock';
import type { CollectionResult, MetricData, MetricProducer } from '@opentelemetry/sdk-metrics';
import type { Registry } from 'prom-client';
import { MetricNotCollectedError } from '../errors.ts';
import { type ForeignMetric, readForeign } from '../exposition/foreign.ts';
import { defaultLabelsOf } from '../exposition/render.ts';
import { isFamily } from '../families/family.ts';
import type { HistogramFamily } from '../families/histogram-family.ts';
import type { ScalarFamily } from '../families/scalar-family.ts';
import { foreignMetricData } from './foreign-points.ts';
import { ownMetricData } from './own-points.ts';
import { createPoints } from './points.ts';
import { plainResource } from './resource.ts';
import { createStartTimes } from './start-times.ts';

export interface PromClientProducerOptions {
  /** Says whose metrics these are; only read where a reader has no other source. Default none. */
  resourceAttributes?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** How long the `collect` functions of all metrics together may take, in ms. Default 2000. */
  collectTimeoutMs?: number | undefined;
  /** Time and timers. Default the system's. */
  clock?: Clock | undefined;
}

const DEFAULT_COLLECT_TIMEOUT_MS = 2000;
const SCOPE = Object.freeze({ name: '@holdfast/metrics' });

/**
 * Makes what a prom-client registry holds readable for any OpenTelemetry `MetricReader`: counters become monotonic sums
 * that know when they began and when they were reset, histograms keep their bounds, a summary becomes a gauge and two
 * sums. Names, help texts and labels stay as they are. Collecting pauses for the event loop every thousand points.
 */
export function createPromClientProducer(
  registry: Registry,
  options: PromClientProducerOptions = {},
): MetricProducer {
  return createProducer({ ...options, registries: () => [registry] });
}

export interface ProducerSource extends PromClientProducerOptions {
  /** Asked at each collection. */
  readonly registries: () => readonly Registry[];
}

export function createProducer(source: ProducerSource): MetricProducer {
  const { clock = systemClock, collectTimeoutMs = DEFAULT_COLLECT_TIMEOUT_MS } = source;
  const resource = plainResource(source.resourceAttributes ?? {});
  const starts = createStartTimes(performance.timeOrigin);

  async function collect(): Promise<CollectionResult> {
    const errors: unknown[] = [];
    const metrics: MetricData[] = [];
    const onFailure = (metric: string) => void errors.push(new MetricNotCollectedError(metric));
    const registries = source.registries();
    for (const registry of registries) await refresh(registry);
    starts.begin(clock.wallTime());
    for (const registry of registries) {
      const all = registry.getMetricsAsArray() as unknown as (
        | ScalarFamily
        | HistogramFamily
        | ForeignMetric
      )[];
      const points = createPoints({
        starts,
        at: clock.wallTime(),
        defaultLabels: defaultLabelsOf(registry),
      });
      const foreign = all.filter((metric) => !isFamily(metric));
      const answerOf = await readForeign(foreign, { clock, timeoutMs: collectTimeoutMs, onFailure });
      for (const metric of all) {
        if (isFamily(metric)) metrics.push(await ownMetricData(metric, points));
        else {
          const snapshot = await answerOf(metric);
          if (snapshot !== undefined)
            metrics.push(...(await foreignMetricData(metric.name, snapshot, points)));
        }
      }
    }
    starts.end();
    const withPoints = metrics.filter(({ dataPoints }) => dataPoints.length > 0);
    return { resourceMetrics: { resource, scopeMetrics: [{ scope: SCOPE, metrics: withPoints }] }, errors };
  }

  let running: Promise<CollectionResult> | undefined;
  return {
    collect() {
      running ??= collect().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}

/** One refresh for all metrics of an instance, not one each. */
async function refresh(registry: Registry): Promise<void> {
  const works = new Set<() => Promise<void>>();
  for (const metric of registry.getMetricsAsArray() as readonly object[]) {
    if (isFamily(metric) && metric.refresh !== undefined) works.add(metric.refresh);
  }
  for (const work of works) await work();
}
