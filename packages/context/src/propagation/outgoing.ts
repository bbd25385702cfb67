import { formatBaggage } from '../baggage/baggage.ts';
import { remainingMs } from '../deadline/time-limit.ts';
import { getCurrentTrace } from '../scope/current.ts';
import { isAcceptableId } from '../scope/identifiers.ts';
import type { SpanLike } from '../scope/span-like.ts';
import type { TraceContext } from '../scope/trace-context.ts';
import { createHostAllowList, type HostAllowList } from './host-allow-list.ts';
import { formatTraceparent, parseTraceparent } from './traceparent.ts';

/** The header names that `injectTraceHeaders` writes. */
export interface TraceHeaders {
  traceparent?: string;
  tracestate?: string;
  'x-request-id'?: string;
  'x-correlation-id'?: string;
  'x-trace-id'?: string;
  'x-span-id'?: string;
  'x-tenant-id'?: string;
  /** Only for a host on the allow-list. */
  baggage?: string;
  /** What is left of the deadline, in whole milliseconds. Only for a host on the allow-list. */
  'x-request-timeout-ms'?: string;
}

/** Where a request goes. */
export interface Destination {
  /** A URL, or a host name with or without a port. */
  host: string | URL;
  /**
   * One's own hosts: `api.internal`, or `.internal` for every name below. Default none: then the request carries
   * `traceparent` and `tracestate` and nothing else.
   */
  trustedHosts?: readonly string[] | HostAllowList | undefined;
  /** Whether `traceparent` and `tracestate` go along. Default true. */
  propagate?: boolean | undefined;
  /** The span of the request itself, which becomes the parent of what the receiver does. Default the active span. */
  span?: SpanLike | undefined;
}

/**
 * The headers that carry the current context to another service; empty outside of a context. With a `destination` the
 * allow-list decides what that host may learn; without one the caller vouches for it, and all but baggage and deadline
 * go along.
 * @throws ContextOptionError when `trustedHosts` holds something that is no host name
 */
export function getTraceHeaders(destination?: Destination): TraceHeaders {
  const context = getCurrentTrace();
  if (destination === undefined) return context === undefined ? {} : idHeaders(context, parentOf(context));
  const { span, propagate = true } = destination;
  const parent = spanParent(span) ?? (context === undefined ? undefined : parentOf(context));
  if (parent === undefined) return {};
  const headers = context !== undefined && isTrusted(destination) ? ownHeaders(context, parent) : {};
  return propagate ? Object.assign(headers, w3cHeaders(parent)) : withoutW3c(headers);
}

/**
 * Adds the headers of the current context to `headers` and returns it. Outside of a context it adds nothing.
 * @throws ContextOptionError when `destination.trustedHosts` holds something that is no host name
 */
export function injectTraceHeaders<T extends Headers | Record<string, unknown>>(
  headers: T,
  destination?: Destination,
): T {
  for (const [name, value] of Object.entries(getTraceHeaders(destination))) {
    if (headers instanceof Headers) headers.set(name, value);
    else (headers as Record<string, unknown>)[name] = value;
  }
  return headers;
}

/** What the receiver continues. */
interface Parent {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly state: string | undefined;
}

function parentOf({ traceId, spanId, traceFlags, traceState }: TraceContext): Parent {
  return { traceId, spanId, traceFlags, state: traceState };
}

/** A span that records nothing may have no ids: undefined then. */
function spanParent(span: SpanLike | undefined): Parent | undefined {
  if (span === undefined) return undefined;
  const { traceId, spanId, traceFlags, traceState } = span.spanContext();
  if (parseTraceparent(formatTraceparent(traceId, spanId, traceFlags)) === undefined) return undefined;
  return { traceId, spanId, traceFlags, state: traceState?.serialize() };
}

function isTrusted({ host, trustedHosts = [] }: Destination): boolean {
  const list = isListOfNames(trustedHosts) ? createHostAllowList(trustedHosts) : trustedHosts;
  return list.includes(host);
}

function isListOfNames(hosts: readonly string[] | HostAllowList): hosts is readonly string[] {
  return Array.isArray(hosts);
}

function w3cHeaders({ traceId, spanId, traceFlags, state }: Parent): TraceHeaders {
  const traceparent = formatTraceparent(traceId, spanId, traceFlags);
  return state === undefined || state === '' ? { traceparent } : { traceparent, tracestate: state };
}

function withoutW3c({ traceparent: _parent, tracestate: _state, ...others }: TraceHeaders): TraceHeaders {
  return others;
}

function idHeaders({ requestId, correlationId, tenantId }: TraceContext, parent: Parent): TraceHeaders {
  const headers: TraceHeaders = w3cHeaders(parent);
  headers['x-request-id'] = requestId;
  headers['x-correlation-id'] = correlationId;
  headers['x-trace-id'] = parent.traceId;
  headers['x-span-id'] = parent.spanId;
  if (tenantId !== undefined && isAcceptableId(tenantId)) headers['x-tenant-id'] = tenantId;
  return headers;
}

/** For a host on the allow-list. */
function ownHeaders(context: TraceContext, parent: Parent): TraceHeaders {
  const headers = idHeaders(context, parent);
  const baggage = formatBaggage(context.baggage);
  if (baggage !== undefined) headers.baggage = baggage;
  const leftMs = remainingMs();
  if (leftMs !== Number.POSITIVE_INFINITY) headers['x-request-timeout-ms'] = String(Math.floor(leftMs));
  return headers;
}
