/** How a result is kept: one line of JSON, then the bytes of the body. */

/** An answer as it is kept and given again. */
export interface StoredResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Uint8Array;
}

export type DecodedRecord =
  | { readonly kind: 'response'; readonly response: StoredResponse }
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'not-replayable' };

const LINE_FEED = 10;
const NO_BYTES = new Uint8Array(0);

export function encodeResponse({ status, headers, body }: StoredResponse): Uint8Array {
  return encode({ v: 1, kind: 'response', status, headers }, body);
}

/** @throws TypeError when JSON cannot hold the value */
export function encodeValue(value: unknown): Uint8Array {
  // JSON has no undefined: such a value is left out, and comes back as undefined.
  return encode({ v: 1, kind: 'value', value }, NO_BYTES);
}

export function encodeNotReplayable(): Uint8Array {
  return encode({ v: 1, kind: 'not-replayable' }, NO_BYTES);
}

function encode(head: object, body: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]);
}

interface Head {
  readonly kind?: unknown;
  readonly status?: unknown;
  readonly headers?: unknown;
  readonly value?: unknown;
}

/** @throws SyntaxError or TypeError when the bytes are not a record of this package */
export function decodeRecord(bytes: Uint8Array): DecodedRecord {
  const end = bytes.indexOf(LINE_FEED);
  if (end < 0) throw new TypeError('A stored record has no head.');
  const head = JSON.parse(Buffer.from(bytes.subarray(0, end)).toString()) as Head;
  if (head.kind === 'not-replayable') return { kind: 'not-replayable' };
  if (head.kind === 'value') return { kind: 'value', value: head.value };
  if (head.kind !== 'response' || typeof head.status !== 'number')
    throw new TypeError('A stored record is of a kind that this version does not know.');
  const headers = head.headers as StoredResponse['headers'];
  return { kind: 'response', response: { status: head.status, headers, body: bytes.subarray(end + 1) } };
}
