import { joinLabels, type LabelPairs, sampleLine } from '../exposition/text.ts';
import { checkNames, type Family, type FamilyOptions, type FamilySnapshot, markFamily } from './family.ts';
import { SeriesMap } from './series-map.ts';

/** One label set of a counter or gauge. Hold on to it: writing to `value` is all that a hot path pays. */
export interface ScalarSeries {
  readonly labels: LabelPairs;
  readonly text: string;
  value: number;
}

export interface ScalarFamily extends Family {
  readonly type: 'counter' | 'gauge';
  at(values: readonly string[]): ScalarSeries;
  all(): Iterable<ScalarSeries>;
  /** Forgets all label sets; only for gauges that are filled anew at each scrape. */
  clear(): void;
}

export function createScalarFamily(type: 'counter' | 'gauge', options: FamilyOptions): ScalarFamily {
  const { name, help, labelNames, constantLabels = {}, maxSeries, onOverflow, beforeRead } = options;
  const { aggregator = 'sum' } = options;
  checkNames(name, help, labelNames, type);
  const series = new SeriesMap<ScalarSeries>({
    labelNames,
    constantLabels,
    maxSeries,
    onOverflow: () => onOverflow(name),
    create: (labels, text) => ({ labels, text, value: 0 }),
  });
  return markFamily<ScalarFamily>({
    name,
    metricName: name,
    help,
    type,
    labelNames: [...Object.keys(constantLabels), ...labelNames],
    aggregator,
    refresh: beforeRead,
    at: (values) => series.at(values),
    all: () => series.all(),
    clear: () => series.clear(),
    reset() {
      for (const one of series.all()) one.value = 0;
    },
    async get(): Promise<FamilySnapshot> {
      await beforeRead?.();
      const values = [...series.all()].map(({ labels, value }) => ({ labels, value }));
      return { name: this.name, help, type, values, aggregator };
    },
    *lines(extra) {
      for (const { text, value } of series.all()) yield sampleLine(name, joinLabels(text, extra), value);
    },
  });
}
