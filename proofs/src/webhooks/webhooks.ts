import type { Proof } from '../harness/proof.ts';
import { type RoundResult, type RoundSize, runRound } from './load-round.ts';

const SIZE: RoundSize = { endpoints: 1_000, seconds: 10, ratePerEndpoint: 0.1 };
/** How much later the healthy ones may get the slowest of a hundred events. */
const ALLOWED_RATIO = 1.2;

/** A sender under load with a tenth of its endpoints slow, dead, redirecting, rebinding or gone, and without them. */
export const webhooks: Proof = {
  claim:
    'Of 1,000 webhook endpoints a tenth is bad: the p99 of the others stays within 20 %, nothing accepted for them is lost, and no refused address is reached.',
  unit: 'rounds',
  defaultSize: 5,
  run: async ({ random, size: rounds, progress }) => {
    const alone: RoundResult[] = [];
    const mixed: RoundResult[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      // Which goes first changes, so that neither always has the warmer machine.
      const order = round % 2 === 1 ? [false, true] : [true, false];
      for (const withBad of order)
        (withBad ? mixed : alone).push(await runRound(SIZE, withBad, random.fork()));
      const [one, other] = [alone.at(-1)?.p99Ms ?? 0, mixed.at(-1)?.p99Ms ?? 0];
      progress(
        `round ${round} of ${rounds}: p99 ${one.toFixed(1)} ms alone, ${other.toFixed(1)} ms with bad ones`,
      );
    }
    const both = [...alone, ...mixed];
    const p99AloneMs = median(alone.map(({ p99Ms }) => p99Ms));
    const p99MixedMs = median(mixed.map(({ p99Ms }) => p99Ms));
    const ratio = p99MixedMs / p99AloneMs;
    const violations = both.flatMap((result) => result.violations);
    if (ratio > ALLOWED_RATIO)
      violations.push(
        `the p99 of healthy endpoints is ${p99MixedMs.toFixed(1)} ms with bad ones and ${p99AloneMs.toFixed(1)} ms alone`,
      );
    if (mixed.every(({ badArrivals }) => badArrivals === 0))
      violations.push('no bad endpoint was tried: nothing was shown');
    const total = (pick: (result: RoundResult) => number) =>
      both.reduce((sum, result) => sum + pick(result), 0);
    return {
      figures: {
        rounds,
        accepted: total(({ accepted }) => accepted),
        delivered: total(({ arrivals }) => arrivals),
        doubles: total(({ doubles }) => doubles),
        requestsToBad: total(({ badArrivals }) => badArrivals),
        p50AloneMs: round1(median(alone.map(({ p50Ms }) => p50Ms))),
        p50MixedMs: round1(median(mixed.map(({ p50Ms }) => p50Ms))),
        p99AloneMs: round1(p99AloneMs),
        p99MixedMs: round1(p99MixedMs),
        p99Ratio: Math.round(ratio * 100) / 100,
      },
      violations,
    };
  },
};

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}
