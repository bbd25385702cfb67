import { createHash } from 'node:crypto';

/** A longer id is replaced by its hash, so that a sender cannot fill the store with keys. */
const MAX_ENCODED_LENGTH = 256;

/**
 * The id of the job for an event: `<provider>.<event id>`, whatever is not a letter, digit, `_` or `-` written as
 * `%XX` or `%uXXXX` for each UTF-16 unit. So two events never share an id, two providers never either, and BullMQ,
 * which refuses `:` and bare numbers, takes every one. An id over 256 characters becomes `<provider>.~<sha256>`.
 */
export function jobIdOf(provider: string, eventId: string): string {
  return `${bounded(encode(provider))}.${bounded(encode(eventId))}`;
}

/**
 * The id of a job for an id of the application, in the same alphabet; what would be a bare number, which BullMQ
 * refuses, has its first character written as `%XX`.
 */
export function plainJobId(id: string): string {
  const encoded = bounded(encode(id));
  return /^-?\d+$/.test(encoded) ? encodeUnit(encoded) + encoded.slice(1) : encoded;
}

function encode(text: string): string {
  return text.replace(/[^A-Za-z0-9_-]/g, encodeUnit);
}

function encodeUnit(unit: string): string {
  const code = unit.charCodeAt(0);
  return code < 256 ? `%${hex(code, 2)}` : `%u${hex(code, 4)}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).toUpperCase().padStart(digits, '0');
}

function bounded(encoded: string): string {
  if (encoded.length <= MAX_ENCODED_LENGTH) return encoded;
  return `~${createHash('sha256').update(encoded).digest('hex')}`;
}
