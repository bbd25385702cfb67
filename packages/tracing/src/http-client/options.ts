import { type Clock, systemClock } from '@holdfast/context/clock';
import { TracingOptionError } from '../errors.ts';

export interface OutgoingHttpOptions {
  /**
   * Hosts of one's own, which also get the request, correlation and tenant ids and what is left of the deadline:
   * `api.internal`, or `.internal` for every name below. Default none.
   */
  trustedHosts?: readonly string[] | undefined;
  /** Whether a request carries `traceparent` and `tracestate`. Default true for every host. */
  propagate?: boolean | ((url: URL) => boolean) | undefined;
  /** Requests that are left alone altogether. Default none. */
  ignore?: ((url: URL) => boolean) | undefined;
  /** Default the system's. */
  clock?: Clock | undefined;
}

export interface ResolvedHttpOptions {
  isTrusted(url: URL): boolean;
  propagates(url: URL): boolean;
  ignores(url: URL): boolean;
  readonly clock: Clock;
}

/** @throws TracingOptionError when `trustedHosts` holds something that is no host name */
export function resolveHttpOptions(options: OutgoingHttpOptions = {}): ResolvedHttpOptions {
  const { propagate = true, ignore } = options;
  const hosts = (options.trustedHosts ?? []).map(hostName);
  return {
    isTrusted: ({ hostname }) =>
      hosts.some((host) => hostname === host || (host.startsWith('.') && hostname.endsWith(host))),
    propagates: (url) => (typeof propagate === 'function' ? propagate(url) : propagate),
    ignores: (url) => ignore?.(url) === true,
    clock: options.clock ?? systemClock,
  };
}

function hostName(host: string): string {
  if (/^\.?[^\s/:@.][^\s/:@]*$|^\[[0-9a-fA-F:.]+\]$/.test(host)) return host.toLowerCase();
  throw new TracingOptionError(
    'trustedHosts',
    `holds ${JSON.stringify(host)}; it must be a host name without scheme, port or path, such as api.internal or .internal.`,
  );
}
