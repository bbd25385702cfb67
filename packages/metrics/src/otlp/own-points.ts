import type { MetricData } from '@opentelemetry/sdk-metrics';
import type { HistogramFamily, HistogramSeries } from '../families/histogram-family.ts';
import type { ScalarFamily } from '../families/scalar-family.ts';
import { ownExemplar } from './exemplar-data.ts';
import { counterData, gaugeData, histogramData, type PointWithExemplars } from './metric-data.ts';
import type { Points } from './points.ts';

/** The metrics of this package, read without a detour over prom-client's form. */
export async function ownMetricData(
  family: ScalarFamily | HistogramFamily,
  points: Points,
): Promise<MetricData> {
  const head = { name: family.metricName, help: family.help };
  if (family.type === 'histogram') return histogramData(head, await histogramPoints(family, points));
  const found: PointWithExemplars<number>[] = [];
  for (const { labels, text, value } of family.all()) {
    const times = family.type === 'counter' ? points.since(head.name, text, value) : points.now();
    found.push({ ...times, attributes: points.attributes(labels), value });
    await points.breathe();
  }
  return family.type === 'counter' ? counterData(head, found) : gaugeData(head, found);
}

async function histogramPoints(family: HistogramFamily, points: Points) {
  const found: Parameters<typeof histogramData>[1] = [];
  const boundaries = [...family.bounds];
  for (const series of family.all()) {
    const counts = [...series.counts];
    const count = counts.reduce((sum, one) => sum + one, 0);
    found.push({
      ...points.since(family.metricName, series.text, count),
      attributes: points.attributes(series.labels),
      value: { buckets: { boundaries, counts }, sum: series.sum, count },
      ...exemplarsOf(series),
    });
    await points.breathe();
  }
  return found;
}

function exemplarsOf({ exemplars }: HistogramSeries): Pick<PointWithExemplars<unknown>, 'exemplars'> {
  const present = exemplars?.filter((exemplar) => exemplar !== undefined);
  return present === undefined ? {} : { exemplars: present.map(ownExemplar) };
}
