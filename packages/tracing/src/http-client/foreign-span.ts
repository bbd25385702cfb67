import type { Span } from '@opentelemetry/api';
import { activeSource } from '../active-source.ts';
import { SpanKind } from '../otel-api.ts';

type ReadableSpan = Span & { kind?: SpanKind; attributes?: object & { keys?: unknown } };

const METHOD_NAMES = ['http.request.method', 'http.method'];

/**
 * Whether somebody's instrumentation has made the span of the request that is being sent: it is active while `node:http`
 * makes the request, and a second one would say the same again.
 */
export function hasActiveHttpSpan(): boolean {
  const span: ReadableSpan | undefined = activeSource().active();
  if (span?.kind !== SpanKind.CLIENT || span.attributes === undefined) return false;
  const { keys } = span.attributes;
  const names: readonly unknown[] = Array.isArray(keys) ? keys : Object.keys(span.attributes);
  return METHOD_NAMES.some((name) => names.includes(name));
}

/**
 * Whether a request carries the `traceparent` of a span below the active one, which only its own span can be: made by an
 * instrumentation that listens to the same channel, or by the application itself.
 */
export function carriesOwnSpan(traceparent: string | undefined): boolean {
  if (traceparent === undefined) return false;
  const active = activeSource().active()?.spanContext();
  // With another SDK in charge and nothing active, whoever set it has begun a trace for this request.
  if (active === undefined) return activeSource().requestSpan !== undefined;
  return traceparent.slice(3, 35) === active.traceId && traceparent.slice(36, 52) !== active.spanId;
}
