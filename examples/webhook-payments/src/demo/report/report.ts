import type { Check } from '../verdict/check.ts';
import type { Facts, TraceFact } from '../verdict/facts.ts';
import { type Demands, judge } from '../verdict/judge.ts';
import { type Tally, tally } from '../verdict/tally.ts';
import { type Latency, latencies } from './latencies.ts';
import { circuitTimeline, type Timeline } from './timeline.ts';

/** What a run has shown, ready to be written in any form. */
export interface Report {
  ok: boolean;
  engine: 'sqlite' | 'redis';
  tookMs: number;
  tally: Tally;
  checks: Check[];
  latencies: Latency[];
  timeline: Timeline;
  trace: TraceFact | undefined;
}

export interface RunFacts {
  engine: 'sqlite' | 'redis';
  /** Epoch ms. */
  startedAt: number;
  /** Epoch ms: when the last work was done. */
  endedAt: number;
  tookMs: number;
}

export function makeReport(facts: Facts, demands: Demands, run: RunFacts): Report {
  const sums = tally(facts);
  const checks = judge(facts, demands);
  return {
    ok: sums.lost === 0 && sums.doubled === 0 && checks.every((check) => check.holds),
    engine: run.engine,
    tookMs: run.tookMs,
    tally: sums,
    checks,
    latencies: latencies(facts),
    timeline: circuitTimeline(facts, run.startedAt, run.endedAt),
    trace: facts.trace,
  };
}
