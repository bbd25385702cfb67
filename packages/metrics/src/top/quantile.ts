import type { Sample } from './exposition.ts';

/**
 * A quantile of what fell into the buckets of a histogram, by the line between two bounds, as Prometheus does it.
 * @param buckets growth of the cumulative series, of one or of several histograms with the same bounds
 * @returns undefined where nothing fell into them; the highest finite bound where it lies above that
 * @see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
 */
export function quantileOf(ratio: number, buckets: readonly Sample[]): number | undefined {
  const cumulative = cumulativeOf(buckets);
  const total = cumulative.at(-1)?.count ?? 0;
  if (!(total > 0)) return undefined;
  const rank = ratio * total;
  const index = cumulative.findIndex(({ count }) => count >= rank);
  const bucket = cumulative[index];
  const below = cumulative[index - 1] ?? { bound: 0, count: 0 };
  if (bucket === undefined || bucket.bound === Infinity) return below.bound;
  return below.bound + ((bucket.bound - below.bound) * (rank - below.count)) / (bucket.count - below.count);
}

function cumulativeOf(buckets: readonly Sample[]): { bound: number; count: number }[] {
  const counts = new Map<number, number>();
  for (const { labels, value } of buckets) {
    const bound = labels['le'] === '+Inf' ? Infinity : Number(labels['le']);
    counts.set(bound, (counts.get(bound) ?? 0) + value);
  }
  return [...counts].map(([bound, count]) => ({ bound, count })).sort((a, b) => a.bound - b.bound);
}
