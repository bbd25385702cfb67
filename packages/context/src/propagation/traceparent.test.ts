import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTraceparent, parseTraceparent, parseTracestate } from './traceparent.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('parseTraceparent', () => {
  it.each([
    ['not sampled', `00-${TRACE}-${SPAN}-00`, 0],
    ['sampled', `00-${TRACE}-${SPAN}-01`, 1],
    ['random', `00-${TRACE}-${SPAN}-02`, 2],
    ['sampled and random', `00-${TRACE}-${SPAN}-03`, 3],
    ['flags that this version does not know, which it drops', `00-${TRACE}-${SPAN}-ff`, 3],
    ['a future version of the same length', `cc-${TRACE}-${SPAN}-01`, 1],
    ['a future version with more behind it', `cc-${TRACE}-${SPAN}-01-what-the-future-will-be`, 1],
    ['a future version with a dash at its end', `cc-${TRACE}-${SPAN}-01-`, 1],
  ])('reads %s', (_what, header, traceFlags) => {
    expect(parseTraceparent(header)).toEqual({ traceId: TRACE, parentSpanId: SPAN, traceFlags });
  });

  it.each([
    ['nothing', ''],
    ['the forbidden version ff', `ff-${TRACE}-${SPAN}-01`],
    ['an all-zero trace id', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['an all-zero parent id', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['more behind version 00', `00-${TRACE}-${SPAN}-01-more`],
    ['a dash behind version 00', `00-${TRACE}-${SPAN}-01-`],
    ['a future version that goes on without a dash', `cc-${TRACE}-${SPAN}-01.more`],
    ['upper case in the trace id', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['upper case in the parent id', `00-${TRACE}-${SPAN.toUpperCase()}-01`],
    ['upper case in the version', `0A-${TRACE}-${SPAN}-01`],
    ['a trace id that is too short', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['a trace id that is too long', `00-${TRACE}0-${SPAN}-01`],
    ['a parent id that is too short', `00-${TRACE}-${SPAN.slice(1)}-01`],
    ['a parent id that is too long', `00-${TRACE}-${SPAN}0-01`],
    ['a trace id that is not hex', `00-${TRACE.slice(1)}.-${SPAN}-01`],
    ['flags of one digit', `00-${TRACE}-${SPAN}-1`],
    ['flags of three digits', `00-${TRACE}-${SPAN}-001`],
    ['flags that are not hex', `00-${TRACE}-${SPAN}-.0`],
    ['a version of one digit', `0-${TRACE}-${SPAN}-01`],
    ['a version of three digits', `000-${TRACE}-${SPAN}-01`],
    ['no flags', `00-${TRACE}-${SPAN}`],
    ['two headers in one', `00-${TRACE}-${SPAN}-01,00-${TRACE}-${SPAN}-01`],
    ['a space before it', ` 00-${TRACE}-${SPAN}-01`],
    ['a newline behind it', `00-${TRACE}-${SPAN}-01\n`],
    ['a newline in a future version', `cc-${TRACE}-${SPAN}-01-a\nb`],
  ])('refuses %s', (_what, header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  });

  it('never throws and never gives an id of the wrong shape', () => {
    const hex = (length: number) =>
      fc.string({
        unit: fc.constantFrom(...'0123456789abcdefABg-'.split('')),
        minLength: length - 1,
        maxLength: length + 1,
      });
    const almost = fc
      .tuple(hex(2), hex(32), hex(16), hex(2), fc.constantFrom('', '-', '-x', '\n'))
      .map(([version, trace, span, flags, rest]) => `${version}-${trace}-${span}-${flags}${rest}`);
    fc.assert(
      fc.property(fc.oneof(almost, fc.string({ unit: 'binary' })), (header) => {
        const parent = parseTraceparent(header);
        if (parent === undefined) return;
        expect(parent.traceId).toMatch(/^(?!0{32}$)[0-9a-f]{32}$/);
        expect(parent.parentSpanId).toMatch(/^(?!0{16}$)[0-9a-f]{16}$/);
        expect([0, 1, 2, 3]).toContain(parent.traceFlags);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('formatTraceparent', () => {
  it('writes version 00 and only the flags that it knows', () => {
    expect(formatTraceparent(TRACE, SPAN, 1)).toBe(`00-${TRACE}-${SPAN}-01`);
    expect(formatTraceparent(TRACE, SPAN, 0xff)).toBe(`00-${TRACE}-${SPAN}-03`);
  });

  it('writes what parseTraceparent reads', () => {
    const digits = (length: number) =>
      fc.string({
        unit: fc.constantFrom(...'0123456789abcdef'.split('')),
        minLength: length,
        maxLength: length,
      });
    fc.assert(
      fc.property(
        digits(32),
        digits(16),
        fc.integer({ min: 0, max: 3 }),
        (traceId, parentSpanId, traceFlags) => {
          fc.pre(!/^0+$/.test(traceId) && !/^0+$/.test(parentSpanId));
          expect(parseTraceparent(formatTraceparent(traceId, parentSpanId, traceFlags))).toEqual({
            traceId,
            parentSpanId,
            traceFlags,
          });
        },
      ),
    );
  });
});

describe('parseTracestate', () => {
  const members = (count: number) => Array.from({ length: count }, (_, index) => `k${index}=v`).join(',');

  it.each([
    ['one member', 'foo=1', 'foo=1'],
    ['several, in their order', 'foo=1,bar=2', 'foo=1,bar=2'],
    ['spaces and tabs around members, which it drops', 'foo=1 \t , \t bar=2', 'foo=1,bar=2'],
    ['empty members, which it drops', ',foo=1,,bar=2,', 'foo=1,bar=2'],
    [
      'a key of every allowed character',
      'abcdefghijklmnopqrstuvwxyz0123456789_-*/=1',
      'abcdefghijklmnopqrstuvwxyz0123456789_-*/=1',
    ],
    ['a key of 256 characters', `${'z'.repeat(256)}=1`, `${'z'.repeat(256)}=1`],
    ['a vendor key', 'fw529a3039@dt=FfAA', 'fw529a3039@dt=FfAA'],
    ['a key that begins with a digit', '0foo=1', '0foo=1'],
    ['@ anywhere but at the start of a key', 'a@=1,b@@c=2,d@e@f=3', 'a@=1,b@@c=2,d@e@f=3'],
    ['a key of 256 characters with an @', `${'t'.repeat(254)}@v=1`, `${'t'.repeat(254)}@v=1`],
    ['a key that comes twice, of which it keeps the first', 'foo=1,bar=2,foo=3', 'foo=1,bar=2'],
    ['a value of 256 characters', `foo=${'v'.repeat(256)}`, `foo=${'v'.repeat(256)}`],
    ['a value with spaces inside and before', 'foo= a b', 'foo= a b'],
    ['32 members', members(32), members(32)],
  ])('takes %s', (_what, header, expected) => {
    expect(parseTracestate(header)).toBe(expected);
  });

  it.each([
    ['nothing', ''],
    ['only commas', ' , ,'],
    ['33 members', members(33)],
    ['33 members of which two have one key', `${members(32)},k0=v`],
    ['a member without =', 'foo'],
    ['a member without a key', '=1'],
    ['a member without a value', 'foo='],
    ['a value with = in it', 'foo=1=2'],
    ['a key of 257 characters', `${'z'.repeat(257)}=1`],
    ['a key of 257 characters with an @', `${'t'.repeat(255)}@v=1`],
    ['a key that begins with @', '@v=1'],
    ['upper case in a key', 'Foo=1'],
    ['a space before =', 'foo =1'],
    ['a dot in a key', 'foo.bar=1'],
    ['a value of 257 characters', `foo=${'v'.repeat(257)}`],
    ['a control character in a value', 'foo=a\u0007b'],
    ['a tab in a value', 'foo=a\tb'],
    ['a newline in a value', 'foo=a\nb'],
    ['a newline at the end', 'foo=1\n'],
    ['a letter that is not ASCII', 'foo=é'],
    ['one bad member among good ones', 'foo=1,bad key=2,bar=3'],
  ])('drops the whole for %s', (_what, header) => {
    expect(parseTracestate(header)).toBeUndefined();
  });

  it('never throws, and what it gives it takes again as it is', () => {
    const key = fc.string({ unit: fc.constantFrom(...'abz09_-*/@A.'.split('')), maxLength: 8 });
    const value = fc.string({ unit: fc.constantFrom(...'ab =,\t~!'.split('')), maxLength: 8 });
    const list = fc
      .array(
        fc.tuple(key, value).map(([k, v]) => `${k}=${v}`),
        { maxLength: 40 },
      )
      .map((all) => all.join(','));
    fc.assert(
      fc.property(fc.oneof(list, fc.string({ unit: 'binary' })), (header) => {
        const state = parseTracestate(header);
        if (state === undefined) return;
        expect(parseTracestate(state)).toBe(state);
        expect(state).toMatch(/^[\x20-\x7e]+$/);
      }),
      { numRuns: 3000 },
    );
  });

  it('takes long hostile headers in linear time', () => {
    expect(parseTracestate(' '.repeat(200_000))).toBeUndefined();
    expect(parseTracestate(`a=${' '.repeat(200_000)}`)).toBeUndefined();
    expect(parseTracestate(`a=1,${'\t '.repeat(100_000)}b`)).toBeUndefined();
    expect(parseTracestate(`a=1${' '.repeat(1_000_000)}b`)).toBeUndefined();
  });
});
