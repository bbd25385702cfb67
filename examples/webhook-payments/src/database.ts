import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runOnce } from '@holdfast/idempotency';
import { TracedDatabase } from '@holdfast/tracing/sqlite';
import Database from 'better-sqlite3';
import { DatabaseError } from './errors.ts';

/** What an event has led to, once and for all. */
export interface Effect {
  eventId: string;
  provider: string;
  eventType: string;
  kind: string;
  amountCents: number;
  currency: string;
  /** The payment provider's id for the charge. */
  chargeId: string;
  /** 1-based: the attempt that succeeded. */
  attempt: number;
  /** Epoch ms. */
  receivedAt: number;
  /** Epoch ms: when the attempt that succeeded began. */
  startedAt: number;
  traceId: string | undefined;
}

export interface CircuitChange {
  name: string;
  from: string;
  to: string;
  /** Epoch ms. */
  at: number;
  reason: string;
}

export interface PaymentsDatabase {
  /**
   * Records the effect of an event and the event's id in one transaction.
   * @returns false when the event had its effect before, and nothing was written
   */
  recordEffect(effect: Effect): boolean;
  recordCircuitChange(change: CircuitChange): void;
  countEffects(): number;
  close(): void;
}

/*
 * `effects` has no unique index on event_id, so that the demo can count whether the transaction alone keeps the
 * promise. Add one in a service of your own: it costs little and catches what else may write the table.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS effects (
    id INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    event_type TEXT NOT NULL,
    kind TEXT NOT NULL,
    amount_cents INTEGER NOT NULL,
    currency TEXT NOT NULL,
    charge_id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    trace_id TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS circuit_changes (
    id INTEGER PRIMARY KEY,
    pid INTEGER NOT NULL,
    name TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS starts (pid INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
`;

const BUSY_TIMEOUT_MS = 2000;

/**
 * Opens `payments.db` in the folder, and makes both where they are missing.
 * @throws DatabaseError when it cannot be opened, is locked, or is not a database
 */
export function openDatabase(folder: string): PaymentsDatabase {
  const file = join(folder, 'payments.db');
  let db: Database.Database | undefined;
  try {
    mkdirSync(folder, { recursive: true });
    db = new Database(file, { timeout: BUSY_TIMEOUT_MS });
    db.pragma('journal_mode = WAL');
    // A commit must survive a power cut: the queue forgets the job once it is recorded here.
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    db.exec(SCHEMA);
    // A start that cannot write is found out now, not at the first event.
    db.prepare('INSERT INTO starts (pid, at) VALUES (?, ?)').run(process.pid, Date.now());
    return payments(db);
  } catch (cause) {
    db?.close();
    throw new DatabaseError(file, cause);
  }
}

function payments(db: Database.Database): PaymentsDatabase {
  const traced = new TracedDatabase(db, { includeTraceComments: false });
  const insertEffect = traced.prepare(
    `INSERT INTO effects (event_id, provider, event_type, kind, amount_cents, currency, charge_id, attempt,
       received_at, started_at, recorded_at, trace_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertChange = db.prepare(
    'INSERT INTO circuit_changes (pid, name, from_state, to_state, at, reason) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const count = db.prepare<[], number>('SELECT count(*) FROM effects').pluck();
  return {
    recordEffect: (effect) => {
      const { eventId, provider, eventType, kind, amountCents, currency, chargeId } = effect;
      const { attempt, receivedAt, startedAt, traceId } = effect;
      const what = [eventId, provider, eventType, kind, amountCents, currency, chargeId];
      const when = [attempt, receivedAt, startedAt, Date.now(), traceId ?? null];
      return runOnce(eventId, { db: traced }, () => insertEffect.run(...what, ...when), { scope: provider })
        .ran;
    },
    recordCircuitChange: ({ name, from, to, at, reason }) => {
      insertChange.run(process.pid, name, from, to, Math.round(at), reason);
    },
    countEffects: () => count.get() ?? 0,
    close: () => {
      db.close();
    },
  };
}
