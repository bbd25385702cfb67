import { ContextOptionError } from '../errors.ts';

/** Hosts that may learn more of a request than its trace. */
export interface HostAllowList {
  /** @param host a URL, or a host name with or without a port */
  includes(host: string | URL): boolean;
}

const NAME = /^\.?[^\s/:@.][^\s/:@]*$|^\[[0-9a-fA-F:.]+\]$/;

/**
 * @param hosts `api.internal` for that name, `.internal` for every name below; the port does not matter
 * @throws ContextOptionError when one of them is no host name
 */
export function createHostAllowList(hosts: readonly string[]): HostAllowList {
  const names = new Set(hosts.map(checkedName));
  const suffixes = [...names].filter((name) => name.startsWith('.'));
  return {
    includes(host) {
      const name = nameOf(host);
      return name !== '' && (names.has(name) || suffixes.some((suffix) => name.endsWith(suffix)));
    },
  };
}

function checkedName(host: string): string {
  const isSuffix = host.startsWith('.');
  const name = NAME.test(host) ? URL.parse(`http://${isSuffix ? 'any' : ''}${host}`)?.hostname : undefined;
  if (name !== undefined) return isSuffix ? name.slice('any'.length) : name;
  throw new ContextOptionError(
    'trustedHosts',
    `trustedHosts holds ${JSON.stringify(host)}; it must be a host name without scheme, port or path, such as api.internal or .internal.`,
  );
}

/** As the client reads it, so that nothing gets on the list by the way it is written; empty for what is no host. */
function nameOf(host: string | URL): string {
  const url = typeof host === 'string' ? urlOf(host) : host;
  return url === null ? '' : url.hostname.toLowerCase().replace(/\.$/, '');
}

function urlOf(host: string): URL | null {
  return /[/@?#\\\s]/.test(host) ? null : URL.parse(`http://${host}`);
}
