import type { Baggage } from '../baggage/baggage.ts';

export type AttributeValue = string | number | boolean;

/** What is known about the work in hand. One per request or job; a span inside it sees the same ids. */
export interface TraceContext {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits: the active span, or the context's own id where no span is. */
  readonly spanId: string;
  /** The span that caused this one, in this process or in the caller's. */
  readonly parentSpanId: string | undefined;
  /** W3C trace flags: bit 0 sampled, bit 1 random trace id. */
  readonly traceFlags: number;
  /** The W3C `tracestate` value as it came in, valid, or undefined. */
  readonly traceState: string | undefined;
  readonly requestId: string;
  /** The request id where no other was given. */
  readonly correlationId: string;
  readonly tenantId: string | undefined;
  readonly userId: string | undefined;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** W3C Baggage: entries for other services to read. */
  readonly baggage: Baggage;
  /** Monotonic time in ms (`Clock.now()`) at which the work must be over; Infinity without a deadline. */
  readonly deadlineAt: number;
}

/** What a new context starts with. Everything left out is generated when it is first read. */
export interface TraceContextInit {
  /** A context to continue: same trace, request and identity; its span becomes the parent. */
  parent?: TraceContext | undefined;
  traceId?: string | undefined;
  spanId?: string | undefined;
  parentSpanId?: string | undefined;
  traceFlags?: number | undefined;
  traceState?: string | undefined;
  requestId?: string | undefined;
  correlationId?: string | undefined;
  tenantId?: string | undefined;
  userId?: string | undefined;
  attributes?: Readonly<Record<string, AttributeValue>> | undefined;
  baggage?: Baggage | undefined;
  /** Milliseconds from now until the deadline. */
  timeoutMs?: number | undefined;
}

/** For whom the work is done; what is left out stays as it was. */
export interface Identity {
  tenantId?: string | undefined;
  userId?: string | undefined;
}
