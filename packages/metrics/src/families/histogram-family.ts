import type { SpanContextLike } from '@holdfast/context/storage';
import { exemplarText, joinLabels, type LabelPairs, numberText, sampleLine } from '../exposition/text.ts';
import { type Exemplar, exemplarSample } from './exemplars.ts';
import {
  checkNames,
  type Family,
  type FamilyOptions,
  type FamilySample,
  type FamilySnapshot,
  markFamily,
} from './family.ts';
import { SeriesMap } from './series-map.ts';

/** One label set of a histogram: fixed memory, whatever it has seen. */
export interface HistogramSeries {
  readonly labels: LabelPairs;
  readonly text: string;
  /** Observations in each bucket alone, not accumulated; the last is everything over the highest bound. */
  readonly counts: Float64Array;
  sum: number;
  /** The latest exemplar of each bucket, by its place in `counts`; undefined until there is one. */
  readonly exemplars: readonly (Exemplar | undefined)[] | undefined;
  observe(value: number): void;
  /** Lets a span stand for the bucket that `value` falls into. It does not count. */
  exemplify(value: number, span: SpanContextLike, at: number): void;
}

export interface HistogramFamily extends Family {
  readonly type: 'histogram';
  readonly bounds: readonly number[];
  at(values: readonly string[]): HistogramSeries;
  all(): Iterable<HistogramSeries>;
}

class FixedBuckets implements HistogramSeries {
  readonly labels: LabelPairs;
  readonly text: string;
  readonly counts: Float64Array;
  sum = 0;
  exemplars: (Exemplar | undefined)[] | undefined;
  readonly #bounds: readonly number[];

  constructor(labels: LabelPairs, text: string, bounds: readonly number[]) {
    this.labels = labels;
    this.text = text;
    this.#bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    const i = this.#bucketOf(value);
    this.counts[i] = (this.counts[i] ?? 0) + 1;
    this.sum += value;
  }

  exemplify(value: number, { traceId, spanId }: SpanContextLike, at: number): void {
    this.exemplars ??= Array.from<Exemplar | undefined>({ length: this.counts.length });
    const i = this.#bucketOf(value);
    const present = this.exemplars[i];
    if (present === undefined) this.exemplars[i] = { traceId, spanId, value, at };
    else Object.assign(present, { traceId, spanId, value, at });
  }

  reset(): void {
    this.counts.fill(0);
    this.sum = 0;
    this.exemplars = undefined;
  }

  #bucketOf(value: number): number {
    const bounds = this.#bounds;
    let i = 0;
    while (i < bounds.length && value > (bounds[i] ?? 0)) i += 1;
    return i;
  }
}

/** @param bounds upper bounds, finite and ascending */
export function createHistogramFamily(options: FamilyOptions, bounds: readonly number[]): HistogramFamily {
  const { name, help, labelNames, constantLabels = {}, maxSeries, onOverflow, beforeRead } = options;
  const { aggregator = 'sum' } = options;
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
    aggregator,
    refresh: beforeRead,
    at: (values) => series.at(values),
    all: () => series.all(),
    reset() {
      for (const one of series.all()) one.reset();
    },
    async get(): Promise<FamilySnapshot> {
      await beforeRead?.();
      const values = [...series.all()].flatMap((one) => samplesOf(name, one, bounds));
      return { name: this.name, help, type: 'histogram', values, aggregator };
    },
    *lines(extra, withExemplars) {
      for (const one of series.all())
        yield linesOf(name, one, { les, extra, exemplars: withExemplars ? one.exemplars : undefined });
    },
  });
}

interface LineParts {
  readonly les: readonly string[];
  readonly extra: string;
  readonly exemplars: HistogramSeries['exemplars'];
}

function linesOf(
  name: string,
  { counts, sum, text }: HistogramSeries,
  { les, extra, exemplars }: LineParts,
): string {
  const labels = joinLabels(text, extra);
  const prefix = `${name}_bucket{${labels}${labels === '' ? '' : ','}le="`;
  let lines = '';
  let total = 0;
  for (let i = 0; i < les.length; i += 1) {
    total += counts[i] ?? 0;
    const exemplar = exemplars?.[i];
    const behind = exemplar === undefined ? '' : exemplarText(exemplarSample(exemplar));
    lines += `${prefix}${les[i]}"} ${total}${behind}\n`;
  }
  return lines + sampleLine(`${name}_sum`, labels, sum) + sampleLine(`${name}_count`, labels, total);
}

/** In the shape and order of prom-client's own histogram. */
function samplesOf(
  name: string,
  { counts, sum, labels, exemplars }: HistogramSeries,
  bounds: readonly number[],
): FamilySample[] {
  const samples: FamilySample[] = [];
  let total = 0;
  for (let i = 0; i < counts.length; i += 1) {
    total += counts[i] ?? 0;
    const exemplar = exemplars?.[i];
    samples.push({
      labels: { le: bounds[i] ?? '+Inf', ...labels },
      value: total,
      metricName: `${name}_bucket`,
      ...(exemplar === undefined ? {} : { exemplar: exemplarSample(exemplar) }),
    });
  }
  samples.push({ labels, value: sum, metricName: `${name}_sum` });
  samples.push({ labels, value: total, metricName: `${name}_count` });
  return samples;
}
