import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 16_384;
const pool = Buffer.allocUnsafeSlow(POOL_BYTES);
let poolOffset = POOL_BYTES;

/** An id is a slice of a text of twice as many digits and keeps it in memory, so that text is short. */
const TEXT_BYTES = 512;
let text = '';
let textOffset = 0;

function randomHex(digits: number): string {
  if (textOffset + digits > text.length) refillText();
  const start = textOffset;
  textOffset += digits;
  return text.slice(start, textOffset);
}

function refillText(): void {
  if (poolOffset === POOL_BYTES) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  const start = poolOffset;
  poolOffset += TEXT_BYTES;
  text = pool.toString('hex', start, poolOffset);
  textOffset = 0;
}

/** 16 random bytes as 32 hex digits: a W3C trace id, also used for request ids. */
export function newTraceId(): string {
  return randomHex(32);
}

/** 8 random bytes as 16 hex digits: a W3C span (parent) id. */
export function newSpanId(): string {
  return randomHex(16);
}

const ACCEPTED_CHARACTERS = /^[A-Za-z0-9._:-]+$/;
const MAX_ID_LENGTH = 128;

/** Whether an id from outside may be kept: 1 to 128 characters of `[A-Za-z0-9._:-]`. */
export function isAcceptableId(value: unknown): value is string {
  // A counted repetition in the pattern would be several times as slow.
  return typeof value === 'string' && value.length <= MAX_ID_LENGTH && ACCEPTED_CHARACTERS.test(value);
}
