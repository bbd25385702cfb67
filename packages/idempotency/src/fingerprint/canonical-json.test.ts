import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';
import { fingerprintOf, recordKey } from './fingerprint.ts';

const canon = (value: unknown) => canonicalJson(value, 10_000);

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, shuffled(member)]),
  );
}

describe('canonicalJson', () => {
  it('sorts keys by code unit at every level and leaves the order of arrays', () => {
    expect(canon({ b: [3, { z: 1, a: 2 }], a: null, Z: 'x' })).toBe(
      '{"Z":"x","a":null,"b":[3,{"a":2,"z":1}]}',
    );
  });

  it('keeps apart what JSON.stringify makes one', () => {
    expect([canon(-0), canon(0), canon(Number.POSITIVE_INFINITY), canon(null)]).toEqual([
      '-0',
      '0',
      'Infinity',
      'null',
    ]);
  });

  it('takes dates by their toJSON and leaves undefined members out', () => {
    expect(canon({ at: new Date(0), no: undefined })).toBe('{"at":"1970-01-01T00:00:00.000Z"}');
  });

  it('refuses functions, more than 500 levels and more characters than allowed', () => {
    expect(() => canon({ a: () => 1 })).toThrow('has a value of type function in it');
    let deep: unknown = 1;
    for (let n = 0; n < 100_000; n += 1) deep = [deep];
    expect(() => canon(deep)).toThrow('has more than 500 levels');
    expect(() => canonicalJson('x'.repeat(20), 20)).toThrow(
      expect.objectContaining({ code: 'ERR_IDEMPOTENCY_INPUT_TOO_LARGE', limit: 20 }),
    );
  });

  it('is the same whatever the order of keys, and says all that JSON says', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canon(shuffled(value))).toBe(canon(value));
        expect(JSON.parse(canon(value))).toEqual(value);
      }),
    );
  });
});

describe('recordKey', () => {
  it('never takes two lists of parts for one another', () => {
    expect(recordKey(['a', 'bc'])).not.toBe(recordKey(['ab', 'c']));
    expect(recordKey(['1:a'])).not.toBe(recordKey(['a']));
    expect(recordKey(['', 'a'])).not.toBe(recordKey(['a', '']));
  });
});

describe('what is stored', () => {
  it('stays what it is, so that a new version finds the records of an older one', () => {
    expect([
      recordKey(['http', 'acme', 'ada', 'POST', '/orders', 'k-1']),
      recordKey(['sch\u00f6n', '']),
      fingerprintOf('POST /orders', { b: [1, { z: '\u00e9' }], a: null }, 1_000),
      fingerprintOf('', undefined, 10),
      fingerprintOf('POST /x', Buffer.from([0, 255]), 10),
    ]).toEqual([
      'bYUBrPeEz8Gyo98Qx4Nb3F48ZeSWK4lCvS5Yn8aBNoc',
      'dRCYshnIu6Io_Hc9z4dMVx1izEy-wqEhoklL2Efelw4',
      'JRgn42o49pIeLf0XhTO2QCZHI_bz8Cj7pW8Vtyiq7bg',
      'OCixEm5LQt3CNHeL9-QITa8HiQgzMrFsUfR0SCjqy0E',
      'HPV-SwhHp6bXjOGIzJavT7kBoNseo9kSaKNvQNWAyQM',
    ]);
  });
});

describe('fingerprintOf', () => {
  it('tells bytes, JSON and nothing apart', () => {
    const prints = [Buffer.from('1'), 1, '1', undefined, null].map((input) => fingerprintOf('', input, 10));
    expect(new Set(prints).size).toBe(5);
  });

  it('refuses bytes over the limit', () => {
    expect(() => fingerprintOf('', new Uint8Array(11), 10)).toThrow('larger than 10');
  });
});
