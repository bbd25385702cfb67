import { describe, expect, it } from 'vitest';
import { goodFacts } from '../../../test/good-facts.ts';
import type { Facts } from './facts.ts';
import { judge } from './judge.ts';
import { tally } from './tally.ts';

const DEMANDS = { kills: 1 };

/** The names of the checks that do not hold once `change` was made to a good run. */
function failing(change: (facts: Facts) => void): string[] {
  const facts = goodFacts();
  change(facts);
  return judge(facts, DEMANDS)
    .filter((check) => !check.holds)
    .map((check) => check.name);
}

describe('judge', () => {
  it('finds nothing wrong with a good run', () => {
    expect(failing(() => {})).toEqual([]);
  });

  it('sees an accepted event without effect that is not in the dead letters', () => {
    const lose = (facts: Facts) => {
      facts.effects = facts.effects.filter((effect) => effect.eventId !== 'evt_1');
      facts.charges = facts.charges.filter((charge) => charge.reference !== 'evt_1');
    };
    expect(failing(lose)).toEqual(['nothing accepted was lost']);
  });

  it('sees a second effect row', () => {
    const double = (facts: Facts) => facts.effects.push(...facts.effects.slice(0, 1));
    expect(failing(double)).toEqual(['nothing was done or charged twice']);
  });

  it('sees a second charge under another key', () => {
    const double = (facts: Facts) => {
      facts.charges.push({ id: 'ch_9', idempotencyKey: 'evt_1-again', reference: 'evt_1' });
    };
    expect(failing(double)).toContain('nothing was done or charged twice');
  });

  it('sees a charge whose effect was never recorded', () => {
    const stray = (facts: Facts) => {
      facts.charges.push({ id: 'ch_9', idempotencyKey: 'evt_dead', reference: 'evt_dead' });
    };
    expect(failing(stray)).toEqual(['the payment provider’s ledger and ours agree']);
  });

  it('sees an effect that names a charge the provider does not know', () => {
    const stray = (facts: Facts) => {
      facts.effects = facts.effects.map((effect) => ({ ...effect, chargeId: 'ch_unknown' }));
    };
    expect(failing(stray)).toEqual(['the payment provider’s ledger and ours agree']);
  });

  it('sees a genuine event that was never accepted', () => {
    const refuse = (facts: Facts) => {
      facts.attempts = facts.attempts.filter((attempt) => attempt.eventId !== 'evt_1');
    };
    expect(failing(refuse)).toContain('every genuine event was accepted in the end');
  });

  it('sees a forged delivery that got through, by status and by effect', () => {
    const forge = (facts: Facts) => {
      facts.attempts = facts.attempts.map((attempt) =>
        attempt.purpose === 'forged' ? { ...attempt, status: 200 } : attempt,
      );
      facts.requests.push({ at: 1, idempotencyKey: 'bad_forged', reference: 'bad_forged', outcome: 'made' });
    };
    expect(failing(forge)).toEqual([
      'forged, tampered and unsigned deliveries get 401',
      'nothing that was refused was enqueued',
    ]);
  });

  it('wants a code in the error body of a refusal', () => {
    const bare = (facts: Facts) => {
      facts.attempts = facts.attempts.map((attempt) =>
        attempt.purpose === 'too-large' ? { ...attempt, errorCode: null } : attempt,
      );
    };
    expect(failing(bare)).toEqual(['bodies over the limit get 413']);
  });

  it('sees an event that the outage buried', () => {
    const bury = (facts: Facts) => {
      facts.deadLettersBeforeRedrive.push({ eventId: 'evt_1', error: 'x', traceId: 'c', historyLength: 4 });
    };
    expect(failing(bury)).toEqual(['only what can never succeed is in the dead letters']);
  });

  it('wants error, trace and history of each dead letter', () => {
    const forget = (facts: Facts) => {
      facts.deadLettersBeforeRedrive = facts.deadLettersBeforeRedrive.map((letter) => ({
        ...letter,
        traceId: undefined,
      }));
    };
    expect(failing(forget)).toEqual(['each dead letter tells its error, trace and history']);
  });

  it('wants a redriven letter to have its effect', () => {
    const without = (facts: Facts) => {
      facts.effects = facts.effects.filter((effect) => effect.eventId !== 'evt_redriven');
      facts.charges = facts.charges.filter((charge) => charge.reference !== 'evt_redriven');
      facts.deadLetters = facts.deadLettersBeforeRedrive;
    };
    expect(failing(without)).toEqual(['redriven dead letters have their effect']);
  });

  it('wants a whole cycle of the circuit within one process', () => {
    const split = (facts: Facts) => {
      facts.circuit = facts.circuit.map((change, index) => ({ ...change, pid: index }));
    };
    expect(failing(split)).toEqual(['the circuit opened, tried and closed']);
  });

  it('wants kills that hit work in hand', () => {
    const idle = (facts: Facts) => {
      facts.kills = facts.kills.map((kill) => ({ ...kill, activeJobs: 0 }));
    };
    expect(failing(idle)).toEqual(['the service was killed in mid-work and came back']);
  });

  it('sees payments that wait longer than the rest', () => {
    const slow = (facts: Facts) => {
      facts.effects = facts.effects.map((effect) =>
        effect.eventType === 'push' ? effect : { ...effect, startedAt: 9000 },
      );
    };
    expect(failing(slow)).toEqual(['payments are worked on first']);
  });

  it('sees a gap in the trace', () => {
    const cut = (facts: Facts) => {
      if (facts.trace !== undefined) facts.trace.stages.database = false;
    };
    expect(failing(cut)).toEqual(['one trace shows the whole way, and its log lines']);
  });

  it('sees a secret in a log, and an end that was not clean', () => {
    const leak = (facts: Facts) => {
      facts.leaks = ['the operator key is in the log'];
      facts.stopCode = null;
    };
    expect(failing(leak)).toEqual([
      'no secret and no payload in logs and spans',
      'the service stops cleanly when asked',
    ]);
  });
});

describe('tally', () => {
  it('counts a good run from its records', () => {
    expect(tally(goodFacts())).toEqual({
      sent: 14,
      accepted: 5,
      effects: 4,
      deadLettered: 1,
      redriven: 1,
      duplicatesRefused: 1,
      forgedRefused: 3,
      staleRefused: 1,
      malformedRefused: 1,
      tooLargeRefused: 1,
      unknownProviderRefused: 1,
      repeatedCalls: 2,
      lostAnswers: 1,
      lost: 0,
      doubled: 0,
      kills: 1,
    });
  });
});
