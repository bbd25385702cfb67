import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BAGGAGE_LIMITS, type Baggage, fitsBaggageLimits, formatBaggage, parseBaggage } from './baggage.ts';

const pairs = (baggage: Baggage) => baggage.map(({ key, value }) => `${key}=${value}`);
const entry = (key: string, value: string) => ({ key, value, properties: [] });
const members = (count: number) => Array.from({ length: count }, (_, index) => `k${index}=v`).join(',');

describe('parseBaggage', () => {
  it('reads entries with their properties, in their order', () => {
    expect(parseBaggage('a=1;p;q=2,b=x')).toEqual([
      { key: 'a', value: '1', properties: [{ key: 'p' }, { key: 'q', value: '2' }] },
      { key: 'b', value: 'x', properties: [] },
    ]);
  });

  it.each([
    ['an empty value', 'a=', ['a=']],
    ['more = in a value', 'a=b=c==', ['a=b=c==']],
    ['spaces and tabs around every part', '\t a \t=\t 1 ;\tp = 2 , b = 3 ', ['a=1', 'b=3']],
    ['a key of every token character', "!#$%&'*+-.^_`|~09azAZ=1", ["!#$%&'*+-.^_`|~09azAZ=1"]],
    ['percent-encoded UTF-8', 'city=Z%C3%BCrich%20%F0%9F%92%A3', ['city=Zürich 💣']],
    ['lower-case hex digits', 'a=%c3%bc', ['a=ü']],
    ['octets that are no UTF-8 as U+FFFD', 'a=%FFx%C3', ['a=\ufffdx\ufffd']],
    ['a % that begins no octet as it is', 'a=100%,b=%zz,c=%4', ['a=100%', 'b=%zz', 'c=%4']],
    ['keys with their case', 'Key=1,key=2', ['Key=1', 'key=2']],
    ['a key that comes twice', 'a=1,b=2,a=3', ['a=1', 'b=2', 'a=3']],
    ['__proto__ like any other key', '__proto__=1', ['__proto__=1']],
    ['empty members as none', ',, a=1 ,,', ['a=1']],
  ])('takes %s', (_what, header, expected) => {
    expect(pairs(parseBaggage(header))).toEqual(expected);
  });

  it.each([
    ['without =', 'a'],
    ['without a key', '=1'],
    ['with a space in its key', 'a b=1'],
    ['with a letter in its key that is not ASCII', 'ä=1'],
    ['with a space in its value', 'a=1 2'],
    ['with a quote in its value', 'a="1"'],
    ['with a backslash in its value', 'a=1\\2'],
    ['with a letter in its value that is not ASCII', 'a=ä'],
    ['with a control character', 'a=\u0007'],
    ['with a newline', 'a=1\r\nset-cookie: b'],
    ['with an empty property', 'a=1;'],
    ['with a property whose key is none', 'a=1;p q=2'],
    ['with a property whose value is none', 'a=1;p="2"'],
  ])('leaves out an entry %s, and keeps the others', (_what, member) => {
    expect(pairs(parseBaggage(`x=1,${member},y=2`))).toEqual(['x=1', 'y=2']);
  });

  it('does not decode the key of a property', () => {
    expect(parseBaggage('a=1;p%3Dq')[0]?.properties).toEqual([{ key: 'p%3Dq' }]);
  });

  it('keeps 64 entries of more', () => {
    expect(parseBaggage(members(64))).toHaveLength(64);
    expect(parseBaggage(members(65)).at(-1)?.key).toBe('k63');
  });

  it('keeps 8192 bytes: an entry that exceeds them is left out whole, smaller ones behind it stay', () => {
    const whole = `a=${'v'.repeat(8190)}`;
    expect(whole).toHaveLength(8192);
    expect(parseBaggage(whole)[0]?.value).toHaveLength(8190);
    expect(parseBaggage(`${whole}v`)).toEqual([]);
    expect(pairs(parseBaggage(`b=1,${whole},c=2`))).toEqual(['b=1', 'c=2']);
  });

  it('reads hostile headers in linear time', () => {
    expect(parseBaggage(','.repeat(1_000_000))).toEqual([]);
    expect(parseBaggage(`a=${' '.repeat(1_000_000)}b`)).toEqual([]);
    expect(parseBaggage(`a=1${';'.repeat(1_000_000)}`)).toEqual([]);
    expect(parseBaggage(`a=${'%'.repeat(8000)}`)[0]?.value).toHaveLength(8000);
  });
});

