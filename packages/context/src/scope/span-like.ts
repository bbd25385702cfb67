/** The part of an OpenTelemetry `SpanContext` that the context reads. */
export interface SpanContextLike {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  /** W3C trace flags, one byte. */
  readonly traceFlags: number;
  /** The W3C `tracestate` of the span. */
  readonly traceState?: { serialize(): string } | undefined;
}

/** The part of an OpenTelemetry `Span` that the context reads. */
export interface SpanLike {
  /** The ids of the span, and whether it is sampled. */
  spanContext(): SpanContextLike;
}
