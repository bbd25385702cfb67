import { parseBaggage } from '../baggage/baggage.ts';
import { isAcceptableId } from '../scope/identifiers.ts';
import type { TraceContextInit } from '../scope/trace-context.ts';
import { parseTraceparent, parseTracestate } from './traceparent.ts';

/** Headers as node:http gives them: lower-case names, repeated ones joined or listed. */
export type IncomingHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface ExtractOptions {
  /**
   * Whether the sender may say who is at work (`x-tenant-id`, `x-user-id`), shorten the deadline
   * (`x-request-timeout-ms`) and give `baggage` along. Default false: anyone can write a header.
   */
  trusted?: boolean;
}

/**
 * Reads a context out of request headers, for `createTraceContext(...)`. Every value is checked: a malformed
 * `traceparent` begins a new trace, an id that is not 1 to 128 of `[A-Za-z0-9._:-]` is left out, and a legacy
 * `x-trace-id` becomes the attribute `legacy.trace_id`, never a trace id. Never throws.
 * @see https://www.w3.org/TR/trace-context-2/
 */
export function extractTraceContext(
  headers: IncomingHeaders,
  options: ExtractOptions = {},
): TraceContextInit {
  const init: TraceContextInit = {
    requestId: acceptedId(headers, 'x-request-id'),
    correlationId: acceptedId(headers, 'x-correlation-id'),
  };
  readTraceparent(headers, init);
  const legacyTraceId = acceptedId(headers, 'x-trace-id');
  if (legacyTraceId !== undefined) init.attributes = { 'legacy.trace_id': legacyTraceId };
  if (options.trusted === true) readTrusted(headers, init);
  return init;
}

function readTraceparent(headers: IncomingHeaders, init: TraceContextInit): void {
  const header = single(headers['traceparent']);
  const parent = header === undefined ? undefined : parseTraceparent(header);
  if (parent === undefined) return;
  init.traceId = parent.traceId;
  init.parentSpanId = parent.parentSpanId;
  init.traceFlags = parent.traceFlags;
  const state = headers['tracestate'];
  if (state !== undefined) init.traceState = parseTracestate(joined(state));
}

function readTrusted(headers: IncomingHeaders, init: TraceContextInit): void {
  init.tenantId = acceptedId(headers, 'x-tenant-id');
  init.userId = acceptedId(headers, 'x-user-id');
  const timeout = single(headers['x-request-timeout-ms']);
  if (timeout !== undefined && /^\d{1,9}$/.test(timeout)) init.timeoutMs = Number(timeout);
  const baggage = headers['baggage'];
  if (baggage !== undefined) init.baggage = parseBaggage(joined(baggage));
}

function acceptedId(headers: IncomingHeaders, name: string): string | undefined {
  const value = headers[name];
  return isAcceptableId(value) ? value : undefined;
}

/** A header that may come once: a list of one is that one, a longer list is malformed. */
function single(value: string | readonly string[] | undefined): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  return value.length === 1 ? value[0] : undefined;
}

/** A header that may come in several: together they are one list. */
function joined(value: string | readonly string[]): string {
  return typeof value === 'string' ? value : value.join(',');
}
