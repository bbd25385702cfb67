import Database from 'better-sqlite3';
import type { BadPurpose } from '../senders/bad-input.ts';
import type { WebhookFixture } from '../senders/fixture.ts';

/** `delivery`: what a provider owes us. `repeat`: the same again, though it was accepted. */
export type Purpose = 'delivery' | 'repeat' | BadPurpose;

export interface Attempt {
  eventId: string;
  purpose: Purpose;
  /** Epoch ms. */
  sentAt: number;
  durationMs: number;
  expectedStatus: number;
  /** Null where no answer came. */
  status: number | null;
  /** `queued` or `duplicate`, of an accepted delivery. */
  answer: string | null;
  /** The code of the JSON error body. */
  errorCode: string | null;
}

/** What the webhook providers know: each event, each attempt to deliver it, each answer. */
export interface DeliveryRecord {
  addEvent(fixture: WebhookFixture): void;
  addAttempt(attempt: Attempt): void;
  /** Attempts made so far, of every purpose. */
  countSent(): number;
  /** Events with an answer of 2xx. */
  countAccepted(): number;
  close(): void;
}

const SCHEMA = `
  CREATE TABLE events (
    event_id TEXT PRIMARY KEY,
    provider TEXT NOT NULL,
    event_type TEXT NOT NULL,
    expectation TEXT NOT NULL,
    declined_customer TEXT,
    private_text TEXT,
    accepted_at INTEGER
  ) STRICT;
  CREATE TABLE attempts (
    id INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL,
    purpose TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    duration_ms REAL NOT NULL,
    expected_status INTEGER NOT NULL,
    status INTEGER,
    answer TEXT,
    error_code TEXT
  ) STRICT;
`;

export function openDeliveryRecord(file: string): DeliveryRecord {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = OFF');
  db.exec(SCHEMA);
  const insertEvent = db.prepare(
    `INSERT INTO events (event_id, provider, event_type, expectation, declined_customer, private_text)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const insertAttempt = db.prepare(
    `INSERT INTO attempts (event_id, purpose, sent_at, duration_ms, expected_status, status, answer, error_code)
     VALUES (@eventId, @purpose, @sentAt, @durationMs, @expectedStatus, @status, @answer, @errorCode)`,
  );
  const markAccepted = db.prepare(
    'UPDATE events SET accepted_at = ? WHERE event_id = ? AND accepted_at IS NULL',
  );
  const sent = db.prepare<[], number>('SELECT count(*) FROM attempts').pluck();
  const accepted = db
    .prepare<[], number>('SELECT count(*) FROM events WHERE accepted_at IS NOT NULL')
    .pluck();
  return {
    addEvent: ({ eventId, provider, eventType, expectation, declinedCustomer, privateText }) => {
      insertEvent.run(
        eventId,
        provider,
        eventType,
        expectation,
        declinedCustomer ?? null,
        privateText ?? null,
      );
    },
    addAttempt: (attempt) => {
      insertAttempt.run(attempt);
      if (isAccepted(attempt))
        markAccepted.run(Math.round(attempt.sentAt + attempt.durationMs), attempt.eventId);
    },
    countSent: () => sent.get() ?? 0,
    countAccepted: () => accepted.get() ?? 0,
    close: () => {
      db.close();
    },
  };
}

function isAccepted({ purpose, status }: Attempt): boolean {
  const owed = purpose === 'delivery' || purpose === 'repeat';
  return owed && status !== null && status >= 200 && status < 300;
}
