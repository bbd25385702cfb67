import { isIP } from 'node:net';
import { EndpointUrlRefusedError } from '../errors.ts';
import type { AddressGuard } from './address-guard.ts';

/** Which URLs an endpoint may have. */
export interface UrlPolicy {
  readonly guard: AddressGuard;
  readonly allowHttp: boolean;
  readonly ports: ReadonlySet<number> | 'any';
  /** Whether `localhost` may be meant. */
  readonly allowLocalNames: boolean;
}

const LONGEST_URL = 2048;
const LOCAL_NAME = /(^|\.)(localhost|local|internal|localdomain|home\.arpa)$/;

/**
 * Checks what can be known before the name is resolved; the address is checked again whenever a connection is made.
 * The URL parser has turned decimal, octal and hexadecimal forms of an IPv4 address into the usual one.
 * @throws EndpointUrlRefusedError
 */
export function checkedUrl(text: unknown, policy: UrlPolicy): URL {
  if (typeof text !== 'string' || text.length > LONGEST_URL)
    throw new EndpointUrlRefusedError(`must be text of at most ${LONGEST_URL} characters`);
  const url = URL.parse(text);
  if (url === null) throw new EndpointUrlRefusedError('cannot be read as a URL');
  if (url.protocol !== 'https:' && !(policy.allowHttp && url.protocol === 'http:'))
    throw new EndpointUrlRefusedError('must begin with https://');
  if (url.username !== '' || url.password !== '')
    throw new EndpointUrlRefusedError('holds credentials; take them out, the signature proves who sends');
  const port = portOf(url);
  if (policy.ports !== 'any' && !policy.ports.has(port))
    throw new EndpointUrlRefusedError(`has the port ${port}, which is not among the allowed ports`);
  const why = hostRefusal(url, policy);
  if (why !== undefined) throw new EndpointUrlRefusedError(why);
  url.hash = '';
  return url;
}

/** Where no name has to be resolved the address is checked here, since Node then asks no resolver. */
export function hostRefusal(url: URL, { guard, allowLocalNames }: UrlPolicy): string | undefined {
  const host = hostOf(url);
  if (isIP(host) !== 0) {
    const kind = guard.refusal(host);
    return kind === undefined ? undefined : `names a ${kind} address`;
  }
  const name = host.replace(/\.$/, '');
  if (!allowLocalNames && (LOCAL_NAME.test(name) || !name.includes('.')))
    return 'names a host of the local network';
  return undefined;
}

/** The host as a resolver takes it: an IPv6 address without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

export function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}
