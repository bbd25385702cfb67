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
export { currentSignal, type DeadlineOptions, remainingMs, withDeadline } from './deadline/time-limit.ts';
export { ContextError, ContextMissingError, ContextOptionError, DeadlineExceededError } from './errors.ts';
export { type Carrier, fromCarrier, toCarrier } from './propagation/carrier.ts';
export {
  type ExtractOptions,
  extractTraceContext,
  type IncomingHeaders,
} from './propagation/headers.ts';
export { createHostAllowList, type HostAllowList } from './propagation/host-allow-list.ts';
export {
  type Destination,
  getTraceHeaders,
  injectTraceHeaders,
  type TraceHeaders,
} from './propagation/outgoing.ts';
export {
  formatTraceparent,
  parseTraceparent,
  parseTracestate,
  type TraceParent,
} from './propagation/traceparent.ts';
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
} from './scope/current.ts';
export { isAcceptableId, newSpanId, newTraceId } from './scope/identifiers.ts';
export type { AttributeValue, Identity, TraceContext, TraceContextInit } from './scope/trace-context.ts';
