import type { Exposition, Sample } from './exposition.ts';
import type { Look } from './look.ts';

/** What has happened between two looks. */
export interface Difference {
  readonly seconds: number;
  /** Growth of every series of a counter. A counter that fell began anew, so all it has is growth. */
  readonly grown: (name: string) => readonly Sample[];
  /** What a gauge is now. */
  readonly now: (name: string) => readonly Sample[];
  readonly help: (name: string) => string;
}

export function differenceOf(before: Look, after: Look): Difference {
  return {
    seconds: Math.max(0.001, (after.at - before.at) / 1000),
    grown: (name) => grownOf(before.exposition, after.exposition, name),
    now: (name) => after.exposition.samples.get(name) ?? [],
    help: (name) => after.exposition.help.get(name) ?? '',
  };
}

function grownOf(before: Exposition, after: Exposition, name: string): readonly Sample[] {
  const known = new Map((before.samples.get(name) ?? []).map(({ labels, value }) => [keyOf(labels), value]));
  return (after.samples.get(name) ?? []).map(({ labels, value }) => {
    const past = known.get(keyOf(labels)) ?? 0;
    return { labels, value: value >= past ? value - past : value };
  });
}

function keyOf(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The samples that have these labels. */
export function having(
  samples: readonly Sample[],
  labels: Readonly<Record<string, string>>,
): readonly Sample[] {
  const wanted = Object.entries(labels);
  return samples.filter((sample) => wanted.every(([name, value]) => sample.labels[name] === value));
}

export function sumOf(samples: readonly Sample[]): number {
  return samples.reduce((sum, { value }) => sum + value, 0);
}

/** The different values of labels among samples, in the order in which they come. */
export function groupsOf(
  samples: readonly Sample[],
  names: readonly string[],
): readonly Record<string, string>[] {
  const groups = new Map<string, Record<string, string>>();
  for (const { labels } of samples) {
    const group = Object.fromEntries(names.map((name) => [name, labels[name] ?? '']));
    groups.set(keyOf(group), group);
  }
  return [...groups.values()];
}
