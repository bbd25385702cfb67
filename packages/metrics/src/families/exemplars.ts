import type { Clock } from '@holdfast/context/clock';
import type { SpanContextLike, SpanLike } from '@holdfast/context/storage';

/** A trace that stands for the observations of one bucket. Written again and again, so that it costs no allocation. */
export interface Exemplar {
  traceId: string;
  spanId: string;
  /** What was observed. */
  value: number;
  /** Epoch ms. */
  at: number;
}

/** In the shape of prom-client's own exemplars. */
export interface ExemplarSample {
  readonly labelSet: Readonly<Record<string, string>>;
  readonly value: number;
  /** Epoch seconds. */
  readonly timestamp: number;
}

/**
 * Whether exemplars are kept. They are from the first time that somebody asks who can read them: a scraper that
 * accepts OpenMetrics, or an exporter. Until then an observation pays for one look at `wanted`.
 */
export interface Exemplars {
  readonly wanted: boolean;
  /** Somebody can read them. */
  want(): void;
  /** Calls `start` at the first `want()`, at once where that has been. */
  onWanted(start: () => void): void;
  /** Epoch ms. */
  now(): number;
}

export function createExemplars(clock: Clock): Exemplars {
  const starts: (() => void)[] = [];
  let wanted = false;
  return {
    get wanted() {
      return wanted;
    },
    want() {
      if (wanted) return;
      wanted = true;
      for (const start of starts.splice(0)) start();
    },
    onWanted(start) {
      if (wanted) start();
      else starts.push(start);
    },
    now: () => clock.wallTime(),
  };
}

/** The span of a context when it is recorded and sampled: only such a trace can be found again. */
export function sampledSpan(trace: object | undefined): SpanContextLike | undefined {
  const span = (trace as { readonly span?: SpanLike | undefined } | undefined)?.span?.spanContext();
  return span !== undefined && (span.traceFlags & 1) === 1 ? span : undefined;
}

export function exemplarSample({ traceId, spanId, value, at }: Exemplar): ExemplarSample {
  return { labelSet: { trace_id: traceId, span_id: spanId }, value, timestamp: at / 1000 };
}
