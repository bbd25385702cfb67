import { percentile } from '../report/percentiles.ts';
import { type Check, check } from './check.ts';
import type { Facts, TraceFact } from './facts.ts';
import type { Demands } from './judge.ts';

/** Crashes, order of work, traces, logs, and the end. */
export function operationChecks(facts: Facts, demands: Demands): Check[] {
  return [
    crashes(facts, demands),
    priority(facts),
    wholeTrace(facts.trace),
    noSecrets(facts),
    cleanEnd(facts),
  ];
}

function crashes({ kills, starts }: Facts, demands: Demands): Check {
  const inWork = kills.filter((kill) => kill.activeJobs > 0).length;
  const unrecorded = kills.reduce((sum, kill) => sum + kill.chargedNotRecorded, 0);
  const jobs = kills.reduce((sum, kill) => sum + kill.activeJobs, 0);
  const detail = `${inWork} of ${kills.length} kills hit work in hand: ${jobs} active jobs, ${unrecorded} charges not yet recorded`;
  const holds = inWork >= demands.kills && starts.length === kills.length + 1;
  return check('the service was killed in mid-work and came back', holds, detail);
}

/** Noise of the clock and the machine, where there is no backlog to be worked off. */
const PRIORITY_TOLERANCE_MS = 100;

/**
 * Of what arrives while the backlog of the outage is worked off: a payment goes past everything that waits. How long
 * something was parked before has nothing to do with its priority.
 */
function priority({ effects, circuit }: Facts): Check {
  const closedAt = circuit.findLast((change) => change.to === 'CLOSED')?.at ?? 0;
  const waits = (eventTypes: RegExp) =>
    effects
      .filter(({ receivedAt, eventType }) => receivedAt >= closedAt && eventTypes.test(eventType))
      .map((effect) => effect.startedAt - effect.receivedAt);
  const payments = percentile(waits(/^(payment|transaction)\./), 0.5);
  const others = percentile(waits(/^(?!payment\.|transaction\.|subscription\.)/), 0.5);
  const detail = `while the backlog was worked off, half of the payments began within ${Math.round(payments)} ms, half of the rest within ${Math.round(others)} ms`;
  return check('payments are worked on first', payments <= others + PRIORITY_TOLERANCE_MS, detail);
}

function wholeTrace(trace: TraceFact | undefined): Check {
  const name = 'one trace shows the whole way, and its log lines';
  if (trace === undefined) return check(name, false, 'no such trace was found');
  const missing = Object.entries(trace.stages)
    .filter(([, present]) => !present)
    .map(([stage]) => stage);
  const gaps = missing.length === 0 ? '' : `, without ${missing.join(', ')}`;
  const detail = `trace ${trace.traceId}: ${trace.spanCount} spans${gaps}, ${trace.logLines.length} log lines`;
  return check(name, missing.length === 0 && trace.logLines.length > 0, detail);
}

function noSecrets({ leaks }: Facts): Check {
  const detail = leaks.length === 0 ? 'logs and spans searched for every one' : leaks.slice(0, 3).join('; ');
  return check('no secret and no payload in logs and spans', leaks.length === 0, detail);
}

function cleanEnd({ stopCode }: Facts): Check {
  return check('the service stops cleanly when asked', stopCode === 0, `exit code ${stopCode ?? 'none'}`);
}
