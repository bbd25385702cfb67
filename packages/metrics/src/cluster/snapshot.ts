import { setImmediate } from 'node:timers/promises';
import type { Registry } from 'prom-client';
import {
  type ForeignLimits,
  type ForeignMetric,
  type ForeignSample,
  type ForeignSnapshot,
  readForeign,
} from '../exposition/foreign.ts';
import { defaultLabelsOf } from '../exposition/render.ts';
import { exemplarText, labelText, numberText } from '../exposition/text.ts';
import { exemplarSample } from '../families/exemplars.ts';
import { AGGREGATORS, type Aggregator, isFamily } from '../families/family.ts';
import type { HistogramFamily, HistogramSeries } from '../families/histogram-family.ts';
import type { ScalarFamily } from '../families/scalar-family.ts';

/** What the samples of one metric have in common. */
export interface SampleHead {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly aggregator: Aggregator;
}

/** Some samples of one metric of one process, as they go over the wire. */
export interface SamplePart {
  readonly head: SampleHead;
  /** Each sample as it is written in front of its value; labels sorted, so that it is the same in every process. */
  readonly keys: string[];
  /** As text, since JSON has neither NaN nor infinity. */
  readonly values: string[];
  /** What stands behind a sample in OpenMetrics, with the place of the sample. */
  readonly exemplars: [index: number, text: string][];
}

const SAMPLES_PER_PART = 1000;

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, unknown>>;
  readonly value: number;
  readonly exemplar?: string;
}

/** All samples of a registry, in parts between which the event loop has its turn. */
export async function* snapshotParts(registry: Registry, limits: ForeignLimits): AsyncGenerator<SamplePart> {
  const metrics = registry.getMetricsAsArray() as unknown as (
    | ScalarFamily
    | HistogramFamily
    | ForeignMetric
  )[];
  const defaults = defaultLabelsOf(registry);
  const foreign = metrics.filter((metric) => !isFamily(metric));
  const answerOf = await readForeign(foreign, limits);
  for (const metric of metrics) {
    if (isFamily(metric)) {
      const { metricName: name, help, type, aggregator } = metric;
      yield* parts({ name, help, type, aggregator }, ownSamples(metric), defaults);
    } else {
      const snapshot = await answerOf(metric);
      if (snapshot === undefined) continue;
      yield* parts(headOf(metric.name, snapshot), foreignSamples(metric.name, snapshot), defaults);
    }
  }
}

async function* parts(
  head: SampleHead,
  samples: Iterable<Sample>,
  defaults: Readonly<Record<string, unknown>>,
): AsyncGenerator<SamplePart> {
  if (head.aggregator === 'omit') return;
  let part: SamplePart = { head, keys: [], values: [], exemplars: [] };
  for (const { name, labels, value, exemplar } of samples) {
    if (exemplar !== undefined && exemplar !== '') part.exemplars.push([part.keys.length, exemplar]);
    part.keys.push(sampleKey(name, { ...defaults, ...labels }));
    part.values.push(numberText(value));
    if (part.keys.length < SAMPLES_PER_PART) continue;
    yield part;
    part = { head, keys: [], values: [], exemplars: [] };
    await setImmediate();
  }
  yield part;
}

function sampleKey(name: string, labels: Readonly<Record<string, unknown>>): string {
  const sorted: Record<string, unknown> = {};
  for (const label of Object.keys(labels).sort()) sorted[label] = labels[label];
  const text = labelText(sorted);
  return text === '' ? name : `${name}{${text}}`;
}

function* ownSamples(family: ScalarFamily | HistogramFamily): Generator<Sample> {
  const name = family.metricName;
  if (family.type !== 'histogram') {
    for (const { labels, value } of family.all()) yield { name, labels, value };
    return;
  }
  const les = [...family.bounds.map(numberText), '+Inf'];
  for (const series of family.all()) yield* histogramSamples(name, series, les);
}

function* histogramSamples(
  name: string,
  { labels, counts, sum, exemplars }: HistogramSeries,
  les: readonly string[],
): Generator<Sample> {
  let total = 0;
  for (const [i, le] of les.entries()) {
    total += counts[i] ?? 0;
    const exemplar = exemplars?.[i];
    const behind = exemplar === undefined ? {} : { exemplar: exemplarText(exemplarSample(exemplar)) };
    yield { name: `${name}_bucket`, labels: { ...labels, le }, value: total, ...behind };
  }
  yield { name: `${name}_sum`, labels, value: sum };
  yield { name: `${name}_count`, labels, value: total };
}

function headOf(name: string, { help, type, aggregator }: ForeignSnapshot): SampleHead {
  const known = AGGREGATORS.find((one) => one === aggregator) ?? 'sum';
  return { name, help, type: String(type), aggregator: known };
}

function* foreignSamples(name: string, { values = [] }: ForeignSnapshot): Generator<Sample> {
  for (const {
    value,
    labels = {},
    sharedLabels,
    metricName = name,
    exemplar,
  } of values as Iterable<ForeignSample>) {
    const behind = exemplar ? { exemplar: exemplarText(exemplar) } : {};
    yield { name: metricName, labels: { ...labels, ...sharedLabels }, value, ...behind };
  }
}
