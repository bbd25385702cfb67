import type { AttemptFact, Facts } from './facts.ts';

/** The sums of a run, each from a database or a record. */
export interface Tally {
  sent: number;
  accepted: number;
  effects: number;
  deadLettered: number;
  redriven: number;
  /** Deliveries of what was accepted before, which led to nothing further. */
  duplicatesRefused: number;
  forgedRefused: number;
  staleRefused: number;
  malformedRefused: number;
  tooLargeRefused: number;
  unknownProviderRefused: number;
  /** Calls to the payment provider under a key that it had seen before. */
  repeatedCalls: number;
  /** Charges whose answer the payment provider never sent. */
  lostAnswers: number;
  lost: number;
  doubled: number;
  kills: number;
}

export function tally(facts: Facts): Tally {
  const { attempts, effects, deadLetters, requests, kills } = facts;
  const accepted = acceptedIds(facts);
  const repeats = attempts.filter(isAcceptance).length - accepted.size;
  const extraEffects = effects.length - new Set(effects.map((effect) => effect.eventId)).size;
  const refused = (...purposes: string[]) =>
    attempts.filter(
      (attempt) => purposes.includes(attempt.purpose) && attempt.status === attempt.expectedStatus,
    ).length;
  return {
    sent: attempts.length,
    accepted: accepted.size,
    effects: effects.length,
    deadLettered: deadLetters.length,
    redriven: redrivenIds(facts).size,
    duplicatesRefused: repeats - extraEffects,
    forgedRefused: refused('forged', 'tampered', 'unsigned'),
    staleRefused: refused('stale'),
    malformedRefused: refused('malformed'),
    tooLargeRefused: refused('too-large'),
    unknownProviderRefused: refused('unknown-provider'),
    repeatedCalls: requests.length - new Set(requests.map((request) => request.idempotencyKey)).size,
    lostAnswers: requests.filter((request) => request.outcome === 'lost').length,
    lost: lostIds(facts).length,
    doubled: doubledIds(facts).length,
    kills: kills.length,
  };
}

/** Events for which the service once answered 2xx: from then on they are its own to lose. */
export function acceptedIds(facts: Pick<Facts, 'attempts'>): Set<string> {
  return new Set(facts.attempts.filter(isAcceptance).map((attempt) => attempt.eventId));
}

/** Accepted, and neither done nor to be found in the dead letters. */
export function lostIds(facts: Facts): string[] {
  const done = new Set(facts.effects.map((effect) => effect.eventId));
  const dead = new Set(facts.deadLetters.map((letter) => letter.eventId));
  return [...acceptedIds(facts)].filter((id) => !done.has(id) && !dead.has(id));
}

/** More than one effect row, or more than one charge. */
export function doubledIds(facts: Pick<Facts, 'effects' | 'charges'>): string[] {
  const effects = repeated(facts.effects.map((effect) => effect.eventId));
  const charges = repeated(facts.charges.map((charge) => charge.reference));
  return [...new Set([...effects, ...charges])];
}

/** Events that the provider first declined and then charged, and whose effect is recorded. */
export function redrivenIds(facts: Facts): Set<string> {
  const before = new Set(facts.deadLettersBeforeRedrive.map((letter) => letter.eventId));
  return new Set(facts.effects.map((effect) => effect.eventId).filter((id) => before.has(id)));
}

export function isAcceptance({ purpose, status }: AttemptFact): boolean {
  return isOwed(purpose) && status !== null && status >= 200 && status < 300;
}

export function isOwed(purpose: string): boolean {
  return purpose === 'delivery' || purpose === 'repeat';
}

function repeated(ids: readonly string[]): string[] {
  const seen = new Set<string>();
  return ids.filter((id) => {
    const again = seen.has(id);
    seen.add(id);
    return again;
  });
}
