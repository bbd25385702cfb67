import type { DeliveryRecord } from './delivery-record.ts';
import { feed } from './feed.ts';
import { type KillParts, killInMidWork } from './kill.ts';
import type { Progress } from './progress.ts';
import { redriveSome } from './redrive.ts';
import type { Plan } from './scale.ts';
import type { Sender } from './sender.ts';
import { until } from './until.ts';
import type { DeadLetterFact, KillFact } from './verdict/facts.ts';

export interface Stage extends KillParts {
  plan: Plan;
  sender: Sender;
  deliveries: DeliveryRecord;
  progress: Progress;
}

export interface Played {
  kills: KillFact[];
  deadLettersBeforeRedrive: DeadLetterFact[];
}

const STEP_LIMIT_MS = 240_000;
const OUTAGE_LIMIT_MS = 600_000;

/** A bad day: deliveries from the first moment to the last, a crash, an outage with a crash in it, a crash after it. */
export async function play(stage: Stage): Promise<Played> {
  const { plan, sender, signal, progress } = stage;
  const kills: KillFact[] = [];
  const kill = async (whileCharging: boolean) => {
    const fact = await killInMidWork(stage, whileCharging);
    progress.note(
      `SIGKILL with ${fact.activeJobs} jobs active, ${fact.chargedNotRecorded} charged and not recorded; restarted`,
    );
    kills.push(fact);
  };
  progress.note(`delivering ${plan.fixtures.length} signed events, ${plan.bad.length} bad ones among them`);
  const feeding = feed(plan, sender, signal);
  feeding.catch(() => {});
  await acceptedPart(stage, 0.15);
  if (plan.kills > 0) await kill(true);
  await acceptedPart(stage, 0.35);
  await outage(stage, plan.kills > 1 ? () => kill(false) : undefined);
  if (plan.kills > 2) {
    await someMoreDone(stage);
    await kill(true);
  }
  await feeding;
  progress.note('every event is accepted; waiting for the last effects');
  await drained(stage);
  const deadLettersBeforeRedrive = await redriveSome(stage);
  await drained(stage);
  return { kills, deadLettersBeforeRedrive };
}

async function outage(stage: Stage, kill: (() => Promise<void>) | undefined): Promise<void> {
  const { provider, observer, progress, signal } = stage;
  const circuit = (what: string, isSo: (states: string[]) => boolean) =>
    until(() => isSo(observer.circuitStates()), { what, limitMs: STEP_LIMIT_MS, signal });
  progress.note('the payment provider hangs');
  await provider.fail('hang', OUTAGE_LIMIT_MS);
  if (kill !== undefined) {
    await until(() => observer.countRequests('hung') > 0, {
      what: 'A hanging call',
      limitMs: STEP_LIMIT_MS,
      signal,
    });
    await kill();
  }
  await provider.fail('mixed', OUTAGE_LIMIT_MS);
  progress.note('the payment provider answers 503, breaks connections, hangs');
  await circuit('An open circuit', (states) => states.includes('OPEN'));
  progress.note('the circuit is open: jobs are parked, deliveries go on');
  await circuit('A failed trial', (states) => /HALF_OPEN OPEN/.test(states.join(' ')));
  await acceptedPart(stage, 0.7);
  await provider.recover();
  progress.note('the payment provider is well again');
  await circuit('A closed circuit', (states) => states.at(-1) === 'CLOSED');
  progress.note('the circuit is closed: the backlog is worked off, payments first');
}

/** The backlog of the outage is being worked off. */
function someMoreDone({ plan, observer, signal }: Stage): Promise<void> {
  const wanted = observer.countEffects() + Math.floor(plan.fixtures.length / 20);
  const what = 'Work after the outage';
  return until(() => observer.countEffects() >= wanted, { what, limitMs: STEP_LIMIT_MS, signal });
}

function acceptedPart({ plan, deliveries, signal }: Stage, part: number): Promise<void> {
  const wanted = Math.floor(plan.fixtures.length * part);
  const what = `The acceptance of ${wanted} events`;
  return until(() => deliveries.countAccepted() >= wanted, { what, limitMs: STEP_LIMIT_MS, signal });
}

/** Everything that was accepted is done or dead. */
function drained({ deliveries, observer, operator, signal }: Stage): Promise<void> {
  const isDrained = async () => {
    const status = await operator.status();
    if (status === undefined || status.active + status.waiting > 0) return false;
    return observer.countEffects() + status.deadLetters >= deliveries.countAccepted();
  };
  return until(isDrained, { what: 'The end of the work', limitMs: STEP_LIMIT_MS, signal, everyMs: 100 });
}
