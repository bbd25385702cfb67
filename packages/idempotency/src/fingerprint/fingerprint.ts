import { createHash, hash } from 'node:crypto';
import { InputTooLargeError } from '../errors.ts';
import { canonicalJson } from './canonical-json.ts';

/**
 * The name of a record: a hash over all parts, each with its length before it, so that no two lists of parts can be
 * taken for one another and nothing of them can be read in the store.
 */
export function recordKey(parts: readonly string[]): string {
  let text = '';
  for (const part of parts) text += `${part.length}:${part}`;
  return hashOf(text);
}

/**
 * What a request asks for, as a hash: bytes as they are, everything else as canonical JSON.
 * @throws InputTooLargeError
 * @throws UncanonicalInputError
 */
export function fingerprintOf(head: string, input: unknown, maxBytes: number): string {
  const prefix = `${head.length}:${head}`;
  if (input instanceof Uint8Array) {
    if (input.byteLength > maxBytes) throw new InputTooLargeError(maxBytes);
    return createHash('sha256').update(`${prefix}bytes:`).update(input).digest('base64url');
  }
  if (input === undefined) return hashOf(`${prefix}none:`);
  return hashOf(`${prefix}json:${canonicalJson(input, maxBytes)}`);
}

/** In one call: an object that is updated costs several times as much for a text as short as these. */
function hashOf(text: string): string {
  return hash('sha256', text, 'base64url');
}
