import type { Proof } from '../harness/proof.ts';
import { createRandom } from '../harness/random.ts';
import { drawPlots } from './draw-plots.ts';
import {
  CLIENTS,
  END_MS,
  type OutageRun,
  RESET_TIMEOUT_MS,
  runOutage,
  STALL_FROM_MS,
  STALL_TO_MS,
} from './outage-run.ts';
import { p99Of, runSlowDependency, SLOW_FROM_MS, SLOW_TO_MS } from './slow-dependency-run.ts';

const SECOND_MS = 1_000;
const MOST_SEED = 2 ** 31;
const MOST_CALLS_PER_OFFERED = 1.2;
const MOST_P99_RATIO = 1.1;
/** Of the clients, how many may probe within the same tenth of a second. */
const MOST_PROBING_AT_ONCE_RATIO = 0.5;
const RECOVERED_RATIO = 0.95;
const WORST_WINDOW_MS = 5 * SECOND_MS;
/** Until every client has opened its circuit: a timeout, its retries, and five failures in a row. */
const OPENING_MS = 5 * SECOND_MS;
/** The longest open time, a probe a second apart for each of two successes, and a second for the window. */
const RECOVERY_WITHIN_MS = RESET_TIMEOUT_MS + 4 * SECOND_MS;

type Figures = Record<string, number>;

/** Where the plots are written; none without it. */
const PLOTS = process.env['HOLDFAST_PLOTS'];

/** A fleet against a failing service, in simulated time: does the composition behave as an expert's would? */
export const fleet: Proof = {
  claim: 'In an outage no retry storm, after it no herd, and a slow dependency leaves other endpoints alone.',
  unit: 'rounds',
  defaultSize: 3,
  run: async ({ random, size, progress }) => {
    const figures: Figures = {};
    const violations: string[] = [];
    for (let round = 1; round <= size; round += 1) {
      const seed = random.between(0, MOST_SEED);
      const holdfast = await runOutage('holdfast', createRandom(seed));
      const plain = await runOutage('plain retries', createRandom(seed));
      const normal = await runSlowDependency('holdfast', false, createRandom(seed));
      const slow = await runSlowDependency('holdfast', true, createRandom(seed));
      const unprotected = await runSlowDependency('none', true, createRandom(seed));
      const p99 = (run: typeof slow) => p99Of(run, SLOW_FROM_MS, SLOW_TO_MS);
      const found = {
        ...outageFigures(holdfast),
        plainCallsPerOffered: callsPerOffered(plain),
        plainRecoveryMs: recoveryMs(plain),
        otherP99Ratio: p99(slow) / p99(normal),
        otherP99Ms: p99(slow),
        unprotectedP99Ratio: p99(unprotected) / p99(normal),
      };
      // Of several rounds the worst is reported.
      for (const [name, value] of Object.entries(found)) figures[name] = Math.max(figures[name] ?? 0, value);
      violations.push(...violationsOf(found).map((text) => `round ${round}: ${text}`));
      progress(`round ${round} of ${size}`);
      if (PLOTS !== undefined && round === 1) {
        await drawPlots(PLOTS, { holdfast, plain, normal, slow, unprotected });
      }
    }
    return { figures: rounded(figures), violations };
  },
};

interface Found {
  readonly callsPerOffered: number;
  readonly worstWindowCallsPerOffered: number;
  readonly recoveryPeakPerOffered: number;
  readonly mostProbesIn100Ms: number;
  readonly recoveryMs: number;
  readonly otherP99Ratio: number;
}

function violationsOf(found: Found): string[] {
  const limits: [keyof Found, number][] = [
    ['callsPerOffered', MOST_CALLS_PER_OFFERED],
    ['worstWindowCallsPerOffered', MOST_CALLS_PER_OFFERED],
    ['recoveryPeakPerOffered', MOST_CALLS_PER_OFFERED],
    ['mostProbesIn100Ms', CLIENTS * MOST_PROBING_AT_ONCE_RATIO],
    ['recoveryMs', RECOVERY_WITHIN_MS],
    ['otherP99Ratio', MOST_P99_RATIO],
  ];
  return limits
    .filter(([name, limit]) => !(found[name] <= limit))
    .map(([name, limit]) => `${name} is ${found[name].toFixed(3)}, more than ${limit}`);
}

function outageFigures(run: OutageRun): Omit<Found, 'otherP99Ratio'> {
  return {
    callsPerOffered: callsPerOffered(run),
    worstWindowCallsPerOffered: worst(run, WORST_WINDOW_MS, STALL_FROM_MS, STALL_TO_MS),
    recoveryPeakPerOffered: worst(run, SECOND_MS, STALL_TO_MS, END_MS),
    mostProbesIn100Ms: run.calls.busiest(STALL_FROM_MS + OPENING_MS, STALL_TO_MS),
    recoveryMs: recoveryMs(run),
  };
}

function callsPerOffered({ calls, offered }: OutageRun): number {
  return calls.between(STALL_FROM_MS, STALL_TO_MS) / offered.between(STALL_FROM_MS, STALL_TO_MS);
}

/** The greatest ratio of calls to what was offered in the same `windowMs`. */
function worst({ calls, offered }: OutageRun, windowMs: number, fromMs: number, toMs: number): number {
  let greatest = 0;
  for (let at = fromMs; at + windowMs <= toMs; at += SECOND_MS) {
    greatest = Math.max(greatest, calls.between(at, at + windowMs) / offered.between(at, at + windowMs));
  }
  return greatest;
}

/** How long after the outage nearly everything offered is answered for good; the whole rest where it never is. */
function recoveryMs({ answered, offered }: OutageRun): number {
  let recoveredAt = END_MS;
  for (let at = END_MS - SECOND_MS; at >= STALL_TO_MS; at -= SECOND_MS) {
    const ratio = answered.between(at, at + SECOND_MS) / offered.between(at, at + SECOND_MS);
    if (ratio < RECOVERED_RATIO) break;
    recoveredAt = at;
  }
  return recoveredAt - STALL_TO_MS;
}

function rounded(figures: Figures): Figures {
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, Math.round(value * 1_000) / 1_000]),
  );
}
