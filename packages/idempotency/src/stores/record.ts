import { randomBytes } from 'node:crypto';
import { IdempotencyOptionError } from '../errors.ts';
import type { ClaimOutcome, ClaimRequest, StorePurgeOptions } from './store.ts';

/** A record as a store reads it. */
export interface StoredRecord {
  readonly fingerprint: string;
  readonly leaseUntil: number;
  readonly result: Uint8Array | null;
}

/** What a claim is answered when the record is there and was not taken. */
export function outcomeOf(record: StoredRecord, request: ClaimRequest, now: number): ClaimOutcome {
  const { fingerprint, leaseUntil, result } = record;
  if (fingerprint !== request.fingerprint) return { status: 'mismatch' };
  if (result !== null) return { status: 'completed', result };
  if (leaseUntil <= now) return { status: 'expired' };
  return { status: 'in-flight', retryAfterMs: leaseUntil - now };
}

/** A fencing token: later claims of a key have a larger one, also after its record was removed. */
export function nextToken(now: number, previous = 0): number {
  return Math.max(previous + 1, now * 1000);
}

export function newOwner(): string {
  return randomBytes(12).toString('base64url');
}

export const PURGE_LIMIT = 100;
const LARGEST_PURGE = 10_000;

/** @throws IdempotencyOptionError */
export function purgeLimit({ limit = PURGE_LIMIT }: StorePurgeOptions = {}): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= LARGEST_PURGE) return limit;
  throw new IdempotencyOptionError(
    'limit',
    `purge: limit is ${limit}; it must be an integer from 1 to ${LARGEST_PURGE}.`,
  );
}
