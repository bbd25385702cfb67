import { getTraceHeaders } from '@holdfast/context';
import type { ClientCall } from './client-call.ts';
import type { ResolvedHttpOptions } from './options.ts';

/** What a request carries. The context decides what its host may learn. */
export function outgoingHeaders(
  { url, span }: ClientCall,
  options: ResolvedHttpOptions,
): Record<string, string> {
  const { trustedHosts } = options;
  return { ...getTraceHeaders({ host: url, trustedHosts, propagate: options.propagates(url), span }) };
}

/** What a request carries whose span, and so whose trace and baggage, are somebody else's matter. */
export function headersBesideTrace(url: URL, { trustedHosts }: ResolvedHttpOptions): Record<string, string> {
  const { baggage, ...ids } = getTraceHeaders({ host: url, trustedHosts, propagate: false });
  return ids;
}
