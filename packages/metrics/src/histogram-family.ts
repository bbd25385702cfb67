import {
  checkNames,
  type Family,
  type FamilyOptions,
  type FamilySample,
  type FamilySnapshot,
  markFamily,
} from './family.ts';
import { SeriesMap } from './series-map.ts';
import { joinLabels, type LabelPairs, numberText, sampleLine } from './text.ts';

/** One label set of a histogram: fixed memory, whatever it has seen. */
export interface HistogramSeries {
  readonly labels: LabelPairs;
  readonly text: string;
  /** Observations in each bucket alone, not accumulated; the last is everything over the highest bound. */
  readonly counts: Float64Array;
  sum: number;
  observe(value: number): void;
}

export interface HistogramFamily extends Family {
  readonly type: 'histogram';
  readonly bounds: readonly number[];
  at(values: readonly string[]): HistogramSeries;
}

class FixedBuckets implements HistogramSeries {
  readonly labels: LabelPairs;
  readonly text: string;
  readonly counts: Float64Array;
  sum = 0;
  readonly #bounds: readonly number[];

  constructor(labels: LabelPairs, text: string, bounds: readonly number[]) {
    this.labels = labels;
    this.text = text;
    this.#bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    let i = 0;
    while (i < bounds.length && value > (bounds[i] ?? 0)) i += 1;
    this.counts[i] = (this.counts[i] ?? 0) + 1;
    this.sum += value;
  }

  reset(): void {
    this.counts.fill(0);
    this.sum = 0;
  }
}

/** @param bounds upper bounds, finite and ascending */
export function createHistogramFamily(options: FamilyOptions, bounds: readonly number[]): HistogramFamily {
  const { name, help, labelNames, constantLabels = {}, maxSeries, onOverflow, beforeRead } = options;
  checkNames(name, help, labelNames, 'histogram');
  const les = [...bounds.map(numberText), '+Inf'];
  const series = new SeriesMap<FixedBuckets>({
    labelNames,
    constantLabels,
    maxSeries,
    onOverflow: () => onOverflow(name),
    create: (labels, text) => new FixedBuckets(labels, text, bounds),
  });
  return markFamily<HistogramFamily>({
    name,
    metricName: name,
    help,
    type: 'histogram',
    labelNames: [...Object.keys(constantLabels), ...labelNames],
    bounds,
    aggregator: 'sum',
    at: (values) => series.at(values),
    reset() {
      for (const one of series.all()) one.reset();
    },
    async get(): Promise<FamilySnapshot> {
      await beforeRead?.();
      const values = [...series.all()].flatMap((one) => samplesOf(name, one, bounds));
      return { name: this.name, help, type: 'histogram', values, aggregator: 'sum' };
    },
    *lines(extra) {
      for (const one of series.all()) yield linesOf(name, one, les, extra);
    },
  });
}

function linesOf(
  name: string,
  { counts, sum, text }: HistogramSeries,
  les: readonly string[],
  extra: string,
): string {
  const labels = joinLabels(text, extra);
  const prefix = `${name}_bucket{${labels}${labels === '' ? '' : ','}le="`;
  let lines = '';
  let total = 0;
  for (let i = 0; i < les.length; i += 1) {
    total += counts[i] ?? 0;
    lines += `${prefix}${les[i]}"} ${total}\n`;
  }
  return lines + sampleLine(`${name}_sum`, labels, sum) + sampleLine(`${name}_count`, labels, total);
}

/** In the shape and order of prom-client's own histogram. */
function samplesOf(
  name: string,
  { counts, sum, labels }: HistogramSeries,
  bounds: readonly number[],
): FamilySample[] {
  const samples: FamilySample[] = [];
  let total = 0;
  for (let i = 0; i < counts.length; i += 1) {
    total += counts[i] ?? 0;
    samples.push({
      labels: { le: bounds[i] ?? '+Inf', ...labels },
      value: total,
      metricName: `${name}_bucket`,
    });
  }
  samples.push({ labels, value: sum, metricName: `${name}_sum` });
  samples.push({ labels, value: total, metricName: `${name}_count` });
  return samples;
}
