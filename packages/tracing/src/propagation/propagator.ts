import { formatTraceparent, parseTraceparent, parseTracestate } from '@holdfast/context';
import { isScope } from '@holdfast/context/storage';
import type {
  Context,
  SpanContext,
  TextMapGetter,
  TextMapPropagator,
  TextMapSetter,
} from '@opentelemetry/api';
import { otel } from '../otel-api.ts';
import { isTracingSuppressed } from './suppression.ts';
import { W3cTraceState } from './trace-state.ts';

/**
 * W3C Trace Context level 2 for the OpenTelemetry API, on the codec that the context itself uses, so that a header
 * written by anyone's instrumentation is the one that `injectTraceHeaders()` writes. Baggage is neither written nor
 * read: a propagator is not told to whom a request goes and from whom it comes, and both decide about it.
 * @see https://www.w3.org/TR/trace-context-2/
 */
export class W3cPropagator implements TextMapPropagator<unknown> {
  fields(): string[] {
    return ['traceparent', 'tracestate'];
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter<unknown>): void {
    if (isTracingSuppressed(context)) return;
    const { traceparent, tracestate } = traceHeadersOf(context);
    if (traceparent !== undefined) setter.set(carrier, 'traceparent', traceparent);
    if (tracestate !== undefined) setter.set(carrier, 'tracestate', tracestate);
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter<unknown>): Context {
    const header = single(getter.get(carrier, 'traceparent'));
    const parent = header === undefined ? undefined : parseTraceparent(header);
    if (parent === undefined) return context;
    const spanContext: SpanContext = {
      traceId: parent.traceId,
      spanId: parent.parentSpanId,
      traceFlags: parent.traceFlags,
      isRemote: true,
    };
    const state = getter.get(carrier, 'tracestate');
    const accepted =
      state === undefined ? undefined : parseTracestate(typeof state === 'string' ? state : state.join(','));
    if (accepted !== undefined) spanContext.traceState = new W3cTraceState(accepted);
    return otel().trace.setSpan(context, otel().trace.wrapSpanContext(spanContext));
  }
}

/** The two W3C headers of a context: of its span, or of the scope where no span is. */
export function traceHeadersOf(context: Context): { traceparent?: string; tracestate?: string } {
  const span = otel().trace.getSpanContext(context);
  if (span !== undefined) return headersOfSpan(span);
  if (!isScope(context)) return {};
  const { traceId, spanId, traceFlags, traceState } = context;
  const traceparent = formatTraceparent(traceId, spanId, traceFlags);
  return traceState === undefined ? { traceparent } : { traceparent, tracestate: traceState };
}

export function headersOfSpan(span: SpanContext): { traceparent?: string; tracestate?: string } {
  if (!otel().trace.isSpanContextValid(span)) return {};
  const traceparent = formatTraceparent(span.traceId, span.spanId, span.traceFlags);
  const tracestate = span.traceState?.serialize();
  return tracestate === undefined || tracestate === '' ? { traceparent } : { traceparent, tracestate };
}

function single(value: string | string[] | undefined): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  return value.length === 1 ? value[0] : undefined;
}
