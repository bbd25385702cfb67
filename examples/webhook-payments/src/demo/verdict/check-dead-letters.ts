import { type Check, check } from './check.ts';
import type { DeadLetterFact, Facts } from './facts.ts';
import { redrivenIds } from './tally.ts';

export function deadLetterChecks(facts: Facts): Check[] {
  return [rightOnes(facts), withHistory(facts), redriven(facts)];
}

/** The backlog of an outage must not end here: only what can never succeed does. */
function rightOnes(facts: Facts): Check {
  const hopeless = facts.events
    .filter((event) => event.expectation === 'dead-letter')
    .map((event) => event.eventId);
  const dead = new Set(facts.deadLettersBeforeRedrive.map((letter) => letter.eventId));
  const missing = hopeless.filter((id) => !dead.has(id)).length;
  const buried = dead.size - (hopeless.length - missing);
  const detail = `${hopeless.length} events can never succeed; ${dead.size} dead letters, ${missing} missing, ${buried} buried by the outage or a crash`;
  return check(
    'only what can never succeed is in the dead letters',
    missing === 0 && buried === 0 && dead.size > 0,
    detail,
  );
}

function withHistory(facts: Facts): Check {
  const letters = facts.deadLettersBeforeRedrive;
  const complete = letters.filter(isComplete).length;
  const detail = `${complete} of ${letters.length} have error, trace and history`;
  return check(
    'each dead letter tells its error, trace and history',
    complete === letters.length && complete > 0,
    detail,
  );
}

function isComplete(letter: DeadLetterFact): boolean {
  return letter.error !== '' && letter.traceId !== undefined && letter.historyLength > 0;
}

function redriven(facts: Facts): Check {
  const done = redrivenIds(facts);
  const charged = new Set(facts.charges.map((charge) => charge.reference));
  const paid = [...done].filter((id) => charged.has(id)).length;
  const left = new Set(facts.deadLetters.map((letter) => letter.eventId));
  const stillListed = [...done].filter((id) => left.has(id)).length;
  const detail = `${done.size} redriven with success, ${paid} of them charged; ${left.size} left`;
  return check(
    'redriven dead letters have their effect',
    done.size > 0 && paid === done.size && stillListed === 0,
    detail,
  );
}
