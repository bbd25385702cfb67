/**
 * Writes protobuf into one growing buffer. The length of a nested message is written once it is known, behind room
 * for the longest one, which closes up.
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export interface WireWriter {
  string(field: number, text: string): void;
  /** Hex digits as the bytes they stand for. */
  hex(field: number, digits: string): void;
  double(field: number, value: number): void;
  /** A count, up to 2^53, as fixed64. */
  fixed64(field: number, value: number): void;
  /** Seconds and nanoseconds since the epoch as nanoseconds in a fixed64. */
  time(field: number, time: readonly [seconds: number, nanos: number]): void;
  varint(field: number, value: number): void;
  packedFixed64(field: number, values: readonly number[]): void;
  packedDoubles(field: number, values: readonly number[]): void;
  /** What `write` writes is one nested message. */
  message(field: number, write: () => void): void;
  /** What was written. */
  finish(): Uint8Array;
}

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const WORD = 0x1_0000_0000;
/** Enough for 256 MiB. */
const LONGEST_LENGTH = 4;

export function createWireWriter(capacity: number): WireWriter {
  let bytes: Buffer = Buffer.allocUnsafeSlow(capacity);
  let at = 0;

  function reserve(count: number): void {
    if (at + count <= bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(at + count, bytes.length * 2));
    larger.set(bytes.subarray(0, at));
    bytes = larger;
  }

  function number(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes[at++] = (rest % 0x80) | 0x80;
    bytes[at++] = rest;
  }

  function begin(field: number, type: number, count: number): void {
    reserve(count + 20);
    number(field * 8 + type);
  }

  function word64(value: number): void {
    bytes.writeUInt32LE(value % WORD, at);
    bytes.writeUInt32LE(Math.floor(value / WORD), at + 4);
    at += 8;
  }

  return {
    string(field, text) {
      const length = Buffer.byteLength(text);
      begin(field, LENGTH_DELIMITED, length);
      number(length);
      at += bytes.write(text, at);
    },
    hex(field, digits) {
      begin(field, LENGTH_DELIMITED, digits.length);
      number(digits.length / 2);
      at += bytes.write(digits, at, 'hex');
    },
    double(field, value) {
      begin(field, FIXED64, 8);
      at = bytes.writeDoubleLE(value, at);
    },
    fixed64(field, value) {
      begin(field, FIXED64, 8);
      word64(value);
    },
    time(field, [seconds, nanos]) {
      begin(field, FIXED64, 8);
      at = bytes.writeBigUInt64LE(BigInt(seconds) * 1_000_000_000n + BigInt(nanos), at);
    },
    varint(field, value) {
      begin(field, VARINT, 10);
      number(value);
    },
    packedFixed64(field, values) {
      begin(field, LENGTH_DELIMITED, values.length * 8);
      number(values.length * 8);
      for (const value of values) word64(value);
    },
    packedDoubles(field, values) {
      begin(field, LENGTH_DELIMITED, values.length * 8);
      number(values.length * 8);
      for (const value of values) at = bytes.writeDoubleLE(value, at);
    },
    message(field, write) {
      begin(field, LENGTH_DELIMITED, LONGEST_LENGTH);
      const lengthAt = at;
      at += LONGEST_LENGTH;
      write();
      const end = at;
      at = lengthAt;
      number(end - lengthAt - LONGEST_LENGTH);
      bytes.copyWithin(at, lengthAt + LONGEST_LENGTH, end);
      at += end - lengthAt - LONGEST_LENGTH;
    },
    finish: () => bytes.subarray(0, at),
  };
}
