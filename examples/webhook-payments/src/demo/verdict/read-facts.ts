import Database from 'better-sqlite3';
import type { Workspace } from '../workspace.ts';
import type { Facts } from './facts.ts';

export type StoredFacts = Pick<
  Facts,
  'events' | 'attempts' | 'effects' | 'circuit' | 'starts' | 'requests' | 'charges'
>;

/** Reads what the three databases hold. */
export function readStoredFacts(workspace: Workspace): StoredFacts {
  return {
    ...readDeliveries(workspace.deliveriesFile),
    ...readBusiness(workspace.businessFile),
    ...readProvider(workspace.providerFile),
  };
}

function readDeliveries(file: string): Pick<Facts, 'events' | 'attempts'> {
  return reading(file, (all) => ({
    events: all(
      `SELECT event_id AS eventId, provider, event_type AS eventType, expectation,
         declined_customer AS declinedCustomer, accepted_at AS acceptedAt FROM events`,
    ),
    attempts: all(
      `SELECT event_id AS eventId, purpose, sent_at AS sentAt, duration_ms AS durationMs,
         expected_status AS expectedStatus, status, answer, error_code AS errorCode FROM attempts ORDER BY id`,
    ),
  }));
}

function readBusiness(file: string): Pick<Facts, 'effects' | 'circuit' | 'starts'> {
  return reading(file, (all) => ({
    effects: all(
      `SELECT event_id AS eventId, event_type AS eventType, kind, charge_id AS chargeId, attempt, received_at AS receivedAt,
         started_at AS startedAt, recorded_at AS recordedAt, trace_id AS traceId FROM effects ORDER BY id`,
    ),
    circuit: all(
      'SELECT pid, from_state AS "from", to_state AS "to", at, reason FROM circuit_changes ORDER BY id',
    ),
    starts: all('SELECT pid, at FROM starts ORDER BY at'),
  }));
}

function readProvider(file: string): Pick<Facts, 'requests' | 'charges'> {
  return reading(file, (all) => ({
    requests: all(
      'SELECT at, idempotency_key AS idempotencyKey, reference, outcome FROM requests ORDER BY id',
    ),
    charges: all('SELECT id, idempotency_key AS idempotencyKey, reference FROM charges'),
  }));
}

type All = <T>(sql: string) => T[];

function reading<T>(file: string, read: (all: All) => T): T {
  const db = new Database(file, { fileMustExist: true });
  try {
    return read(<Row>(sql: string) => db.prepare<[], Row>(sql).all());
  } finally {
    db.close();
  }
}
