import { ManualClock } from '@holdfast/context/testing';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { Backoff } from './backoff.ts';
import { readRejectedSpans } from './export-response.ts';
import { WireWriter } from './wire.ts';

const { root } = protobuf.parse(
  'syntax = "proto3"; message All { string text = 1; int64 whole = 2; bytes raw = 3; All nested = 4; double half = 5; fixed64 nanos = 6; fixed32 flags = 16; }',
);
const All = root.lookupType('All');

function decoded(write: (writer: WireWriter) => void): Record<string, unknown> {
  const writer = new WireWriter(4);
  write(writer);
  return All.toObject(All.decode(writer.written()), { longs: String, defaults: true }) as Record<
    string,
    unknown
  >;
}

describe('a field', () => {
  it('of text arrives as it was, in any script and length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        expect(decoded((writer) => writer.stringField(0x0a, text))).toMatchObject({ text });
      }),
    );
  });

  it('of text without a partner surrogate becomes the replacement character', () => {
    expect(decoded((writer) => writer.stringField(0x0a, 'a\ud800b'))).toMatchObject({ text: 'a\ufffdb' });
  });

  it.each([
    0,
    1,
    127,
    128,
    300,
    2 ** 31,
    2 ** 40,
    Number.MAX_SAFE_INTEGER,
    -1,
    -128,
    Number.MIN_SAFE_INTEGER,
  ])('of the integer %d arrives as it was', (value) => {
    expect(decoded((writer) => writer.int64Field(0x10, value))).toMatchObject({ whole: String(value) });
  });

  it('of a time is exact to the microsecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9_000_000_000_000_000 }), (microseconds) => {
        expect(decoded((writer) => writer.nanosField(0x31, microseconds))).toMatchObject({
          nanos: `${microseconds}000`,
        });
      }),
    );
  });

  it('of hex digits becomes bytes', () => {
    const { raw } = decoded((writer) => writer.hexField(0x1a, '00ff0a9f80'));
    expect(Buffer.from(raw as Uint8Array)).toEqual(Buffer.from([0x00, 0xff, 0x0a, 0x9f, 0x80]));
  });

  it('of any other kind arrives as it was', () => {
    expect(
      decoded((writer) => {
        writer.doubleField(0x29, -1.5e-7);
        writer.fixed32Field16(0x303);
        writer.bytesField(0x1a, new Uint8Array([1, 2]));
      }),
    ).toMatchObject({ half: -1.5e-7, flags: 0x303, raw: Buffer.from([1, 2]) });
  });
});

describe('a nested message', () => {
  const sizes = [0, 100, 127, 128, 16_383, 16_384, 2_100_000];
  const cases = sizes.flatMap((size) => [1, 2, 3].map((lengthBytes) => [size, lengthBytes] as const));

  it.each(cases)('of about %i bytes gets its length right from a guess of %i bytes', (size, lengthBytes) => {
    const text = 'x'.repeat(size);
    const result = decoded((writer) => {
      const outer = writer.begin(0x22, lengthBytes);
      const inner = writer.begin(0x22, lengthBytes);
      writer.stringField(0x0a, text);
      writer.end(inner, lengthBytes);
      writer.varintField(0x10, 7);
      writer.end(outer, lengthBytes);
      writer.varintField(0x10, 9);
    });
    expect(result).toMatchObject({ whole: '9', nested: { whole: '7', nested: { text } } });
  });
});

describe('a short pair', () => {
  it('is written in one go, or not at all', () => {
    const pair = protobuf
      .parse(
        'syntax = "proto3"; message Holder { repeated KeyValue pair = 1; } message KeyValue { string key = 1; AnyValue value = 2; } message AnyValue { string text = 1; }',
      )
      .root.lookupType('Holder');
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 80 }),
        fc.string({ maxLength: 80 }),
        (key, value) => {
          const writer = new WireWriter(1);
          const written = writer.shortPair(0x0a, key, value);
          if (!written) return writer.at === 0;
          const [found] = (
            pair.toObject(pair.decode(writer.written())) as {
              pair: { key?: string; value: { text?: string } }[];
            }
          ).pair;
          return (found?.key ?? '') === key && (found?.value.text ?? '') === value;
        },
      ),
    );
  });
});

describe('the answer of a collector', () => {
  it.each([
    ['nothing', [], 0],
    ['a partial success', [0x0a, 0x03, 0x08, 0x96, 0x01], 150],
    ['only a message', [0x0a, 0x03, 0x12, 0x01, 0x41], 0],
    ['another field', [0x12, 0x00], 0],
    ['a number that never ends', [0x0a, 0x0a, 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 0],
    ['half a message', [0x0a], 0],
  ])('%s counts as so many spans left out', (_what, bytes, rejected) => {
    expect(readRejectedSpans(Uint8Array.from(bytes))).toBe(rejected);
  });
});

describe('the wait between attempts', () => {
  it.each([
    [1, undefined, 500],
    [2, undefined, 1_000],
    [5, undefined, 8_000],
    [6, undefined, 15_000],
    [20, undefined, 15_000],
    [1, 7_000, 7_000],
    [1, 9_999_999, 300_000],
    [1, 0, 0],
  ])('after attempt %i, Retry-After %s, at half jitter is %i ms', async (attempt, retryAfterMs, expected) => {
    const clock = new ManualClock();
    const backoff = new Backoff(clock, () => 0.5);
    let over = false;
    void backoff.wait(attempt, retryAfterMs).then(() => {
      over = true;
    });
    if (expected > 0) await clock.advance(expected - 1);
    expect(over).toBe(false);
    await clock.advance(1);
    expect(over).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  it('ends at once when somebody hurries', async () => {
    const clock = new ManualClock();
    const backoff = new Backoff(clock);
    backoff.hurry();
    const waited = backoff.wait(3, 60_000);
    backoff.hurry();
    await waited;
    expect(clock.pendingTimers).toBe(0);
  });
});
