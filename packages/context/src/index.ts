export {
  BAGGAGE_LIMITS,
  type Baggage,
  type BaggageEntry,
  type BaggageProperty,
  formatBaggage,
  parseBaggage,
} from './baggage/baggage.ts';
export {
  getBaggage,
  getBaggageEntry,
  removeBaggageEntry,
  setBaggageEntry,
} from './baggage/current-baggage.ts';
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
  type IncomingHeaders,
} from './headers.ts';
export { createHostAllowList, type HostAllowList } from './host-allow-list.ts';
export { isAcceptableId, newSpanId, newTraceId } from './identifiers.ts';
export { type Destination, getTraceHeaders, injectTraceHeaders, type TraceHeaders } from './outgoing.ts';
export { currentSignal, type DeadlineOptions, remainingMs, withDeadline } from './time-limit.ts';
export type { AttributeValue, Identity, TraceContext, TraceContextInit } from './trace-context.ts';
export { formatTraceparent, parseTraceparent, parseTracestate, type TraceParent } from './traceparent.ts';
