import type { Span } from '@opentelemetry/api';
import { activeSource } from './active-source.ts';
import { clampMethod } from './http-method.ts';
import { sharedAttributes } from './http-server-attributes.ts';
import { SpanKind, SpanStatusCode } from './otel-api.ts';
import type { SpanSource } from './span-source.ts';
import { errorType, markFailed } from './spans.ts';

/** What is known of a request when it comes in. */
export interface HttpServerSpanInit {
  method: string;
  /** Path without query. */
  path: string;
  /** `http` or `https`. */
  scheme?: string | undefined;
  /** The host name that the client asked for. */
  serverAddress?: string | undefined;
  /** The port that the client asked for. */
  serverPort?: number | undefined;
  clientAddress?: string | undefined;
  userAgent?: string | undefined;
  /** `1.1` or `2`. */
  protocolVersion?: string | undefined;
}

/** How the request ended. */
export interface HttpServerSpanEnd {
  /** Missing where the client left before an answer was made. */
  statusCode?: number | undefined;
  error?: unknown;
}

/** The span of an incoming request. */
export interface HttpServerSpan {
  readonly span: Span;
  /** The matched pattern with its mount path, known when the request has been routed. */
  setRoute(route: string): void;
  /** Ends the span, unless another instrumentation made it, which ends it itself. */
  end(outcome: HttpServerSpanEnd): void;
  /** Runs `fn` with the span active; where a scope was open already, that is so without it. */
  run<T>(fn: () => T): T;
}

/**
 * The span of an incoming request, for an adapter to a web framework. Call it inside the request's context: the span
 * then continues the caller's trace and is active in the whole request.
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server
 */
export function startHttpServerSpan(init: HttpServerSpanInit): HttpServerSpan {
  const source = activeSource();
  const made = source.requestSpan?.();
  if (made !== undefined) return new AdoptedRequestSpan(made, init.method);
  const prepared = sharedAttributes(init);
  const method = clampMethod(init.method);
  const label = method === '_OTHER' ? 'HTTP' : method;
  const span = source.startRequest(label, { kind: SpanKind.SERVER, prepared });
  span.setAttribute('url.path', init.path);
  if (init.clientAddress !== undefined) span.setAttribute('client.address', init.clientAddress);
  if (init.userAgent !== undefined) span.setAttribute('user_agent.original', init.userAgent);
  if (method === '_OTHER') span.setAttribute('http.request.method_original', init.method);
  return new RequestSpan(span, label, source);
}

class RequestSpan implements HttpServerSpan {
  readonly span: Span;
  readonly #label: string;
  readonly #source: SpanSource;

  constructor(span: Span, label: string, source: SpanSource) {
    this.span = span;
    this.#label = label;
    this.#source = source;
  }

  setRoute(route: string): void {
    this.span.setAttribute('http.route', route);
    this.span.updateName(`${this.#label} ${route}`);
  }

  end(outcome: HttpServerSpanEnd): void {
    endServerSpan(this.span, outcome);
  }

  run<T>(fn: () => T): T {
    const source = this.#source;
    return source.attaches && source.active() === this.span ? fn() : source.runWith(this.span, fn);
  }
}

/** A span that other instrumentation has made for the same request and will end itself: it only learns its route. */
class AdoptedRequestSpan implements HttpServerSpan {
  readonly span: Span;
  readonly #method: string;

  constructor(span: Span, method: string) {
    this.span = span;
    this.#method = method;
  }

  setRoute(route: string): void {
    this.span.setAttribute('http.route', route);
    this.span.updateName(`${this.#method} ${route}`);
  }

  end(): void {
    // Ended by whoever began it.
  }

  run<T>(fn: () => T): T {
    return fn();
  }
}

/** A 4xx is the client's mistake and leaves the status as it is; a 5xx, an error or a broken connection is ours. */
function endServerSpan(span: Span, { statusCode, error }: HttpServerSpanEnd): void {
  if (statusCode !== undefined) span.setAttribute('http.response.status_code', statusCode);
  if (error !== undefined && (statusCode === undefined || statusCode >= 500)) markFailed(span, error);
  else if (statusCode !== undefined && statusCode >= 500) {
    span.setAttribute('error.type', String(statusCode));
    span.setStatus({ code: SpanStatusCode.ERROR });
  } else if (error !== undefined) span.setAttribute('error.type', errorType(error));
  span.end();
}
