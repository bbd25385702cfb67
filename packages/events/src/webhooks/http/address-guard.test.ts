import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAddressGuard } from './address-guard.ts';
import { checkedUrl, type UrlPolicy } from './endpoint-url.ts';

const guard = createAddressGuard();
const policy: UrlPolicy = { guard, allowHttp: true, ports: 'any', allowLocalNames: false };

const dotted = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');

/** Independent of the guard's own lists: what an IPv4 address must not be, by its octets. */
function isSpecial(value: number): boolean {
  const [a, b, c] = [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255];
  if (a === 0 || a === 10 || a === 127 || a >= 224) return true;
  if (a === 100) return b >= 64 && b <= 127;
  if (a === 169) return b === 254;
  if (a === 172) return b >= 16 && b <= 31;
  if (a === 192) return b === 168 || (b === 0 && (c === 0 || c === 2)) || (b === 88 && c === 99);
  if (a === 198) return b === 18 || b === 19 || (b === 51 && c === 100);
  if (a === 203) return b === 0 && c === 113;
  return dotted(value) === '168.63.129.16';
}

const anyIpv4 = fc.integer({ min: 0, max: 0xffff_ffff }).map((value) => value >>> 0);
/** Half of them near the edges of the special ranges. */
const interesting = fc.oneof(
  anyIpv4,
  fc
    .tuple(
      fc.constantFrom(
        0x0a000000,
        0x0b000000,
        0x64400000,
        0x64800000,
        0x7f000000,
        0x80000000,
        0xa9fe0000,
        0xa9ff0000,
        0xac100000,
        0xac200000,
        0xc0000000,
        0xc0000200,
        0xc0586300,
        0xc0a80000,
        0xc0a90000,
        0xc6120000,
        0xc6140000,
        0xc6336400,
        0xcb007100,
        0xe0000000,
        0xf0000000,
        0xa83f8110,
      ),
      fc.integer({ min: -2, max: 2 }),
    )
    .map(([edge, offset]) => (edge + offset) >>> 0),
);

