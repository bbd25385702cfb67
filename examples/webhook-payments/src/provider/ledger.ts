import Database from 'better-sqlite3';

/** How one request to the stand-in ended. `lost`: the charge was made, the answer never sent. */
export type RequestOutcome =
  | 'made'
  | 'replayed'
  | 'declined'
  | 'invalid'
  | 'unauthorized'
  | 'unavailable'
  | 'hung'
  | 'lost';

/** What is asked of the provider. `reference` is the caller's own name for the reason of the charge. */
export interface ChargeRequest {
  kind: string;
  reference: string;
  customer: string;
  amountCents: number;
  currency: string;
}

export interface Charge extends ChargeRequest {
  id: string;
}

/** The provider's own record: every request, repeated keys included, and every charge that was made. */
export interface Ledger {
  recordRequest(entry: RequestEntry): void;
  chargeUnder(idempotencyKey: string): Charge | undefined;
  makeCharge(idempotencyKey: string, request: ChargeRequest): Charge;
  close(): void;
}

export interface RequestEntry {
  idempotencyKey: string | undefined;
  reference: string | undefined;
  outcome: RequestOutcome;
  status: number | undefined;
  traceparent: string | undefined;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS requests (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    idempotency_key TEXT,
    reference TEXT,
    outcome TEXT NOT NULL,
    status INTEGER,
    traceparent TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS charges (
    id TEXT PRIMARY KEY,
    idempotency_key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    reference TEXT NOT NULL,
    customer TEXT NOT NULL,
    amount_cents INTEGER NOT NULL,
    currency TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
`;

export function openLedger(file: string): Ledger {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  // A stand-in that nobody kills may leave the last commits to the operating system.
  db.pragma('synchronous = NORMAL');
  db.exec(SCHEMA);
  const insertRequest = db.prepare(
    'INSERT INTO requests (at, idempotency_key, reference, outcome, status, traceparent) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const selectCharge = db.prepare<[string], Charge>(
    `SELECT id, kind, reference, customer, amount_cents AS amountCents, currency
     FROM charges WHERE idempotency_key = ?`,
  );
  const countCharges = db.prepare<[], number>('SELECT count(*) FROM charges').pluck();
  const insertCharge = db.prepare(
    `INSERT INTO charges (id, idempotency_key, kind, reference, customer, amount_cents, currency, at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  return {
    recordRequest: ({ idempotencyKey, reference, outcome, status, traceparent }) => {
      insertRequest.run(
        Date.now(),
        idempotencyKey ?? null,
        reference ?? null,
        outcome,
        status ?? null,
        traceparent ?? null,
      );
    },
    chargeUnder: (idempotencyKey) => selectCharge.get(idempotencyKey),
    makeCharge: (idempotencyKey, request) => {
      const id = `ch_${String((countCharges.get() ?? 0) + 1).padStart(6, '0')}`;
      const { kind, reference, customer, amountCents, currency } = request;
      insertCharge.run(id, idempotencyKey, kind, reference, customer, amountCents, currency, Date.now());
      return { id, ...request };
    },
    close: () => {
      db.close();
    },
  };
}
