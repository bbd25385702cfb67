import type { Proof } from '../harness/proof.ts';
import { COUNTED, runHistory } from './history.ts';

const PROGRESS_EVERY = 1_000;
const KEPT_VIOLATIONS = 20;

/** Random histories of calls, faults and waits through the breaker, held against a model at every step. */
export const breaker: Proof = {
  claim: 'The circuit follows its specification: trips, trial calls, stale outcomes, limits, answers.',
  unit: 'cases',
  defaultSize: 5_000,
  run: async ({ random, size: cases, progress }) => {
    const figures = Object.fromEntries(COUNTED.map((name) => [name, 0])) as Record<
      (typeof COUNTED)[number],
      number
    >;
    const violations: string[] = [];
    let histories = 0;
    while (histories < cases && violations.length < KEPT_VIOLATIONS) {
      const result = await runHistory(random.fork());
      histories += 1;
      for (const name of COUNTED) figures[name] += result.figures[name];
      violations.push(...result.violations);
      if (histories % PROGRESS_EVERY === 0) progress(`${histories} of ${cases} histories`);
    }
    return { figures: { histories, ...figures }, violations };
  },
};
