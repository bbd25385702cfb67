import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeValue } from './decode.ts';
import { diffImages } from './diff.ts';
import { encodeValue } from './encode.ts';
import { createRedact } from './redact.ts';

describe('encodeValue', () => {
  it.each([
    [{ b: 1, a: [undefined, null], c: undefined }, '{"a":[null,null],"b":1}'],
    [10n, '{"$bigint":"10"}'],
    [new Date(0), '{"$date":"1970-01-01T00:00:00.000Z"}'],
    [Buffer.from([1, 255]), '{"$bytes":"01ff"}'],
    [new Uint16Array([1]), '{"$bytes":"0100"}'],
    [Number.NaN, '{"$number":"NaN"}'],
    [-0, '0'],
    ['\0', '{"$utf16":"AAA="}'],
    [{ $date: 'x' }, '{"$$date":"x"}'],
    [{ toJSON: () => ({ total: '1.50' }) }, '{"total":"1.50"}'],
    [undefined, 'null'],
  ])('writes %o as %s', (value, text) => {
    expect(encodeValue(value)).toBe(text);
  });

  it.each([
    [() => 1, 'An image of the record has a function in it.'],
    [Symbol('x'), 'An image of the record has a symbol in it.'],
    [new Map(), 'An image of the record has a Map in it.'],
    [new Set(), 'An image of the record has a Set in it.'],
    [new Date(Number.NaN), 'An image of the record has an invalid Date in it.'],
    [{ 'a\0': 1 }, 'An image of the record has a key that no database can hold.'],
  ])('refuses %o', (value, message) => {
    expect(() => encodeValue({ value })).toThrow(message);
  });

  it('refuses a cycle', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(() => encodeValue(cycle)).toThrow('has a cycle or more than 100 levels');
  });

  it('gives one text whatever the order of the keys was, and the value back', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.double().map((n) => (Object.is(n, -0) ? 0 : n)),
      fc.bigInt(),
      fc.boolean(),
      fc.constant(null),
      fc.date({ noInvalidDate: true }),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.constantFrom('\ud800', '\udc00a', 'a\ud83d'),
    );
    const key = fc.oneof(fc.string(), fc.constantFrom('$date', '$bigint', '$$x', '__proto__'));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('value')),
        fc.dictionary(key, tie('value'), { noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(value, (original) => {
        const text = encodeValue(original);
        expect(decodeValue(text)).toEqual(original);
        expect(encodeValue(decodeValue(text))).toBe(text);
      }),
    );
  });
});

describe('decodeValue', () => {
  it('keeps integers that a double cannot', () => {
    expect(decodeValue('[9007199254740993, 9007199254740992, 1e3, 0.1, 15000000000000000000000000]')).toEqual(
      [9_007_199_254_740_993n, 2 ** 53, 1000, 0.1, 1.5e25],
    );
  });
});

describe('redact', () => {
  it.each([
    [['a.b'], { a: { b: 1, c: 2 }, b: 3 }, { a: { b: '[redacted]', c: 2 }, b: 3 }],
    [['*.b'], { a: { b: 1 }, c: { b: 2 } }, { a: { b: '[redacted]' }, c: { b: '[redacted]' } }],
    [
      ['a.*.b', 'a.0.c'],
      {
        a: [
          { b: 1, c: 2 },
          { b: 3, c: 4 },
        ],
      },
      {
        a: [
          { b: '[redacted]', c: '[redacted]' },
          { b: '[redacted]', c: 4 },
        ],
      },
    ],
    [['a'], { a: undefined }, { a: undefined }],
    [['a.b'], { a: new Date(0) }, { a: new Date(0) }],
    [['a.b'], null, null],
  ])('of %o', (paths, value, expected) => {
    expect({ ...(createRedact(paths)(value) as object) }).toEqual({ ...(expected as object) });
  });

  it('sees what an object says of itself', () => {
    const user = { toJSON: () => ({ name: 'Ada', password: 'hunter2' }) };
    expect(encodeValue(createRedact(['user.password'])({ user }))).toBe(
      '{"user":{"name":"Ada","password":"[redacted]"}}',
    );
  });
});

describe('diffImages', () => {
  it.each([
    [null, { a: 1 }, [{ path: '', kind: 'added', after: { a: 1 } }]],
    [{ a: 1 }, null, [{ path: '', kind: 'removed', before: { a: 1 } }]],
    [{ a: null }, { a: 1 }, [{ path: '/a', kind: 'changed', before: null, after: 1 }]],
    [{ a: 1 }, { a: 1, b: { c: 2 } }, [{ path: '/b', kind: 'added', after: { c: 2 } }]],
    [
      { 'a/b': { '~': 1 } },
      { 'a/b': { '~': 2 } },
      [{ path: '/a~1b/~0', kind: 'changed', before: 1, after: 2 }],
    ],
    [[1, 2], [1], [{ path: '/1', kind: 'removed', before: 2 }]],
    [{ a: [1] }, { a: { 0: 1 } }, [{ path: '/a', kind: 'changed', before: [1], after: { 0: 1 } }]],
    [
      { at: new Date(0), n: 1n, raw: Buffer.from('a') },
      { at: new Date(0), n: 1n, raw: Buffer.from('a') },
      [],
    ],
    [
      { at: new Date(0) },
      { at: new Date(1) },
      [{ path: '/at', kind: 'changed', before: new Date(0), after: new Date(1) }],
    ],
  ])('from %o to %o', (before, after, expected) => {
    expect(diffImages(before, after)).toEqual(expected);
  });
});
