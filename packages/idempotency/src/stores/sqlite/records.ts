import { IdempotencySchemaVersionError } from '../../errors.ts';
import { readScalar, type SqliteDatabase } from '../../transaction/sqlite-database.ts';
import { outcomeOf } from '../record.ts';
import type { ClaimOutcome, ClaimRequest, Lease } from '../store.ts';
import { type PurgeBatch, preparePurge } from './purge.ts';

const SCHEMA_VERSION = 1;

const CREATE_TABLES = `
  CREATE TABLE IF NOT EXISTS holdfast_idempotency_schema (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS holdfast_idempotency (
    key TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    owner TEXT NOT NULL,
    token INTEGER NOT NULL,
    takeovers INTEGER NOT NULL,
    claimed_at INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    result BLOB
  ) STRICT;
  CREATE INDEX IF NOT EXISTS holdfast_idempotency_by_end ON holdfast_idempotency (expires_at);
  INSERT INTO holdfast_idempotency_schema (id, version) VALUES (1, ${SCHEMA_VERSION}) ON CONFLICT (id) DO NOTHING;
`;

const FIND =
  'SELECT fingerprint, owner, lease_until AS leaseUntil, expires_at AS expiresAt, result FROM holdfast_idempotency WHERE key = ?';

/** One statement, so that of two that race for a key exactly one gets it. */
const CLAIM = `
  INSERT INTO holdfast_idempotency AS held
    (key, fingerprint, owner, token, takeovers, claimed_at, lease_until, expires_at)
  VALUES (:key, :fingerprint, :owner, :now * 1000, 0, :now, :now + :leaseMs, :now + max(:ttlMs, :leaseMs))
  ON CONFLICT (key) DO UPDATE SET
    takeovers = CASE WHEN held.expires_at <= excluded.claimed_at THEN 0
                     WHEN held.owner = excluded.owner THEN held.takeovers ELSE held.takeovers + 1 END,
    token = CASE WHEN held.owner = excluded.owner THEN held.token ELSE max(held.token + 1, excluded.token) END,
    fingerprint = excluded.fingerprint, owner = excluded.owner, claimed_at = excluded.claimed_at,
    lease_until = excluded.lease_until, expires_at = excluded.expires_at, result = NULL
  WHERE held.expires_at <= excluded.claimed_at
    OR (held.result IS NULL AND held.owner = excluded.owner)
    OR (:takeOver AND held.result IS NULL AND held.lease_until <= excluded.claimed_at
        AND held.fingerprint = excluded.fingerprint)
  RETURNING token, takeovers`;

const OWNED = 'WHERE key = ? AND owner = ?';
const COMPLETE = `UPDATE holdfast_idempotency SET result = ?, expires_at = ? ${OWNED} AND result IS NULL`;
/** For a caller whose placeholders have numbers. */
export const COMPLETE_IN: string = `UPDATE holdfast_idempotency SET result = $1, expires_at = $2 WHERE key = $3 AND owner = $4 AND result IS NULL`;
const RESULT = `SELECT result FROM holdfast_idempotency ${OWNED} AND result IS NOT NULL`;
const RENEW = `UPDATE holdfast_idempotency SET lease_until = ?, expires_at = max(expires_at, ?) ${OWNED} AND result IS NULL`;
const RELEASE = `DELETE FROM holdfast_idempotency ${OWNED} AND result IS NULL`;
interface Row {
  readonly fingerprint: string;
  readonly owner: string;
  readonly leaseUntil: number;
  readonly expiresAt: number;
  readonly result: Uint8Array | null;
}

interface Claimed {
  readonly token: number;
  readonly takeovers: number;
}

/** The statements of one connection. */
export interface SqliteRecords {
  find(key: string): Row | undefined;
  claim(request: ClaimRequest, now: number): Claimed | undefined;
  complete(lease: Lease, result: Uint8Array, expiresAt: number): boolean;
  resultOf(lease: Lease): Uint8Array | undefined;
  renew(lease: Lease, leaseUntil: number): boolean;
  release(lease: Lease): boolean;
  readonly purge: PurgeBatch;
}

const recordsOf = new WeakMap<SqliteDatabase, SqliteRecords>();

/** @throws IdempotencySchemaVersionError when a newer version of this package made the tables */
export function sqliteRecordsOf(db: SqliteDatabase): SqliteRecords {
  let records = recordsOf.get(db);
  if (records === undefined) {
    records = prepare(db);
    recordsOf.set(db, records);
  }
  return records;
}

function prepare(db: SqliteDatabase): SqliteRecords {
  db.exec(CREATE_TABLES);
  const found = Number(readScalar(db, 'SELECT version FROM holdfast_idempotency_schema'));
  if (found > SCHEMA_VERSION) throw new IdempotencySchemaVersionError(found, SCHEMA_VERSION);
  const find = db.prepare(FIND);
  const claim = db.prepare(CLAIM);
  const complete = db.prepare(COMPLETE);
  const result = db.prepare(RESULT);
  const renew = db.prepare(RENEW);
  const release = db.prepare(RELEASE);
  return {
    find: (key) => find.get(key) as Row | undefined,
    claim: ({ takeOver, ...request }, now) =>
      claim.get({ ...request, takeOver: takeOver ? 1 : 0, now }) as Claimed | undefined,
    complete: ({ key, owner }, bytes, expiresAt) =>
      complete.run(asBuffer(bytes), expiresAt, key, owner).changes > 0,
    resultOf: ({ key, owner }) => (result.get(key, owner) as { result: Uint8Array } | undefined)?.result,
    renew: ({ key, owner }, leaseUntil) => renew.run(leaseUntil, leaseUntil, key, owner).changes > 0,
    release: ({ key, owner }) => release.run(key, owner).changes > 0,
    purge: preparePurge(db),
  };
}

/** What stands in the way of a claim. A replay needs no more than this: it only reads, and waits for no writer. */
export function findIn(records: SqliteRecords, request: ClaimRequest, now: number): ClaimOutcome | undefined {
  return refusal(records.find(request.key), request, now);
}

/** Inside a transaction that holds the lock for writing. */
export function claimIn(records: SqliteRecords, request: ClaimRequest, now: number): ClaimOutcome {
  const before = findIn(records, request, now);
  if (before !== undefined) return before;
  const claimed = records.claim(request, now);
  if (claimed === undefined)
    throw new Error('A claim was refused by a record that nobody else can have written.');
  return { status: 'claimed', token: claimed.token, takenOver: claimed.takeovers > 0 };
}

function refusal(row: Row | undefined, request: ClaimRequest, now: number): ClaimOutcome | undefined {
  if (row === undefined || row.expiresAt <= now) return undefined;
  if (row.owner === request.owner && row.result === null) return undefined;
  const outcome = outcomeOf(row, request, now);
  if (outcome.status === 'completed') return { ...outcome, leftMs: row.expiresAt - now };
  return outcome.status === 'expired' && request.takeOver ? undefined : outcome;
}

/** better-sqlite3 binds Buffers, and no other views of bytes. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
