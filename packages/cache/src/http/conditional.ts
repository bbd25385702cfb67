import type { IncomingHttpHeaders } from 'node:http';
import type { StoredResponse } from './stored-response.ts';

/** Headers that a 304 repeats (RFC 9110 section 15.4.5). */
export const HEADERS_OF_304: ReadonlySet<string> = new Set([
  'cache-control',
  'content-location',
  'date',
  'etag',
  'expires',
  'last-modified',
  'vary',
]);

/** Whether the client has this very answer already (RFC 9110 section 13.2.2). */
export function isNotModified(
  headers: IncomingHttpHeaders,
  { status, headers: stored }: Pick<StoredResponse, 'status' | 'headers'>,
): boolean {
  if (status !== 200) return false;
  const wanted = headers['if-none-match'];
  if (wanted !== undefined) return matches(wanted, stored['etag']);
  const since = headers['if-modified-since'];
  const modified = stored['last-modified'];
  if (since === undefined || typeof modified !== 'string') return false;
  return Date.parse(modified) <= Date.parse(since);
}

/** The weak comparison (RFC 9110 section 8.8.3.2). */
function matches(wanted: string, etag: unknown): boolean {
  if (typeof etag !== 'string') return false;
  if (wanted.trim() === '*') return true;
  const opaque = etag.replace(/^W\//, '');
  for (const [, tag] of wanted.matchAll(/(?:W\/)?("[^"]*")/g)) if (tag === opaque) return true;
  return false;
}