describe('formatBaggage', () => {
  it('encodes what may not stand in a header, and nothing else', () => {
    const value = '\t \r\n"\\,;%=ä💣!#$&\'()*+-./:<=>?@[]^_`{|}~';
    expect(formatBaggage([{ key: 'a', value, properties: [{ key: 'p', value: 'x y' }, { key: 'q' }] }])).toBe(
      "a=%09%20%0D%0A%22%5C%2C%3B%25=%C3%A4%F0%9F%92%A3!#$&'()*+-./:<=>?@[]^_`{|}~;p=x%20y;q",
    );
  });

  it('replaces half a surrogate pair, which no encoding has', () => {
    expect(formatBaggage([entry('a', '\ud800')])).toBe('a=%EF%BF%BD');
  });

  it('is undefined where there is nothing to send', () => {
    expect(formatBaggage([])).toBeUndefined();
    expect(formatBaggage([entry('a', 'v'.repeat(9000))])).toBeUndefined();
  });

  it('writes all of 64 entries and all of 8192 bytes', () => {
    const many = Array.from({ length: 64 }, (_, index) => entry(`k${index}`, 'v'));
    expect(formatBaggage(many)).toBe(members(64));
    expect(fitsBaggageLimits(many)).toBe(true);
    expect(fitsBaggageLimits([...many, entry('x', '')])).toBe(false);
    expect(formatBaggage([entry('a', 'v'.repeat(8190))])).toHaveLength(8192);
    expect(fitsBaggageLimits([entry('a', 'v'.repeat(8190))])).toBe(true);
    expect(fitsBaggageLimits([entry('a', 'v'.repeat(8189)), entry('b', '')])).toBe(false);
  });
});

describe('the two together', () => {
  const token = fc.string({ unit: fc.constantFrom(...'!#$%&*+-.^_|~09azAZ'.split('')), minLength: 1 });
  const text = fc.string({ unit: 'binary' }).map((value) => value.toWellFormed());
  const property = fc.oneof(fc.record({ key: token }), fc.record({ key: token, value: text }));
  const baggage = fc.array(
    fc.record({ key: token, value: text, properties: fc.array(property, { maxLength: 3 }) }),
    { maxLength: 20 },
  );

  it('give back what was written', () => {
    fc.assert(
      fc.property(baggage, (given) => {
        fc.pre(fitsBaggageLimits(given));
        expect(parseBaggage(formatBaggage(given) ?? '')).toEqual(given);
      }),
      { numRuns: 2000 },
    );
  });

  it('never throw, stay within the limits and write only what a header may hold, whatever came', () => {
    const almost = fc
      .array(fc.oneof(token, fc.constantFrom(',', ';', '=', '%', ' ', '"', '\\', '\r\n', 'é')), {
        maxLength: 200,
      })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(almost, fc.string({ unit: 'binary', maxLength: 300 })), (header) => {
        const read = parseBaggage(header);
        const written = formatBaggage(read) ?? '';
        expect(written).toMatch(/^[\x21\x23-\x5b\x5d-\x7e]*$/);
        expect(written.length).toBeLessThanOrEqual(BAGGAGE_LIMITS.bytes);
        expect(formatBaggage(parseBaggage(written)) ?? '').toBe(written);
      }),
      { numRuns: 4000 },
    );
  });
});
