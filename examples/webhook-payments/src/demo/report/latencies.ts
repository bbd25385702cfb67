import type { Facts } from '../verdict/facts.ts';
import { isAcceptance } from '../verdict/tally.ts';
import { type Percentiles, percentiles } from './percentiles.ts';

export interface Latency extends Percentiles {
  name: string;
}

/** How long the webhook provider waited for its answer, and each kind of event for its effect. */
export function latencies(facts: Pick<Facts, 'attempts' | 'effects'>): Latency[] {
  const answers = facts.attempts.filter(isAcceptance).map((attempt) => attempt.durationMs);
  const rows: Latency[] = [{ name: 'webhook answered', ...percentiles(answers) }];
  for (const [kind, name] of KINDS) {
    const waits = facts.effects
      .filter((effect) => effect.kind === kind)
      .map((effect) => effect.recordedAt - effect.receivedAt);
    rows.push({ name, ...percentiles(waits) });
  }
  return rows;
}

/** Outage and crashes included. */
const KINDS = [
  ['charge', 'payment → effect'],
  ['subscription', 'subscription → effect'],
  ['usage', 'metered use → effect'],
] as const;
