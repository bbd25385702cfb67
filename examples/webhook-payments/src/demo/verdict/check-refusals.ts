import { type Check, check } from './check.ts';
import type { AttemptFact, Facts } from './facts.ts';
import { isOwed } from './tally.ts';

/** Bad input: the right status, an error body with a code, and no trace of it in any store. */
export function refusalChecks(facts: Facts): Check[] {
  const bad = facts.attempts.filter((attempt) => !isOwed(attempt.purpose) && attempt.status !== null);
  return [
    ofPurpose(bad, 'forged, tampered and unsigned deliveries get 401', ['forged', 'tampered', 'unsigned']),
    ofPurpose(bad, 'stale deliveries get 401', ['stale']),
    ofPurpose(bad, 'malformed JSON gets 400', ['malformed']),
    ofPurpose(bad, 'bodies over the limit get 413', ['too-large']),
    ofPurpose(bad, 'unknown providers get 404', ['unknown-provider']),
    nothingEnqueued(facts, bad),
  ];
}

function ofPurpose(bad: readonly AttemptFact[], name: string, purposes: readonly string[]): Check {
  const sent = bad.filter((attempt) => purposes.includes(attempt.purpose));
  const right = sent.filter(
    (attempt) => attempt.status === attempt.expectedStatus && attempt.errorCode !== null,
  );
  const wrong = sent.find((attempt) => !right.includes(attempt));
  const example =
    wrong === undefined ? '' : `; one ${wrong.purpose} got ${wrong.status} ${wrong.errorCode ?? ''}`;
  const detail = `${right.length} of ${sent.length} refused so, with a JSON error body${example}`;
  return check(name, sent.length > 0 && right.length === sent.length, detail);
}

function nothingEnqueued(facts: Facts, bad: readonly AttemptFact[]): Check {
  const badIds = new Set(bad.map((attempt) => attempt.eventId));
  const seen = [
    ...facts.effects.map((effect) => effect.eventId),
    ...facts.requests.map((request) => request.reference ?? ''),
    ...facts.deadLetters.map((letter) => letter.eventId),
    ...facts.deadLettersBeforeRedrive.map((letter) => letter.eventId),
  ].filter((id) => badIds.has(id));
  const detail = `${badIds.size} bad ids, ${seen.length} of them in effects, charges or dead letters`;
  return check('nothing that was refused was enqueued', seen.length === 0 && badIds.size > 0, detail);
}
