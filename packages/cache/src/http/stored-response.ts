import type { Kept, ValueCodec } from '../value-codec.ts';

/** A whole answer as it is given again. */
export interface StoredResponse {
  readonly kind: 'response';
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

/** Kept under the key of a request whose answers differ by headers of the request (RFC 9110 section 12.5.5). */
export interface VaryRecord {
  readonly kind: 'vary';
  /** In lower case, sorted. */
  readonly names: readonly string[];
  /** In the keys of the answers: a new record leaves the answers of the one before behind. */
  readonly nonce: string;
}

export type HttpEntry = StoredResponse | VaryRecord;

/** Nothing changes an entry once it is made, so all requests share it. */
export const httpCodec: ValueCodec<HttpEntry> = {
  keep: (entry): Kept => ({ kept: entry, sizeBytes: sizeOf(entry) }),
  give: (kept) => kept as HttpEntry,
  encode(kept) {
    const { head, body } = split(kept as HttpEntry);
    const json = Buffer.from(JSON.stringify(head));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(json.length);
    return Buffer.concat([length, json, body]);
  },
  decode(bytes) {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = 4 + view.readUInt32BE(0);
    const head = JSON.parse(view.toString('utf8', 4, end)) as Omit<StoredResponse, 'body'> | VaryRecord;
    const entry: HttpEntry = head.kind === 'vary' ? head : { ...head, body: Buffer.from(view.subarray(end)) };
    return { kept: entry, sizeBytes: sizeOf(entry) };
  },
};

function split(entry: HttpEntry): { head: object; body: Buffer } {
  if (entry.kind === 'vary') return { head: entry, body: Buffer.alloc(0) };
  const { body, ...head } = entry;
  return { head, body };
}

function sizeOf(entry: HttpEntry): number {
  if (entry.kind === 'vary') return entry.names.join().length * 2 + 64;
  let size = entry.body.length + 64;
  for (const [name, value] of Object.entries(entry.headers)) size += (name.length + String(value).length) * 2;
  return size;
}
