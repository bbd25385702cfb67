/** How much one span may hold; what is over is dropped and counted on the span. */
export interface SpanLimits {
  /** Attributes per span. Default 128. */
  readonly attributeCount: number;
  /** Characters per string value. Default Infinity. */
  readonly attributeValueLength: number;
  /** Events per span; the oldest go first. Default 128. */
  readonly eventCount: number;
  /** Links per span; the oldest go first. Default 128. */
  readonly linkCount: number;
  /** Attributes per event. Default 128. */
  readonly attributesPerEvent: number;
  /** Attributes per link. Default 128. */
  readonly attributesPerLink: number;
}

/** The defaults of the specification: https://opentelemetry.io/docs/specs/otel/trace/sdk/#span-limits */
export const DEFAULT_LIMITS: SpanLimits = Object.freeze({
  attributeCount: 128,
  attributeValueLength: Number.POSITIVE_INFINITY,
  eventCount: 128,
  linkCount: 128,
  attributesPerEvent: 128,
  attributesPerLink: 128,
});
