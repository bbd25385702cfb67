import { type Carrier, parseTraceparent } from '@holdfast/context';
import { contextStorage, Scope } from '@holdfast/context/storage';
import type { Link, Span } from '@opentelemetry/api';

/** The link from a job's attempt to whoever made the job; none where the carrier names no trace. */
export function linkTo(carrier: Carrier): Link[] {
  const parent = parseTraceparent(carrier.traceparent ?? '');
  if (parent === undefined) return [];
  const { traceId, parentSpanId: spanId, traceFlags } = parent;
  return [{ context: { traceId, spanId, traceFlags, isRemote: true } }];
}

/** The identity and ids of `current` without its trace: `span` begins one of its own. */
export function scopeOfNewTrace(span: Span, current: Scope | undefined = contextStorage.getStore()): Scope {
  const scope = current === undefined ? new Scope() : current.child();
  scope.parentSpanId = undefined;
  scope.traceState = undefined;
  scope.attachSpan(span);
  return scope;
}
