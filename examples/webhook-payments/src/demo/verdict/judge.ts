import type { Check } from './check.ts';
import { circuitChecks } from './check-circuit.ts';
import { deadLetterChecks } from './check-dead-letters.ts';
import { effectChecks } from './check-effects.ts';
import { operationChecks } from './check-operation.ts';
import { refusalChecks } from './check-refusals.ts';
import type { Facts } from './facts.ts';

/** What a run must have contained for its checks to mean something. */
export interface Demands {
  kills: number;
}

/** Every check of the report, from nothing but the facts. */
export function judge(facts: Facts, demands: Demands): Check[] {
  return [
    ...effectChecks(facts),
    ...refusalChecks(facts),
    ...deadLetterChecks(facts),
    ...circuitChecks(facts),
    ...operationChecks(facts, demands),
  ];
}
