import { type Check, check } from './check.ts';
import type { Facts } from './facts.ts';
import { acceptedIds, doubledIds, isOwed, lostIds } from './tally.ts';

/** Accepted work, effects and charges: the same events on all three sides. */
export function effectChecks(facts: Facts): Check[] {
  return [
    everythingAccepted(facts),
    nothingLost(facts),
    nothingDoubled(facts),
    ledgersAgree(facts),
    repeats(facts),
  ];
}

function everythingAccepted(facts: Facts): Check {
  const accepted = acceptedIds(facts);
  const missing = facts.events.filter((event) => !accepted.has(event.eventId)).length;
  const detail = `${accepted.size} of ${facts.events.length} events were answered 2xx`;
  return check('every genuine event was accepted in the end', missing === 0 && accepted.size > 0, detail);
}

function nothingLost(facts: Facts): Check {
  const lost = lostIds(facts);
  const { unfinishedJobs } = facts;
  const detail = `${lost.length} lost, ${unfinishedJobs} unfinished${sample(lost)}`;
  return check('nothing accepted was lost', lost.length === 0 && unfinishedJobs === 0, detail);
}

function nothingDoubled(facts: Facts): Check {
  const doubled = doubledIds(facts);
  const detail = `${facts.effects.length} effects and ${facts.charges.length} charges, ${doubled.length} doubled${sample(doubled)}`;
  return check('nothing was done or charged twice', doubled.length === 0, detail);
}

/** Each effect names the charge that the provider made for it; no charge is without effect, none without a webhook. */
function ledgersAgree(facts: Facts): Check {
  const chargeOf = new Map(facts.charges.map((charge) => [charge.reference, charge]));
  const effectIds = new Set(facts.effects.map((effect) => effect.eventId));
  const accepted = acceptedIds(facts);
  const strayEffects = facts.effects.filter(
    ({ eventId, chargeId }) => chargeOf.get(eventId)?.id !== chargeId || !accepted.has(eventId),
  );
  const strayCharges = facts.charges.filter((charge) => !effectIds.has(charge.reference));
  const wrongKeys = facts.charges.filter((charge) => !charge.idempotencyKey.includes(charge.reference));
  const holds = strayEffects.length + strayCharges.length + wrongKeys.length === 0;
  const detail = `${strayEffects.length} effects without charge or webhook, ${strayCharges.length} charges without effect`;
  return check('the payment provider’s ledger and ours agree', holds, detail);
}

function repeats(facts: Facts): Check {
  const repeated = facts.attempts.filter(
    (attempt) => attempt.purpose === 'repeat' && attempt.status !== null,
  );
  const welcomed = repeated.filter((attempt) => attempt.status === attempt.expectedStatus);
  const strangers = facts.attempts.filter((attempt) => isOwed(attempt.purpose) && attempt.errorCode !== null);
  const detail = `${welcomed.length} repeated deliveries answered 200, ${strangers.length} genuine ones with an error`;
  return check('what is delivered twice is answered 200 and done once', welcomed.length > 0, detail);
}

function sample(ids: readonly string[]): string {
  return ids.length === 0 ? '' : ` (${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ', …' : ''})`;
}
