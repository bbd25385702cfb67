import { ContextMissingError } from '../errors.ts';
import { state } from '../storage.ts';
import { newSpanId } from './identifiers.ts';
import { Scope } from './scope.ts';
import type { AttributeValue, Identity, TraceContext, TraceContextInit } from './trace-context.ts';

/**
 * A new context: a new trace, or with `parent` a continuation of that one.
 * Ids that `init` does not name are generated when first read.
 */
export function createTraceContext(init: TraceContextInit = {}): TraceContext {
  const { parent } = init;
  const scope = new Scope(parent as Scope | undefined);
  if (parent !== undefined) {
    scope.span = undefined;
    scope.fill({ spanId: newSpanId(), parentSpanId: parent.spanId });
  }
  scope.fill(init);
  return scope;
}

/** Runs `fn` with `context` active, in it and in everything it starts, sync and async alike. */
export function runWithTrace<T>(context: TraceContext, fn: () => T): T {
  return state.storage.run(context as Scope, fn);
}

/** The active context, or undefined outside of one. */
export function getCurrentTrace(): TraceContext | undefined {
  return state.activeSpanSource === undefined ? state.storage.getStore() : followForeignSpan();
}

/** The tenant of the current context; undefined outside of one, and before `setIdentity` has named it. */
export function getCurrentTenantId(): string | undefined {
  return state.storage.getStore()?.tenantId;
}

/** The user of the current context; undefined outside of one, and before `setIdentity` has named it. */
export function getCurrentUserId(): string | undefined {
  return state.storage.getStore()?.userId;
}

/** Adds an attribute to the request or job as a whole. Outside of a context it does nothing and returns false. */
export function setTraceAttribute(key: string, value: AttributeValue): boolean {
  const scope = state.storage.getStore();
  scope?.setAttribute(key, value);
  return scope !== undefined;
}

/**
 * Says who is at work, once authentication knows. Seen from then on in the whole request, also by what runs outside
 * the calling function. What is left out stays as it was.
 * @throws ContextMissingError outside of a context
 */
export function setIdentity(identity: Identity): void {
  const scope = state.storage.getStore();
  if (scope === undefined) throw new ContextMissingError('setIdentity()');
  scope.setIdentity(identity);
}

/** The ids of the active context as fields of a log line; empty outside of a context. */
export interface TraceLogFields {
  traceId?: string;
  spanId?: string;
  requestId?: string;
  correlationId?: string;
  tenantId?: string;
  userId?: string;
}

/** The ids of the current context as fields of a log line; none outside of one. Ids that are unknown are left out. */
export function getTraceLogFields(): TraceLogFields {
  const context = getCurrentTrace();
  if (context === undefined) return {};
  const { traceId, spanId, requestId, correlationId, tenantId, userId } = context;
  const fields: TraceLogFields = { traceId, spanId, requestId, correlationId };
  if (tenantId !== undefined) fields.tenantId = tenantId;
  if (userId !== undefined) fields.userId = userId;
  return fields;
}

/** Where an application's own OpenTelemetry context manager is in charge, its active span wins over ours. */
function followForeignSpan(): TraceContext | undefined {
  const scope = state.storage.getStore();
  const span = state.activeSpanSource?.();
  if (span === undefined) return scope;
  if (scope !== undefined && scope.spanId === span.spanContext().spanId) return scope;
  return (scope ?? new Scope()).withSpan(span);
}
