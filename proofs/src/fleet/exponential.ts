import type { Random } from '../harness/random.ts';

/** A random duration with the given mean, as between arrivals that know nothing of each other. */
export function exponential(random: Random, mean: number): number {
  return -Math.log(1 - random.next()) * mean;
}
