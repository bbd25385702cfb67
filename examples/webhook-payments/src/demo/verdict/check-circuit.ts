import { type Check, check } from './check.ts';
import type { CircuitFact, Facts } from './facts.ts';

/** A whole outage as one process saw it; a failed trial opens the circuit again. */
const WHOLE_CYCLE = /OPEN (HALF_OPEN OPEN )*HALF_OPEN CLOSED/;

export function circuitChecks({ circuit }: Facts): Check[] {
  const cycles = statesByProcess(circuit).filter((states) => WHOLE_CYCLE.test(states)).length;
  const opened = circuit.filter((change) => change.to === 'OPEN').length;
  const detail = `opened ${opened} times; ${cycles} whole cycles CLOSED → OPEN → HALF_OPEN → CLOSED`;
  const ended = circuit.at(-1)?.to === 'CLOSED';
  return [check('the circuit opened, tried and closed', cycles > 0 && ended, detail)];
}

function statesByProcess(circuit: readonly CircuitFact[]): string[] {
  const pids = [...new Set(circuit.map((change) => change.pid))];
  return pids.map((pid) =>
    circuit
      .filter((change) => change.pid === pid)
      .map((change) => change.to)
      .join(' '),
  );
}
