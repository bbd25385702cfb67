import { deserialize, serialize } from 'node:v8';

/** How values are kept so that what one caller does to a value shows to no other. */
export interface ValueCodec<V> {
  /** @throws when the value cannot be copied */
  keep(value: V): Kept;
  give(kept: unknown): V;
  encode(kept: unknown): Uint8Array;
  /** @throws when the bytes are not a value */
  decode(bytes: Uint8Array): Kept;
}

export interface Kept {
  readonly kept: unknown;
  readonly sizeBytes: number;
}

/** Each caller gets a copy, as `structuredClone` makes it. What cannot change is given as it is. */
export function copyingCodec<V>(): ValueCodec<V> {
  return {
    keep(value) {
      if (isPrimitive(value)) return { kept: value, sizeBytes: sizeOfPrimitive(value) };
      const bytes = serialize(value);
      return { kept: bytes, sizeBytes: bytes.byteLength };
    },
    // Only bytes of `keep` and `decode` are objects here.
    give: (kept) => (isPrimitive(kept) ? kept : deserialize(kept as Buffer)) as V,
    encode: (kept) => (isPrimitive(kept) ? serialize(kept) : (kept as Buffer)),
    decode(bytes) {
      deserialize(bytes);
      return { kept: Buffer.from(bytes), sizeBytes: bytes.byteLength };
    },
  };
}

/** All callers get one copy that nobody can change. */
export function frozenCodec<V>(): ValueCodec<V> {
  const decode = (bytes: Uint8Array): Kept => ({
    kept: deepFreeze(deserialize(bytes)),
    sizeBytes: bytes.byteLength,
  });
  return {
    keep: (value) => decode(serialize(value)),
    give: (kept) => kept as V,
    encode: (kept) => serialize(kept),
    decode,
  };
}

function isPrimitive(value: unknown): boolean {
  return (
    value === null || (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol')
  );
}

function sizeOfPrimitive(value: unknown): number {
  return typeof value === 'string' ? value.length * 2 : 8;
}

/** Plain objects and arrays, however deep. @throws TypeError for a Map, Date or typed array, which stay changeable */
function deepFreeze(root: unknown): unknown {
  const waiting = [root];
  for (let value = waiting.pop(); waiting.length > 0 || value !== undefined; value = waiting.pop()) {
    if (typeof value !== 'object' || value === null || Object.isFrozen(value)) continue;
    const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
    if (!isPlain) {
      throw new TypeError(`a ${value.constructor.name} cannot be frozen; use share: 'copy' or plain data`);
    }
    Object.freeze(value);
    waiting.push(...Object.values(value));
  }
  return root;
}
