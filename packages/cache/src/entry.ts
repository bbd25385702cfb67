/** How long a value may be given out, in ms from its making. */
export interface Lifetime {
  /** Fresh for so long. */
  readonly ttl: number;
  /** And for so long after that while a new one is loaded. */
  readonly staleWhileRevalidateMs: number;
  /** And for so long after the first when a new one cannot be loaded. */
  readonly staleIfErrorMs: number;
}

/** A value in the memory of this process. Times are those of the clock's `now()`. */
export interface Entry {
  /** What the codec keeps of the value. */
  readonly kept: unknown;
  readonly sizeBytes: number;
  readonly storedAt: number;
  readonly freshUntil: number;
  /** Until when it may be given out while a new one is loaded. */
  readonly staleUntil: number;
  /** Until when it may be given out when a new one cannot be loaded. */
  readonly errorUntil: number;
  /** After a failed load: no other is begun before. */
  retryAt: number;
}

export function createEntry(kept: unknown, sizeBytes: number, storedAt: number, lifetime: Lifetime): Entry {
  const freshUntil = storedAt + lifetime.ttl;
  return {
    kept,
    sizeBytes,
    storedAt,
    freshUntil,
    staleUntil: freshUntil + lifetime.staleWhileRevalidateMs,
    errorUntil: freshUntil + lifetime.staleIfErrorMs,
    retryAt: 0,
  };
}

/** When an entry is of no use to anybody. */
export function uselessFrom({ staleUntil, errorUntil }: Entry): number {
  return Math.max(staleUntil, errorUntil);
}

const VERSION = 1;
const HEADER_BYTES = 1 + 4 * 8;

/** As it is kept outside of this process: version, wall time of its making, the three spans, the value. */
export function encodeEntry(payload: Uint8Array, storedAtWall: number, entry: Entry): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + payload.byteLength);
  bytes.writeUInt8(VERSION, 0);
  bytes.writeDoubleBE(storedAtWall, 1);
  bytes.writeDoubleBE(entry.freshUntil - entry.storedAt, 9);
  bytes.writeDoubleBE(entry.staleUntil - entry.freshUntil, 17);
  bytes.writeDoubleBE(entry.errorUntil - entry.freshUntil, 25);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

export interface DecodedEntry {
  readonly payload: Buffer;
  readonly storedAtWall: number;
  readonly lifetime: Lifetime;
}

/** @returns undefined for what another version wrote */
export function decodeEntry(bytes: Uint8Array): DecodedEntry | undefined {
  if (bytes.byteLength < HEADER_BYTES || bytes[0] !== VERSION) return undefined;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    payload: view.subarray(HEADER_BYTES),
    storedAtWall: view.readDoubleBE(1),
    lifetime: {
      ttl: view.readDoubleBE(9),
      staleWhileRevalidateMs: view.readDoubleBE(17),
      staleIfErrorMs: view.readDoubleBE(25),
    },
  };
}
