import type { Attributes, Exception, Link, Span, SpanKind, TimeInput } from '@opentelemetry/api';
import { activeSource } from './active-source.ts';
import { SpanStatusCode } from './otel-api.ts';

/** What a span begins with. */
export interface SpanInit {
  /** Default internal. */
  kind?: SpanKind;
  attributes?: Attributes;
  /** Spans of other traces that this one belongs to. */
  links?: Link[];
  /** Default now. */
  startTime?: TimeInput;
  /** Begins a new trace whatever is active. Default false. */
  root?: boolean;
}

export interface CreateSpanOptions extends SpanInit {
  /** The span above the new one. Default the active span. */
  parentSpan?: Span | undefined;
}

/**
 * Runs `fn` inside a span, sync and async alike: the span is active in it and ends with it, an error is recorded and
 * goes on to the caller.
 * @example await withSpan('charge', async (span) => { span.setAttribute('order.id', id); return charge(id); });
 */
export function withSpan<T>(name: string, fn: (span: Span) => T, options?: SpanInit): T {
  const source = activeSource();
  const span = source.start(name, options);
  let result: T;
  try {
    result = source.runWith(span, fn);
  } catch (error) {
    failSpan(span, error);
    throw error;
  }
  if (isThenable(result))
    return source.runWith(span, () => endWith(span, result as PromiseLike<unknown>)) as T;
  span.end();
  return result;
}

/** A span that the caller ends, and that is not active: pass it as `parentSpan`, or use `withSpan` instead. */
export function createSpan(name: string, options: CreateSpanOptions = {}): Span {
  return activeSource().start(name, options, options.parentSpan);
}

/** Sets attributes on the active span; without one it does nothing. */
export function addSpanAttributes(attributes: Attributes): void {
  getCurrentSpan()?.setAttributes(attributes);
}

/**
 * The active span, or undefined outside of one.
 * @param _request taken and ignored, so that code which passes its request keeps working: the context knows better
 */
export function getCurrentSpan(_request?: object): Span | undefined {
  return activeSource().active();
}

/** A function that runs `fn` inside a span of its own at each call. */
export function traceAsync<Args extends unknown[], Result>(
  name: string,
  fn: (...args: Args) => Promise<Result>,
  options?: SpanInit,
): (...args: Args) => Promise<Result> {
  return (...args) => withSpan(name, () => fn(...args), options);
}

/** Records an error and ends the span. */
export function failSpan(span: Span, error: unknown): void {
  markFailed(span, error);
  span.end();
}

/** Records an error: the exception as an event, `error.type`, and the status. */
export function markFailed(span: Span, error: unknown): void {
  if (!span.isRecording()) return;
  const exception = error instanceof Error ? error : String(error);
  span.recordException(exception as Exception);
  span.setAttribute('error.type', errorType(error));
  span.setStatus({
    code: SpanStatusCode.ERROR,
    message: error instanceof Error ? error.message : String(error),
  });
}

/** A short, low-cardinality name of an error: its code, else its class. */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER';
  const { code } = error as Error & { code?: unknown };
  return typeof code === 'string' && code !== '' ? code : error.name;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function endWith(span: Span, work: PromiseLike<unknown>): PromiseLike<unknown> {
  return work.then(
    (value) => {
      span.end();
      return value;
    },
    (error: unknown) => {
      failSpan(span, error);
      throw error;
    },
  );
}
