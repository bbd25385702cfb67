import { contextStorage } from '@holdfast/context/storage';
import type { Context, SpanContext } from '@opentelemetry/api';
import { otel } from '../otel-api.ts';
import { W3cTraceState } from './trace-state.ts';

/**
 * The active context, as a tracer that knows nothing of scopes must see it: where a request has come in and no span
 * is there yet, the caller's span stands as the remote parent.
 */
export function contextUnderRemoteParent(): Context {
  const scope = contextStorage.getStore();
  if (scope === undefined) return otel().ROOT_CONTEXT;
  if (scope.span !== undefined || scope.parentSpanId === undefined) return scope;
  const { traceId, parentSpanId, traceFlags, traceState } = scope;
  const remote: SpanContext = { traceId, spanId: parentSpanId, traceFlags, isRemote: true };
  if (traceState !== undefined) remote.traceState = new W3cTraceState(traceState);
  return otel().trace.setSpan(scope, otel().trace.wrapSpanContext(remote));
}
