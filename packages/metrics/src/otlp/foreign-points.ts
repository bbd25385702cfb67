import type { Histogram, MetricData } from '@opentelemetry/sdk-metrics';
import type { ForeignSample, ForeignSnapshot } from '../exposition/foreign.ts';
import { labelText } from '../exposition/text.ts';
import { foreignExemplar } from './exemplar-data.ts';
import {
  counterData,
  gaugeData,
  histogramData,
  type OtlpExemplar,
  type PointWithExemplars,
} from './metric-data.ts';
import type { Points } from './points.ts';

/** prom-client's metrics; a summary has no counterpart in the SDK and becomes a gauge and two counters. */
export async function foreignMetricData(
  name: string,
  snapshot: ForeignSnapshot,
  points: Points,
): Promise<MetricData[]> {
  const head = { name, help: snapshot.help };
  switch (snapshot.type) {
    case 'counter':
      return [counterData(head, await scalarPoints(name, snapshot, points, true))];
    case 'histogram':
      return [histogramData(head, await histogramPoints(name, snapshot, points))];
    case 'summary':
      return summaryData(name, snapshot, points);
    default:
      return [gaugeData(head, await scalarPoints(name, snapshot, points, false))];
  }
}

async function scalarPoints(
  name: string,
  { values = [] }: ForeignSnapshot,
  points: Points,
  accumulates: boolean,
): Promise<PointWithExemplars<number>[]> {
  const found: PointWithExemplars<number>[] = [];
  for (const sample of values) {
    const { value, exemplar } = sample;
    const labels = labelsOf(sample);
    const times = accumulates ? points.since(name, labelText(labels), value) : points.now();
    const behind = exemplar ? { exemplars: [foreignExemplar(exemplar)] } : {};
    found.push({ ...times, attributes: points.attributes(labels), value, ...behind });
    await points.breathe();
  }
  return found;
}

function labelsOf({ labels = {}, sharedLabels }: ForeignSample): Readonly<Record<string, unknown>> {
  return sharedLabels === undefined ? labels : { ...labels, ...sharedLabels };
}

/** One label set of a histogram, gathered from its samples. */
interface Gathered {
  readonly labels: Readonly<Record<string, unknown>>;
  readonly boundaries: number[];
  /** Of each bucket with all below it, as Prometheus counts; the last is that of +Inf. */
  readonly cumulative: number[];
  readonly exemplars: OtlpExemplar[];
  sum: number;
}

async function histogramPoints(name: string, { values = [] }: ForeignSnapshot, points: Points) {
  const gathered = new Map<string, Gathered>();
  for (const sample of values) {
    const { le, ...labels } = labelsOf(sample);
    const key = labelText(labels);
    let series = gathered.get(key);
    if (series === undefined) {
      series = { labels, boundaries: [], cumulative: [], exemplars: [], sum: 0 };
      gathered.set(key, series);
    }
    gather(series, sample, le, name);
    await points.breathe();
  }
  const found: PointWithExemplars<Histogram>[] = [];
  for (const [key, { labels, boundaries, cumulative, exemplars, sum }] of gathered) {
    const count = cumulative.at(-1) ?? 0;
    const counts = cumulative.map((total, i) => total - (cumulative[i - 1] ?? 0));
    found.push({
      ...points.since(name, key, count),
      attributes: points.attributes(labels),
      value: { buckets: { boundaries, counts }, sum, count },
      ...(exemplars.length === 0 ? {} : { exemplars }),
    });
  }
  return found;
}

function gather(series: Gathered, { metricName, value, exemplar }: ForeignSample, le: unknown, name: string) {
  if (metricName === `${name}_sum`) series.sum = value;
  if (metricName !== `${name}_bucket`) return;
  series.cumulative.push(value);
  if (le !== '+Inf') series.boundaries.push(Number(le));
  if (exemplar) series.exemplars.push(foreignExemplar(exemplar));
}

async function summaryData(
  name: string,
  { help, values = [] }: ForeignSnapshot,
  points: Points,
): Promise<MetricData[]> {
  const parts = new Map<string, PointWithExemplars<number>[]>([
    [name, []],
    [`${name}_sum`, []],
    [`${name}_count`, []],
  ]);
  for (const sample of values) {
    const labels = labelsOf(sample);
    const part = sample.metricName ?? name;
    const times = part === name ? points.now() : points.since(part, labelText(labels), sample.value);
    parts.get(part)?.push({ ...times, attributes: points.attributes(labels), value: sample.value });
    await points.breathe();
  }
  return [...parts].map(([part, found]) =>
    part === name ? gaugeData({ name, help }, found) : counterData({ name: part, help }, found),
  );
}
