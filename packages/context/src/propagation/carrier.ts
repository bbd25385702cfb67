import { formatBaggage, parseBaggage } from '../baggage/baggage.ts';
import { createTraceContext, getCurrentTrace } from '../scope/current.ts';
import { isAcceptableId } from '../scope/identifiers.ts';
import type { TraceContext, TraceContextInit } from '../scope/trace-context.ts';
import { formatTraceparent, parseTraceparent, parseTracestate } from './traceparent.ts';

/** A context as plain strings, to be stored with a job or an event. The deadline stays behind. */
export interface Carrier {
  traceparent?: string;
  tracestate?: string;
  requestId?: string;
  correlationId?: string;
  tenantId?: string;
  userId?: string;
  /** As in the W3C header. */
  baggage?: string;
}

/** The current context, or `context`, in a form that can be stored; empty outside of a context. */
export function toCarrier(context: TraceContext | undefined = getCurrentTrace()): Carrier {
  if (context === undefined) return {};
  const { traceId, spanId, traceFlags, traceState, requestId, correlationId, tenantId, userId } = context;
  const carrier: Carrier = {
    traceparent: formatTraceparent(traceId, spanId, traceFlags),
    requestId,
    correlationId,
  };
  if (traceState !== undefined) carrier.tracestate = traceState;
  if (tenantId !== undefined) carrier.tenantId = tenantId;
  if (userId !== undefined) carrier.userId = userId;
  const baggage = context.baggage.length === 0 ? undefined : formatBaggage(context.baggage);
  if (baggage !== undefined) carrier.baggage = baggage;
  return carrier;
}

/**
 * A context that continues what `toCarrier()` wrote: same trace and ids, the writer's span as parent.
 * Identity is taken as it was written, since the carrier comes from our own storage; what is malformed is left out.
 */
export function fromCarrier(carrier: Carrier): TraceContext {
  const init: TraceContextInit = {
    tenantId: text(carrier.tenantId),
    userId: text(carrier.userId),
  };
  const baggage = text(carrier.baggage);
  if (baggage !== undefined) init.baggage = parseBaggage(baggage);
  if (isAcceptableId(carrier.requestId)) init.requestId = carrier.requestId;
  if (isAcceptableId(carrier.correlationId)) init.correlationId = carrier.correlationId;
  const parent = parseTraceparent(text(carrier.traceparent) ?? '');
  if (parent !== undefined) {
    Object.assign(init, parent);
    init.traceState = parseTracestate(text(carrier.tracestate) ?? '');
  }
  return createTraceContext(init);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
