import { createHostAllowList, type HostAllowList } from '@holdfast/context';
import { type Clock, systemClock } from '@holdfast/context/clock';
import { TracingOptionError } from '../errors.ts';

export interface OutgoingHttpOptions {
  /**
   * Hosts of one's own, which also get the request, correlation and tenant ids, baggage and what is left of the deadline:
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
  readonly trustedHosts: HostAllowList;
  propagates(url: URL): boolean;
  ignores(url: URL): boolean;
  readonly clock: Clock;
}

/** @throws TracingOptionError when `trustedHosts` holds something that is no host name */
export function resolveHttpOptions(options: OutgoingHttpOptions = {}): ResolvedHttpOptions {
  const { propagate = true, ignore } = options;
  return {
    trustedHosts: allowList(options.trustedHosts ?? []),
    propagates: (url) => (typeof propagate === 'function' ? propagate(url) : propagate),
    ignores: (url) => ignore?.(url) === true,
    clock: options.clock ?? systemClock,
  };
}

function allowList(hosts: readonly string[]): HostAllowList {
  try {
    return createHostAllowList(hosts);
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message.replace(/^trustedHosts /, '') : 'cannot be used.';
    throw new TracingOptionError('trustedHosts', problem, { cause });
  }
}
