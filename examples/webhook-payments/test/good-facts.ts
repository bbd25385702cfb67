import type { AttemptFact, EffectFact, Facts } from '../src/demo/verdict/facts.ts';

/** A run in which everything went as it should: three events done, one dead, one redriven. */
export function goodFacts(): Facts {
  return {
    events: [
      event('evt_1', 'effect'),
      event('evt_2', 'effect'),
      event('evt_3', 'effect'),
      event('evt_dead', 'dead-letter'),
      event('evt_redriven', 'dead-letter'),
    ],
    attempts: [
      delivery('evt_1'),
      { ...delivery('evt_2'), status: null },
      delivery('evt_2'),
      delivery('evt_3'),
      { ...delivery('evt_3'), purpose: 'repeat', answer: 'duplicate' },
      delivery('evt_dead'),
      delivery('evt_redriven'),
      refused('forged', 401),
      refused('tampered', 401),
      refused('unsigned', 401),
      refused('stale', 401),
      refused('malformed', 400),
      refused('too-large', 413),
      refused('unknown-provider', 404),
    ],
    effects: [
      effect('evt_1', 'ch_1'),
      effect('evt_2', 'ch_2'),
      { ...effect('evt_3', 'ch_3'), eventType: 'push', kind: 'usage', startedAt: 5020 },
      effect('evt_redriven', 'ch_4'),
    ],
    circuit: [
      { pid: 11, from: 'CLOSED', to: 'OPEN', at: 2000, reason: 'threshold' },
      { pid: 11, from: 'OPEN', to: 'HALF_OPEN', at: 3000, reason: 'reset-timeout' },
      { pid: 11, from: 'HALF_OPEN', to: 'OPEN', at: 3100, reason: 'probe-failed' },
      { pid: 11, from: 'OPEN', to: 'HALF_OPEN', at: 4100, reason: 'reset-timeout' },
      { pid: 11, from: 'HALF_OPEN', to: 'CLOSED', at: 4200, reason: 'recovered' },
    ],
    starts: [
      { pid: 10, at: 1000 },
      { pid: 11, at: 1500 },
    ],
    requests: ['evt_1', 'evt_2', 'evt_2', 'evt_3', 'evt_dead', 'evt_redriven', 'evt_redriven'].map(
      (id, index) => ({
        at: 1000 + index,
        idempotencyKey: id,
        reference: id,
        outcome: index === 1 ? 'lost' : 'made',
      }),
    ),
    charges: [
      { id: 'ch_1', idempotencyKey: 'evt_1', reference: 'evt_1' },
      { id: 'ch_2', idempotencyKey: 'evt_2', reference: 'evt_2' },
      { id: 'ch_3', idempotencyKey: 'evt_3', reference: 'evt_3' },
      { id: 'ch_4', idempotencyKey: 'evt_redriven', reference: 'evt_redriven' },
    ],
    deadLetters: [{ eventId: 'evt_dead', error: 'declined', traceId: 'a'.repeat(32), historyLength: 1 }],
    deadLettersBeforeRedrive: ['evt_dead', 'evt_redriven'].map((eventId) => ({
      eventId,
      error: 'declined',
      traceId: 'a'.repeat(32),
      historyLength: 1,
    })),
    unfinishedJobs: 0,
    kills: [{ pid: 10, at: 1400, activeJobs: 5, chargedNotRecorded: 2 }],
    stopCode: 0,
    trace: {
      traceId: 'b'.repeat(32),
      eventId: 'evt_1',
      stages: { request: true, enqueue: true, worker: true, database: true, 'outgoing call': true },
      spanCount: 6,
      logLines: ['{"msg":"effect recorded"}'],
    },
    leaks: [],
  };
}

function event(eventId: string, expectation: 'effect' | 'dead-letter'): Facts['events'][number] {
  return {
    eventId,
    provider: 'standard',
    eventType: 'payment.requested',
    expectation,
    declinedCustomer: null,
    acceptedAt: 1000,
  };
}

function delivery(eventId: string): AttemptFact {
  return {
    eventId,
    purpose: 'delivery',
    sentAt: 1000,
    durationMs: 4,
    expectedStatus: 200,
    status: 200,
    answer: 'queued',
    errorCode: null,
  };
}

function refused(purpose: AttemptFact['purpose'], status: number): AttemptFact {
  const eventId = `bad_${purpose}`;
  return {
    ...delivery(eventId),
    purpose,
    status,
    expectedStatus: status,
    answer: null,
    errorCode: 'REFUSED',
  };
}

function effect(eventId: string, chargeId: string): EffectFact {
  return {
    eventId,
    eventType: 'payment.requested',
    kind: 'charge',
    chargeId,
    attempt: 1,
    receivedAt: 5000,
    startedAt: 5010,
    recordedAt: 5050,
    traceId: 'b'.repeat(32),
  };
}
