import type { SampleHead, SamplePart } from './snapshot.ts';

/** The samples of one metric of one process. */
export interface MetricSamples {
  readonly head: SampleHead;
  readonly values: Map<string, number>;
  readonly exemplars: Map<string, string>;
}

/** The samples of one process by metric. */
export type ProcessSamples = Map<string, MetricSamples>;

export function addPart(samples: ProcessSamples, { head, keys, values, exemplars }: SamplePart): void {
  let metric = samples.get(head.name);
  if (metric === undefined) {
    metric = { head, values: new Map(), exemplars: new Map() };
    samples.set(head.name, metric);
  }
  for (const [i, key] of keys.entries()) metric.values.set(key, parse(values[i] ?? ''));
  for (const [i, text] of exemplars) metric.exemplars.set(keys[i] ?? '', text);
}

function parse(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}

/**
 * Whether a sample only grows, so that what a process had counted stays true when that process is gone. Without it the
 * sum over all processes would fall, and look to Prometheus like a restart of all of them.
 */
export function accumulates({ type, aggregator }: SampleHead, key: string): boolean {
  if (aggregator !== 'sum') return false;
  return type === 'counter' || type === 'histogram' || (type === 'summary' && !isQuantile(key));
}

export function isQuantile(key: string): boolean {
  return /[{,]quantile="/.test(key);
}
