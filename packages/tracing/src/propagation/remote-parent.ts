import { contextStorage } from '@holdfast/context/storage';
import type { Context, Span, SpanContext } from '@opentelemetry/api';
import { otel } from '../otel-api.ts';
import { W3cTraceState } from './trace-state.ts';

/**
 * The active context, as a tracer that knows nothing of scopes must see it: where a request has come in and no span
 * is there yet, the caller's span stands as the remote parent.
 */
export function contextUnderRemoteParent(): Context {
  const scope = contextStorage.getStore();
  if (scope === undefined) return otel().ROOT_CONTEXT;
  const parent = remoteParent();
  return parent === undefined ? scope : otel().trace.setSpan(scope, parent);
}

/** The span of the caller, or of a job's producer, where no span of this process has followed it yet. */
export function remoteParent(): Span | undefined {
  const scope = contextStorage.getStore();
  if (scope === undefined || scope.span !== undefined || scope.parentSpanId === undefined) return undefined;
  const { traceId, parentSpanId, traceFlags, traceState } = scope;
  const remote: SpanContext = { traceId, spanId: parentSpanId, traceFlags, isRemote: true };
  if (traceState !== undefined) remote.traceState = new W3cTraceState(traceState);
  return otel().trace.wrapSpanContext(remote);
}
