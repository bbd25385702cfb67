/**
 * Writes protobuf by hand, straight into one growing buffer: messages whose length is not known yet get one byte
 * for it, and move up when it takes more.
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class WireWriter {
  bytes: Buffer;
  at = 0;
  readonly #allocate: (bytes: number) => Buffer;

  constructor(capacity: number, allocate = (bytes: number): Buffer => Buffer.allocUnsafeSlow(bytes)) {
    this.bytes = allocate(capacity);
    this.#allocate = allocate;
  }

  /** What was written: a view, valid until the writer is used again. */
  written(): Buffer {
    return this.bytes.subarray(0, this.at);
  }

  varintField(tag: number, value: number): void {
    this.reserve(12);
    this.bytes[this.at++] = tag;
    this.varint(value);
  }

  /** A 64-bit integer with sign, as int64 and its ten bytes for a negative number. */
  int64Field(tag: number, value: number): void {
    if (value >= 0) {
      this.varintField(tag, value);
      return;
    }
    this.reserve(12);
    const { bytes } = this;
    let at = this.at;
    bytes[at++] = tag;
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 0x7fn) {
      bytes[at++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    bytes[at++] = Number(rest);
    this.at = at;
  }

  doubleField(tag: number, value: number): void {
    this.reserve(9);
    this.bytes[this.at++] = tag;
    this.at = this.bytes.writeDoubleLE(value, this.at);
  }

  /** Epoch microseconds as nanoseconds in a fixed64. */
  nanosField(tag: number, microseconds: number): void {
    this.reserve(9);
    const { bytes } = this;
    let at = this.at;
    bytes[at++] = tag;
    const high = Math.floor(microseconds / 0x1_0000_0000);
    const low = (microseconds - high * 0x1_0000_0000) * 1000;
    at = writeWord(bytes, at, low % 0x1_0000_0000);
    this.at = writeWord(bytes, at, high * 1000 + Math.floor(low / 0x1_0000_0000));
  }

  /** A fixed32 whose field number is 16, the only such field of OTLP traces that has a two-byte tag. */
  fixed32Field16(value: number): void {
    this.reserve(6);
    this.bytes[this.at++] = 0x85;
    this.bytes[this.at++] = 0x01;
    this.at = writeWord(this.bytes, this.at, value);
  }

  fixed32Field(tag: number, value: number): void {
    this.reserve(5);
    this.bytes[this.at++] = tag;
    this.at = writeWord(this.bytes, this.at, value);
  }

  /** Lower-case hex digits as the bytes they stand for. */
  hexField(tag: number, hex: string): void {
    const length = hex.length >> 1;
    this.reserve(length + 2);
    const { bytes } = this;
    let at = this.at;
    bytes[at++] = tag;
    bytes[at++] = length;
    for (let i = 0; i < hex.length; i += 2) {
      bytes[at++] = (digit(hex.charCodeAt(i)) << 4) | digit(hex.charCodeAt(i + 1));
    }
    this.at = at;
  }

  bytesField(tag: number, value: Uint8Array): void {
    this.reserve(value.length + 6);
    this.bytes[this.at++] = tag;
    this.varint(value.length);
    this.bytes.set(value, this.at);
    this.at += value.length;
  }

  /** Bytes that are fields already. */
  raw(value: Uint8Array): void {
    this.reserve(value.length);
    this.bytes.set(value, this.at);
    this.at += value.length;
  }

  stringField(tag: number, text: string): void {
    const { length } = text;
    this.reserve(length * 3 + 6);
    const { bytes } = this;
    const tagAt = this.at;
    let at = tagAt;
    bytes[at++] = tag;
    if (length < 128) {
      bytes[at++] = length;
      let i = 0;
      for (; i < length; i++) {
        const code = text.charCodeAt(i);
        if (code > 0x7f) break;
        bytes[at++] = code;
      }
      if (i === length) {
        this.at = at;
        return;
      }
    }
    this.at = tagAt + 1;
    this.varint(Buffer.byteLength(text));
    this.at += bytes.write(text, this.at);
  }

  /**
   * A `KeyValue` with a string value, when both are ASCII and short enough for lengths of one byte: what nearly every
   * attribute is, written in one go.
   * @returns whether it was written; if not, nothing has changed
   */
  shortPair(tag: number, key: string, value: string): boolean {
    const keyLength = key.length;
    const valueLength = value.length;
    if (keyLength + valueLength > 121) return false;
    this.reserve(keyLength + valueLength + 8);
    const { bytes } = this;
    let at = this.at;
    bytes[at++] = tag;
    bytes[at++] = keyLength + valueLength + 6;
    bytes[at++] = 0x0a;
    bytes[at++] = keyLength;
    let seen = 0;
    for (let i = 0; i < keyLength; i++) {
      const code = key.charCodeAt(i);
      seen |= code;
      bytes[at++] = code;
    }
    bytes[at++] = 0x12;
    bytes[at++] = valueLength + 2;
    bytes[at++] = 0x0a;
    bytes[at++] = valueLength;
    for (let i = 0; i < valueLength; i++) {
      const code = value.charCodeAt(i);
      seen |= code;
      bytes[at++] = code;
    }
    if (seen > 0x7f) return false;
    this.at = at;
    return true;
  }

  /**
   * Opens a nested message; what comes until `end` belongs to it.
   * @param lengthBytes room for its length: 1 up to 127 bytes, 2 up to 16383; a wrong guess costs a move
   */
  begin(tag: number, lengthBytes = 1): number {
    this.reserve(1 + lengthBytes);
    this.bytes[this.at++] = tag;
    this.at += lengthBytes;
    return this.at;
  }

  end(start: number, lengthBytes = 1): void {
    const length = this.at - start;
    const needed = varintSize(length);
    if (needed !== lengthBytes) {
      const shift = needed - lengthBytes;
      this.reserve(Math.max(0, shift));
      this.bytes.copyWithin(start + shift, start, this.at);
    }
    const end = start - lengthBytes + needed + length;
    this.at = start - lengthBytes;
    this.varint(length);
    this.at = end;
  }

  varint(value: number): void {
    const { bytes } = this;
    let at = this.at;
    let rest = value;
    while (rest > 0x7f) {
      bytes[at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    bytes[at++] = rest;
    this.at = at;
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    const needed = this.at + count;
    if (needed <= this.bytes.length) return;
    const larger = this.#allocate(Math.max(needed, this.bytes.length * 2));
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
  }
}

function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  return value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5;
}

function writeWord(bytes: Buffer, at: number, value: number): number {
  bytes[at] = value & 0xff;
  bytes[at + 1] = (value >>> 8) & 0xff;
  bytes[at + 2] = (value >>> 16) & 0xff;
  bytes[at + 3] = value >>> 24;
  return at + 4;
}

/** Without a branch: whether a random digit is a letter is what a processor guesses wrong half of the time. */
function digit(code: number): number {
  return (code & 0x0f) + (code >> 6) * 9;
}
