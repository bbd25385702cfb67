import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readKeyHeader } from './key-header.ts';

const key = (value: string) => ({ kind: 'key', key: value });

describe('readKeyHeader', () => {
  it.each([
    ['abc', 'abc'],
    ['"abc"', 'abc'],
    [' \t"a b"\t', 'a b'],
    ['"say \\"hi\\" \\\\"', 'say "hi" \\'],
    ['550e8400-e29b-41d4-a716-446655440000', '550e8400-e29b-41d4-a716-446655440000'],
    ['a"b', 'a"b'],
  ])('reads %j as %j', (value, expected) => {
    expect(readKeyHeader([value])).toEqual(key(expected));
  });

  it.each([
    ['', 'is empty'],
    ['""', 'is empty'],
    ['a b', 'is not a string of printable ASCII characters'],
    ['"a\\b"', 'is not a string of printable ASCII characters'],
    ['"a";x=1', 'is not a string of printable ASCII characters'],
    ['a\u0000', 'is not a string of printable ASCII characters'],
    ['a\u007f', 'is not a string of printable ASCII characters'],
    ['é', 'is not a string of printable ASCII characters'],
    ['k'.repeat(256), 'has more than 255 characters'],
  ])('refuses %j: it %s', (value, reason) => {
    expect(readKeyHeader([value])).toEqual({ kind: 'invalid', reason });
  });

  it('takes 255 characters, quoted or not', () => {
    expect(readKeyHeader(['k'.repeat(255)])).toEqual(key('k'.repeat(255)));
    expect(readKeyHeader([`"${'k'.repeat(255)}"`])).toEqual(key('k'.repeat(255)));
  });

  it('tells no header from two', () => {
    expect(readKeyHeader([])).toEqual({ kind: 'missing' });
    expect(readKeyHeader(['a', 'a'])).toEqual({ kind: 'invalid', reason: 'was sent more than once' });
  });

  it('gives any printable text in quotes back as it was, and never throws or hangs', () => {
    const printable = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((c) => String.fromCharCode(c)),
    });
    fc.assert(
      fc.property(printable, (text) => {
        fc.pre(text !== '' && text.length <= 255);
        expect(readKeyHeader([`"${text.replace(/["\\]/g, '\\$&')}"`])).toEqual(key(text));
      }),
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => readKeyHeader([text]).kind !== undefined));
  });
});