describe('the address guard', () => {
  it('refuses every special IPv4 address and no other', () => {
    fc.assert(
      fc.property(interesting, (value) => {
        expect(guard.refusal(dotted(value)) !== undefined).toBe(isSpecial(value));
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses a special IPv4 address in every form that a URL may give it', () => {
    const octal = (part: number) => `0${part.toString(8)}`;
    const hex = (part: number) => `0x${part.toString(16)}`;
    const forms = (value: number) => {
      const parts = dotted(value).split('.').map(Number);
      const [a = 0, b = 0] = parts;
      return [
        dotted(value),
        `${dotted(value)}.`,
        String(value),
        hex(value),
        octal(value),
        parts.map(octal).join('.'),
        parts.map(hex).join('.'),
        `${a}.${value & 0xff_ffff}`,
        `${a}.${b}.${value & 0xffff}`,
        dotted(value).replace(/\./g, '%2e'),
        dotted(value).replace(/\./g, '。'),
      ];
    };
    fc.assert(
      fc.property(interesting.filter(isSpecial), (value) => {
        for (const form of forms(value))
          expect(() => checkedUrl(`http://${form}/`, policy), form).toThrow(
            'The URL of the endpoint names a',
          );
      }),
    );
  });

  it('refuses every IPv6 address that carries an IPv4 one, whichever it is', () => {
    fc.assert(
      fc.property(anyIpv4, (value) => {
        const [high, low] = [(value >>> 16).toString(16), (value & 0xffff).toString(16)];
        for (const form of [
          `::ffff:${dotted(value)}`,
          `::ffff:${high}:${low}`,
          `0:0:0:0:0:ffff:${high}:${low}`,
          `::${dotted(value)}`,
          `::ffff:0:${high}:${low}`,
          `64:ff9b::${high}:${low}`,
          `64:ff9b:1::${high}:${low}`,
          `2002:${high}:${low}::1`,
          `2001:0:${high}:${low}::1`,
        ]) {
          expect(guard.refusal(form), form).toBeTypeOf('string');
          expect(() => checkedUrl(`http://[${form}]/`, policy), form).toThrow(
            'The URL of the endpoint names a',
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  it('refuses every IPv6 address outside of global unicast', () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    fc.assert(
      fc.property(fc.tuple(group, group, group, group, group, group, group, group), (groups) => {
        const [first] = groups;
        if (first < 0x2000 || first > 0x3fff)
          expect(guard.refusal(groups.map((part) => part.toString(16)).join(':'))).toBeTypeOf('string');
      }),
    );
  });

  it.each([
    ['127.0.0.1', 'loopback'],
    ['::1', 'loopback'],
    ['10.0.0.1', 'private'],
    ['fd00:ec2::254', 'private'],
    ['169.254.169.254', 'link-local'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'malformed'],
    ['100.100.100.200', 'carrier-grade NAT'],
    ['168.63.129.16', 'metadata'],
    ['224.0.0.1', 'multicast'],
    ['ff02::1', 'multicast'],
    ['::', 'reserved'],
    ['2001:db8::1', 'reserved'],
    ['64:ff9b::7f00:1', 'NAT64'],
    ['2002:7f00:1::', '6to4'],
    ['::ffff:127.0.0.1', 'IPv4-mapped'],
    ['not an address', 'malformed'],
    ['', 'malformed'],
  ])('calls %s %s', (address, kind) => {
    expect(guard.refusal(address)).toBe(kind);
  });

  it.each(['8.8.8.8', '172.15.255.255', '172.32.0.1', '2606:4700::1111', '2a00:1450::1'])(
    'allows %s',
    (address) => {
      expect(guard.refusal(address)).toBeUndefined();
    },
  );

  it('allows ranges that it was given, and nothing else of their kind', () => {
    const some = createAddressGuard(['10.1.0.0/16', 'fd00::/8', '127.0.0.1']);
    expect(['10.1.2.3', 'fd12::1', '127.0.0.1'].map((address) => some.refusal(address))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(
      ['10.2.0.1', 'fe80::1', '127.0.0.2', '::ffff:127.0.0.1'].map((address) => some.refusal(address)),
    ).toEqual(['private', 'link-local', 'loopback', 'IPv4-mapped']);
  });

  it.each([['10.0.0.0/33'], ['10.0.0.0/'], ['10.0.0.0/8/8'], ['localhost'], [5]])(
    'refuses the range %s',
    (range) => {
      expect(() => createAddressGuard([range as string])).toThrow('allowPrivate is or holds');
    },
  );
});

describe('the URL of an endpoint', () => {
  const strict: UrlPolicy = { guard, allowHttp: false, ports: new Set([443]), allowLocalNames: false };

  it.each([
    ['https://example.com/hooks?a=1#part', 'https://example.com/hooks?a=1'],
    ['https://EXAMPLE.com:443/', 'https://example.com/'],
    ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
    ['https://8.8.8.8/', 'https://8.8.8.8/'],
  ])('may be %s', (text, href) => {
    expect(checkedUrl(text, strict).href).toBe(href);
  });

  it.each([
    ['http://example.com/', 'must begin with https://'],
    ['ftp://example.com/', 'must begin with https://'],
    ['file:///etc/passwd', 'must begin with https://'],
    ['example.com', 'cannot be read as a URL'],
    ['', 'cannot be read as a URL'],
    ['https://ann:secret@example.com/', 'holds credentials'],
    ['https://ann@example.com/', 'holds credentials'],
    ['https://example.com:22/', 'has the port 22'],
    ['https://localhost/', 'names a host of the local network'],
    ['https://LOCALHOST./', 'names a host of the local network'],
    ['https://a.localhost/', 'names a host of the local network'],
    ['https://metadata.google.internal/', 'names a host of the local network'],
    ['https://intranet/', 'names a host of the local network'],
    ['https://127.1/', 'names a loopback address'],
    ['https://0/', 'names a reserved address'],
    ['https://[::ffff:7f00:1]/', 'names a IPv4-mapped address'],
    [`https://example.com/${'a'.repeat(2048)}`, 'must be text of at most 2048 characters'],
    [42, 'must be text of at most 2048 characters'],
  ])('may not be %s', (text, why) => {
    expect(() => checkedUrl(text, strict)).toThrow(why);
  });

  it('with credentials is refused without showing them', () => {
    expect(() => checkedUrl('https://ann:hunter2@example.com/', strict)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') as string }),
    );
  });
});
