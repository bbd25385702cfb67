import type { ShownDeadLetter } from './operator-client.ts';
import type { Stage } from './scenario.ts';
import type { DeadLetterFact } from './verdict/facts.ts';

/** An operator's round: lists the dead letters, looks at each, and redrives some whose cause is gone. */
export async function redriveSome({ operator, provider, plan, progress }: Stage): Promise<DeadLetterFact[]> {
  const listed = await operator.deadLetters();
  const letters = await Promise.all(listed.map(({ id }) => operator.deadLetter(id)));
  const declined = new Map(plan.fixtures.map((fixture) => [fixture.eventId, fixture.declinedCustomer]));
  const chosen = letters
    .filter((letter) => declined.get(letter.eventId) !== undefined)
    .slice(0, plan.redrives);
  progress.note(
    `${letters.length} dead letters; ${chosen.length} cards are renewed and their letters redriven`,
  );
  for (const letter of chosen) {
    await provider.acceptCard(declined.get(letter.eventId) ?? '');
    await operator.redrive(letter.id);
  }
  return letters.map(factOf);
}

function factOf({ eventId, error, traceId, history }: ShownDeadLetter): DeadLetterFact {
  return { eventId, error, traceId, historyLength: history.length };
}
