/** What the header of the key says: a key, or why there is none. */
export type KeyHeader =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'invalid'; readonly reason: string };

const LONGEST_KEY = 255;
/** A string of structured fields: printable ASCII in quotes, with only quote and backslash escaped. */
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;
/** What clients send without quotes. A comma would be two headers that a proxy has joined. */
const BARE = /^[\x21\x23-\x2b\x2d-\x7e][\x21-\x2b\x2d-\x7e]*$/;

/**
 * Reads the values of the header, one for each time that it was sent: `abc` and `"abc"` are the same key.
 * @see https://www.rfc-editor.org/rfc/rfc9651 section 3.3.3
 */
export function readKeyHeader(values: readonly string[]): KeyHeader {
  const [value, second] = values;
  if (value === undefined) return { kind: 'missing' };
  if (second !== undefined) return invalid('was sent more than once');
  const trimmed = value.replace(/^[ \t]+|[ \t]+$/g, '');
  const quoted = QUOTED.exec(trimmed)?.[1]?.replace(/\\(["\\])/g, '$1');
  const key = quoted ?? (BARE.test(trimmed) ? trimmed : undefined);
  if (trimmed === '' || key === '') return invalid('is empty');
  if (key === undefined) return invalid('is not a string of printable ASCII characters');
  if (key.length > LONGEST_KEY) return invalid(`has more than ${LONGEST_KEY} characters`);
  return { kind: 'key', key };
}

function invalid(reason: string): KeyHeader {
  return { kind: 'invalid', reason };
}
