import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 16_384;
const pool = Buffer.allocUnsafeSlow(POOL_BYTES);
let offset = POOL_BYTES;

function randomHex(bytes: number): string {
  if (offset + bytes > POOL_BYTES) {
    randomFillSync(pool);
    offset = 0;
  }
  const start = offset;
  offset += bytes;
  return pool.toString('hex', start, offset);
}

/** 16 random bytes as 32 hex digits: a W3C trace id, also used for request ids. */
export function newTraceId(): string {
  return randomHex(16);
}

/** 8 random bytes as 16 hex digits: a W3C span (parent) id. */
export function newSpanId(): string {
  return randomHex(8);
}

const ACCEPTED_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/** Whether an id from outside may be kept: 1 to 128 characters of `[A-Za-z0-9._:-]`. */
export function isAcceptableId(value: unknown): value is string {
  return typeof value === 'string' && ACCEPTED_ID.test(value);
}
