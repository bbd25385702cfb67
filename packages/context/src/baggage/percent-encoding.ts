/** What may not stand as it is: controls, space, `"` `,` `;` `\`, all beyond ASCII, and `%` itself. */
const TO_ENCODE = /[^\x21\x23\x24\x26-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]/gu;

export function percentEncode(text: string): string {
  return text.toWellFormed().replace(TO_ENCODE, encodeURIComponent);
}

const ENCODED_OCTETS = /(?:%[0-9a-fA-F]{2})+/g;

/** Octets that are no UTF-8 become U+FFFD; a `%` without two hex digits stays. */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(ENCODED_OCTETS, (octets) =>
    Buffer.from(octets.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}
