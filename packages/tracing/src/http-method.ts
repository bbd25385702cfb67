const KNOWN = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'QUERY',
]);

/** A method that is known, else `_OTHER`: anyone can send any word. */
export function clampMethod(method: string): string {
  return KNOWN.has(method) ? method : '_OTHER';
}
