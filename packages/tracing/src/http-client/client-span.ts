import type { Attributes, Span } from '@opentelemetry/api';
import { activeSource } from '../active-source.ts';
import { clampMethod } from '../http-method.ts';
import { SpanKind } from '../otel-api.ts';
import { headersOfSpan } from '../propagation/propagator.ts';

export interface HttpClientSpanOptions {
  /** The span above. Default the active span. */
  parentSpan?: Span | undefined;
  /** Of the span, beside those of HTTP. Default none. */
  attributes?: Attributes | undefined;
}

/**
 * The span of an outgoing request that the caller sends and ends itself. Send `traceHeaders(span)` along.
 * @throws TypeError when `url` is a string that is no URL
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client
 */
export function startHttpClientSpan(
  method: string,
  url: string | URL,
  options: HttpClientSpanOptions = {},
): Span {
  const known = clampMethod(method.toUpperCase());
  const attributes = { ...clientAttributes(method, known, new URL(url)), ...options.attributes };
  const name = known === '_OTHER' ? 'HTTP' : known;
  return activeSource().start(name, { kind: SpanKind.CLIENT, attributes }, options.parentSpan);
}

/** `traceparent`, and `tracestate` where there is one, for a request that belongs to `span`. */
export function traceHeaders(span: Span): { traceparent?: string; tracestate?: string } {
  return headersOfSpan(span.spanContext());
}

function clientAttributes(method: string, known: string, url: URL): Attributes {
  const attributes: Attributes = {
    'http.request.method': known,
    'server.address': url.hostname,
    'server.port': portOf(url),
    'url.full': withoutSecrets(url),
  };
  if (known === '_OTHER') attributes['http.request.method_original'] = method;
  return attributes;
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

/** Scheme, host, path and the names of the query; who asks and what for is nobody's business. */
function withoutSecrets(url: URL): string {
  const names = [...url.searchParams.keys()].map((name) => `${encodeURIComponent(name)}=REDACTED`);
  const query = names.length === 0 ? '' : `?${names.join('&')}`;
  return `${url.protocol}//${url.host}${url.pathname}${query}`;
}
