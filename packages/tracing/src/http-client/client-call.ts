import { channel } from 'node:diagnostics_channel';
import { contextStorage, Scope } from '@holdfast/context/storage';
import type { Span } from '@opentelemetry/api';
import { activeSource } from '../active-source.ts';
import { HTTP_CLIENT_CHANNEL, type HttpClientFact } from '../channels.ts';
import { clampMethod } from '../http-method.ts';
import { otel, SpanStatusCode } from '../otel-api.ts';
import { isTracingSuppressed, suppressTracing } from '../propagation/suppression.ts';
import { markFailed } from '../spans.ts';
import { startHttpClientSpan } from './client-span.ts';
import type { ResolvedHttpOptions } from './options.ts';

/** How an outgoing request ended. */
export interface CallOutcome {
  readonly statusCode?: number | undefined;
  readonly error?: unknown;
}

const httpChannel = channel(HTTP_CLIENT_CHANNEL);
const fetchChannel = channel('undici:request:create');
const HANDLED = Symbol.for('holdfast.tracing.http-client.handled');

/** An outgoing request on its way: its span, and what the others hear of it. */
export class ClientCall {
  /** Undefined outside of every request and job, where a call makes no trace of its own. */
  readonly span: Span | undefined;
  readonly url: URL;
  readonly #method: string;
  readonly #options: ResolvedHttpOptions;
  readonly #startedAt: number;
  #over = false;

  constructor(method: string, url: URL, options: ResolvedHttpOptions) {
    this.url = url;
    this.#method = clampMethod(method.toUpperCase());
    this.#options = options;
    this.span = hasTrace() ? startHttpClientSpan(method, url) : undefined;
    this.#startedAt = options.clock.now();
  }

  /** Says that the answer has arrived, or that none will; only the first call counts. */
  finish({ statusCode, error }: CallOutcome): void {
    if (this.#over) return;
    this.#over = true;
    const failed = error !== undefined || (statusCode !== undefined && statusCode >= 400);
    if (httpChannel.hasSubscribers) {
      const durationMs = this.#options.clock.now() - this.#startedAt;
      const fact: HttpClientFact = { host: this.url.host, method: this.#method, durationMs, failed };
      httpChannel.publish(statusCode === undefined ? fact : { ...fact, statusCode });
    }
    if (this.span !== undefined) endSpan(this.span, statusCode, error);
  }
}

/** Whether a request must be left alone: an exporter's own, or one that `tracedFetch` looks after already. */
export function isHandledElsewhere(): boolean {
  const store = contextStorage.getStore();
  if (store !== undefined && (isTracingSuppressed(store) || store.getValue(HANDLED) === true)) return true;
  return isTracingSuppressed(otel().context.active());
}

/** Runs `fn` so that what it sends is left alone by `instrumentOutgoingHttp()`. */
export function runHandled<T>(fn: () => T): T {
  return contextStorage.run((contextStorage.getStore() ?? new Scope()).setValue(HANDLED, true), fn);
}

/**
 * The same for what `fetch` sends. An instrumentation of undici knows nothing of ours and would make a second span, and a
 * second `traceparent`, so it is told in its own words to keep still; where nobody listens, nobody needs to be told.
 */
export function runHandledFetch<T>(fn: () => T): T {
  if (!fetchChannel.hasSubscribers) return runHandled(fn);
  const { context } = otel();
  return runHandled(() => context.with(suppressTracing(context.active()), fn));
}

function hasTrace(): boolean {
  return contextStorage.getStore() !== undefined || activeSource().active() !== undefined;
}

function endSpan(span: Span, statusCode: number | undefined, error: unknown): void {
  if (statusCode !== undefined) span.setAttribute('http.response.status_code', statusCode);
  if (error !== undefined) markFailed(span, causeOf(error));
  else if (statusCode !== undefined && statusCode >= 400) {
    span.setAttribute('error.type', String(statusCode));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

/** `fetch` wraps what happened into "fetch failed": the cause says more. */
function causeOf(error: unknown): unknown {
  return error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
}
