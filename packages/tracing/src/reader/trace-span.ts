/** Which side of which call a span is. */
export type TraceSpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** An event of a span, as it is read back from a file. */
export interface TraceEvent {
  readonly name: string;
  /** Epoch ms, with a fraction. */
  readonly timeMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A span as it is read back from a file. */
export interface TraceSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: TraceSpanKind;
  /** `service.name` of the process that made it. */
  readonly service: string;
  /** Epoch ms, with a fraction. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly status: 'unset' | 'ok' | 'error';
  readonly statusMessage: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly TraceEvent[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
}
