import type { Request } from 'express';
import { RequestError } from '../errors.ts';

/** `"7"`: a strong entity tag (RFC 9110 section 8.8.3). */
export function entityTag(version: number): string {
  return `"${version}"`;
}

/**
 * The version on which a change is based. Two clients that change the same order do not undo each other's work: the
 * second one is told to look again.
 * @throws RequestError 428 without `If-Match` (RFC 6585), 412 where it is no tag of ours
 */
export function expectedVersion(req: Request): number {
  const header = req.get('if-match');
  if (header === undefined) {
    throw new RequestError(
      428,
      'ERR_IF_MATCH_REQUIRED',
      'Send the ETag of the order that you have seen as If-Match.',
    );
  }
  const [, version] = /^"(\d{1,15})"$/.exec(header) ?? [];
  if (version === undefined) throw versionChanged();
  return Number(version);
}

export function versionChanged(): RequestError {
  return new RequestError(
    412,
    'ERR_ORDER_CHANGED',
    'The order has changed since. Read it again, and send its new ETag as If-Match.',
  );
}
