import { Resolver } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import { AddressRefusedError } from '../errors.ts';
import type { AddressGuard } from './address-guard.ts';

/** All addresses of a name; none or an error where it has none. */
export type ResolveHost = (hostname: string) => Promise<readonly string[]>;

const DNS_TIMEOUT_MS = 2000;
const DNS_TRIES = 2;

/**
 * Asks the DNS servers of the machine, IPv4 and IPv6 at once, without the threads that `dns.lookup` shares with file
 * access: a name whose servers are silent would hold one of four. `/etc/hosts` is not read.
 */
export function createDnsResolver(allowLocalNames: boolean): ResolveHost {
  const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: DNS_TRIES });
  return async (hostname) => {
    if (allowLocalNames && /(^|\.)localhost\.?$/.test(hostname)) return ['127.0.0.1', '::1'];
    const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    const found = [four, six].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (found.length === 0 && four.status === 'rejected') throw four.reason;
    return found;
  };
}

/**
 * A `lookup` for `node:net` that gives the connection only addresses that were checked, so that a name cannot be
 * resolved to one address for the check and to another for the connection. One refused address refuses the name.
 */
export function guardedLookup(resolve: ResolveHost, guard: AddressGuard): LookupFunction {
  const checkedAddresses = callbackify((hostname: string) => addressesOf(hostname, resolve, guard));
  return (hostname, options, callback) =>
    checkedAddresses(hostname, (error, found) => {
      if (error !== null) return callback(error, '', 4);
      const wanted = found.filter(({ family }) => !options.family || options.family === family);
      const [first] = wanted;
      if (first === undefined) return callback(noAddress(), '', 4);
      if (options.all === true) return callback(null, wanted);
      return callback(null, first.address, first.family);
    });
}

async function addressesOf(
  hostname: string,
  resolve: ResolveHost,
  guard: AddressGuard,
): Promise<readonly { address: string; family: 4 | 6 }[]> {
  const addresses = await resolve(hostname);
  for (const address of addresses) {
    const kind = guard.refusal(address);
    if (kind !== undefined) throw new AddressRefusedError(kind);
  }
  return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
}

function noAddress(): NodeJS.ErrnoException {
  return Object.assign(new Error('The host of the endpoint has no address.'), { code: 'ENOTFOUND' });
}
