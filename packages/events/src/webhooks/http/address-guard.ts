import { BlockList, isIP } from 'node:net';
import { WebhookOptionError } from '../errors.ts';

/** Says which addresses a connection may go to. */
export interface AddressGuard {
  /** The kind of an address that is refused, such as `loopback`; undefined for one that is allowed. */
  refusal(address: string): string | undefined;
}

/** Special-purpose IPv4, and the metadata address of Azure, which is a public one. */
const IPV4: readonly (readonly [kind: string, ...ranges: string[]])[] = [
  ['private', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
  ['loopback', '127.0.0.0/8'],
  ['link-local', '169.254.0.0/16'],
  ['carrier-grade NAT', '100.64.0.0/10'],
  ['multicast', '224.0.0.0/4'],
  ['metadata', '168.63.129.16/32'],
  [
    'reserved',
    '0.0.0.0/8',
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.88.99.0/24',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '240.0.0.0/4',
  ],
];

/** Of IPv6 only global unicast is allowed, without what carries an IPv4 address or is for documentation. */
const IPV6_ALLOWED = '2000::/3';
const IPV6: readonly (readonly [kind: string, ...ranges: string[]])[] = [
  ['loopback', '::1/128'],
  ['private', 'fc00::/7'],
  ['link-local', 'fe80::/10'],
  ['multicast', 'ff00::/8'],
  ['IPv4-mapped', '::ffff:0:0/96'],
  ['NAT64', '64:ff9b::/96', '64:ff9b:1::/48'],
  ['6to4', '2002::/16'],
  ['reserved', '2001::/23', '2001:db8::/32', '3fff::/20'],
];

const REFUSED = [...IPV4.map((row) => listOf(row, 'ipv4')), ...IPV6.map((row) => listOf(row, 'ipv6'))];
const GLOBAL_IPV6 = listOf(['global', IPV6_ALLOWED], 'ipv6').list;

interface Kind {
  readonly kind: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly list: BlockList;
}

/**
 * Refuses whatever is not a public unicast address.
 * @param allow true for every address, or ranges (`10.1.0.0/16`, `fd00::/8`, `127.0.0.1`) that are allowed beside the public ones
 * @throws WebhookOptionError
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
export function createAddressGuard(allow: boolean | readonly string[] = false): AddressGuard {
  if (allow === true) return { refusal: (address) => (isIP(address) === 0 ? 'malformed' : undefined) };
  const allowed = allow === false ? undefined : allowedRanges(allow);
  return {
    refusal(address) {
      const version = isIP(address);
      if (version === 0 || address.includes('%')) return 'malformed';
      const family = version === 4 ? 'ipv4' : 'ipv6';
      if (allowed?.[family].check(address, family) === true) return undefined;
      for (const { kind, family: of, list } of REFUSED)
        if (of === family && list.check(address, family)) return kind;
      return family === 'ipv6' && !GLOBAL_IPV6.check(address, family) ? 'reserved' : undefined;
    },
  };
}

function listOf([kind, ...ranges]: readonly [string, ...string[]], family: 'ipv4' | 'ipv6'): Kind {
  const list = new BlockList();
  for (const range of ranges) {
    const [net = '', bits] = range.split('/');
    list.addSubnet(net, Number(bits), family);
  }
  return { kind, family, list };
}

/** One list for each family, since Node holds an IPv4-mapped address against IPv4 ranges, too. */
function allowedRanges(ranges: unknown): Record<'ipv4' | 'ipv6', BlockList> {
  if (!Array.isArray(ranges)) throw badRange(ranges);
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const range of ranges as unknown[]) {
    const [net = '', bits, surplus] = typeof range === 'string' ? range.split('/') : [];
    const version = isIP(net);
    const most = version === 4 ? 32 : 128;
    const prefix = bits === undefined ? most : Number(bits);
    const isRange = version !== 0 && surplus === undefined && bits !== '' && Number.isInteger(prefix);
    if (!isRange || prefix < 0 || prefix > most) throw badRange(range);
    const family = version === 4 ? 'ipv4' : 'ipv6';
    lists[family].addSubnet(net, prefix, family);
  }
  return lists;
}

function badRange(range: unknown): WebhookOptionError {
  const shown = typeof range === 'string' ? JSON.stringify(range) : typeof range;
  return new WebhookOptionError(
    'allowPrivate',
    `is or holds ${shown}; it must be true, false, or addresses and ranges such as 10.1.0.0/16.`,
  );
}
