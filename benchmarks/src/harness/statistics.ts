/** Where half of the samples lie below; the mean of the middle two for an even count. */
export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

/**
 * The value below which the share `q` of the samples lies, linear between neighbours.
 * @param q from 0 to 1
 * @throws RangeError without samples, or when one is not a number
 */
export function quantile(samples: readonly number[], q: number): number {
  if (samples.length === 0) throw new RangeError('quantile: there are no samples.');
  if (samples.some(Number.isNaN)) throw new RangeError('quantile: a sample is not a number.');
  const sorted = samples.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** The middle half of the samples: from the first to the third quartile. */
export function spreadOf(samples: readonly number[]): [number, number] {
  return [quantile(samples, 0.25), quantile(samples, 0.75)];
}

/**
 * Joins two series round by round, so that what slows the whole machine for a while slows both halves of a pair.
 * @throws RangeError when the series differ in length
 */
export function pairwise(
  a: readonly number[],
  b: readonly number[],
  join: (a: number, b: number) => number,
): number[] {
  if (a.length !== b.length) throw new RangeError(`pairwise: ${a.length} rounds against ${b.length}.`);
  return a.map((value, index) => join(value, b[index] ?? Number.NaN));
}
