import { setImmediate } from 'node:timers/promises';
import type { Aggregator } from '../families/family.ts';
import { accumulates, isQuantile, type MetricSamples, type ProcessSamples } from './process-samples.ts';

/** The samples of one process, and which of them to take: of a process that is silent only what accumulates. */
export interface Contribution {
  readonly samples: ProcessSamples;
  readonly onlyTotals: boolean;
}

const SAMPLES_PER_SLICE = 5000;

/** The samples of all processes as those of one, each metric by its own rule. */
export async function aggregate(contributions: readonly Contribution[]): Promise<ProcessSamples> {
  const result: ProcessSamples = new Map();
  const counts = new Map<string, number>();
  let worked = 0;
  for (const { samples, onlyTotals } of contributions) {
    for (const metric of samples.values()) {
      const into = entryOf(result, metric);
      // Of two metrics with one name the first stands: their values mean different things.
      if (into.head.type !== metric.head.type) continue;
      for (const [key, value] of metric.values) {
        worked += 1;
        if (worked % SAMPLES_PER_SLICE === 0) await setImmediate();
        if (onlyTotals && !accumulates(metric.head, key)) continue;
        const rule = isQuantile(key) && into.head.type === 'summary' ? 'max' : into.head.aggregator;
        merge(into, key, value, rule, counts);
      }
      for (const [key, text] of metric.exemplars) into.exemplars.set(key, text);
    }
  }
  return result;
}

function entryOf(result: ProcessSamples, { head }: MetricSamples): MetricSamples {
  let entry = result.get(head.name);
  if (entry === undefined) {
    entry = { head, values: new Map(), exemplars: new Map() };
    result.set(head.name, entry);
  }
  return entry;
}

/** @param counts how many values a mean is made of so far */
function merge(
  { values }: MetricSamples,
  key: string,
  value: number,
  rule: Aggregator,
  counts: Map<string, number>,
): void {
  const present = values.get(key);
  if (present === undefined) values.set(key, value);
  else if (rule === 'sum') values.set(key, present + value);
  else if (rule === 'max') values.set(key, Math.max(present, value));
  else if (rule === 'min') values.set(key, Math.min(present, value));
  else if (rule === 'average') {
    const count = (counts.get(key) ?? 1) + 1;
    counts.set(key, count);
    values.set(key, present + (value - present) / count);
  }
}
