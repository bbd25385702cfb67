import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import type { StoredResponse } from '../claim/record-codec.ts';

type Decoder = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>;

const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: promisify(gunzip) as Decoder,
  'x-gzip': promisify(gunzip) as Decoder,
  deflate: promisify(inflate) as Decoder,
  br: promisify(brotliDecompress) as Decoder,
  zstd: promisify(zstdDecompress) as Decoder,
};

/** The body without its content encoding; undefined where that is unknown, broken, or larger than `maxBytes`. */
export async function decodedBody(
  { headers, body }: StoredResponse,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding === 'identity' || body.length === 0) return body;
  const decode = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined;
  return decode?.(body, { maxOutputLength: Math.max(1, maxBytes) }).catch(() => undefined);
}
