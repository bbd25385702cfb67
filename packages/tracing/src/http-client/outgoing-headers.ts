import { getTraceHeaders, remainingMs } from '@holdfast/context';
import { contextStorage } from '@holdfast/context/storage';
import { headersOfSpan, traceHeadersOf } from '../propagation/propagator.ts';
import type { ClientCall } from './client-call.ts';
import type { ResolvedHttpOptions } from './options.ts';

/**
 * What a request carries: the trace for any host, one's own ids and what is left of the deadline only for hosts on the
 * allow-list.
 */
export function outgoingHeaders(call: ClientCall, options: ResolvedHttpOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  if (options.isTrusted(call.url)) {
    Object.assign(headers, getTraceHeaders());
    const left = remainingMs();
    if (left !== Number.POSITIVE_INFINITY) headers['x-request-timeout-ms'] = String(Math.floor(left));
  }
  delete headers['traceparent'];
  delete headers['tracestate'];
  if (!options.propagates(call.url)) return headers;
  const scope = contextStorage.getStore();
  const ofSpan = call.span === undefined ? {} : headersOfSpan(call.span.spanContext());
  const ofTrace = 'traceparent' in ofSpan || scope === undefined ? ofSpan : traceHeadersOf(scope);
  return Object.assign(headers, ofTrace);
}
