export { type Carrier, fromCarrier, toCarrier } from './carrier.ts';
export {
  createTraceContext,
  getCurrentTenantId,
  getCurrentTrace,
  getCurrentUserId,
  getTraceLogFields,
  runWithTrace,
  setIdentity,
  setTraceAttribute,
  type TraceLogFields,
} from './current.ts';
export { ContextError, ContextMissingError, ContextOptionError, DeadlineExceededError } from './errors.ts';
export {
  type ExtractOptions,
  extractTraceContext,
  getTraceHeaders,
  type IncomingHeaders,
  injectTraceHeaders,
  type TraceHeaders,
} from './headers.ts';
export { isAcceptableId, newSpanId, newTraceId } from './identifiers.ts';
export { currentSignal, type DeadlineOptions, remainingMs, withDeadline } from './time-limit.ts';
export type { AttributeValue, Identity, TraceContext, TraceContextInit } from './trace-context.ts';
export { formatTraceparent, parseTraceparent, parseTracestate, type TraceParent } from './traceparent.ts';
