import { createHash } from 'node:crypto';
import { InputTooLargeError } from '../errors.ts';
import { canonicalJson } from './canonical-json.ts';

/**
 * The name of a record: a hash over all parts, each with its length before it, so that no two lists of parts can be
 * taken for one another and nothing of them can be read in the store.
 */
export function recordKey(parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('base64url');
}

/**
 * What a request asks for, as a hash: bytes as they are, everything else as canonical JSON.
 * @throws InputTooLargeError
 * @throws UncanonicalInputError
 */
export function fingerprintOf(head: string, input: unknown, maxBytes: number): string {
  const hash = createHash('sha256').update(`${head.length}:`).update(head);
  if (input instanceof Uint8Array) {
    if (input.byteLength > maxBytes) throw new InputTooLargeError(maxBytes);
    return hash.update('bytes:').update(input).digest('base64url');
  }
  if (input === undefined) return hash.update('none:').digest('base64url');
  return hash.update('json:').update(canonicalJson(input, maxBytes)).digest('base64url');
}
