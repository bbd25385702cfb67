import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runOnce } from '@holdfast/idempotency';
import { TracedDatabase } from '@holdfast/tracing/sqlite';
import Database from 'better-sqlite3';
import type { Payment, PaymentsDatabase } from './database.ts';
import { DatabaseError } from './errors.ts';

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
  CREATE INDEX IF NOT EXISTS effects_of_event ON effects (provider, event_id);
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
export function openSqliteDatabase(folder: string): PaymentsDatabase {
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
  const find = traced.prepare(
    `SELECT provider, event_id AS eventId, event_type AS eventType, kind, amount_cents AS amountCents, currency,
       charge_id AS chargeId, recorded_at AS recordedAt, trace_id AS traceId
     FROM effects WHERE provider = ? AND event_id = ? ORDER BY id LIMIT 1`,
  );
  const count = db.prepare<[], number>('SELECT count(*) FROM effects').pluck();
  const alive = db.prepare('SELECT 1');
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
    findPayment: (provider, eventId) => find.get(provider, eventId) as Payment | undefined,
    countEffects: () => count.get() ?? 0,
    check: () => void alive.get(),
    close: () => {
      db.close();
    },
  };
}
