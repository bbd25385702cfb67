import { readSpans, renderWaterfall, renderWaterfallSvg, type TraceSpan } from '@holdfast/tracing/reader';
import type { EffectFact, TraceFact, TraceStage } from './verdict/facts.ts';

/** One event's trace: what the verdict says of it, and its drawings. */
export interface TraceStory {
  fact: TraceFact;
  drawText(width: number, color: boolean): string;
  /** @param width pixels */
  drawSvg(width: number): string;
}

/** How each part of the way shows in the spans. */
const STAGES: Readonly<Record<TraceStage, (span: TraceSpan) => boolean>> = {
  request: (span) => span.kind === 'server',
  enqueue: (span) => span.kind === 'producer',
  worker: (span) => span.kind === 'consumer',
  database: (span) =>
    span.attributes['db.system.name'] === 'sqlite' || span.attributes['db.system'] === 'sqlite',
  'outgoing call': (span) => span.kind === 'client' && span.attributes['http.request.method'] === 'POST',
};

/** A drawing with more spans than this shows nothing any more. */
const MOST_SPANS = 18;

/**
 * The trace that tells most: the whole way, with a call that was made again if there is one, else the shortest.
 * Undefined where no effect has a trace.
 */
export async function findTraceStory(
  spansFile: string,
  log: string,
  effects: readonly EffectFact[],
): Promise<TraceStory | undefined> {
  const eventOf = new Map(effects.map((effect) => [effect.traceId, effect.eventId]));
  const traces = Map.groupBy(await readSpans(spansFile), (span) => span.traceId);
  const candidates = [...traces.entries()]
    .filter(([traceId]) => eventOf.has(traceId))
    .map(([traceId, spans]) => ({ traceId, spans, rank: rankOf(spans) }))
    .sort((a, b) => b.rank - a.rank || lengthOf(a.spans) - lengthOf(b.spans));
  const best = candidates[0];
  if (best === undefined) return undefined;
  const { traceId, spans } = best;
  const eventId = eventOf.get(traceId) ?? '';
  return {
    fact: {
      traceId,
      eventId,
      stages: stagesOf(spans),
      spanCount: spans.length,
      logLines: logLinesOf(log, traceId),
    },
    drawText: (width, color) => renderWaterfall(spans, { width, color }),
    drawSvg: (width) => renderWaterfallSvg(spans, { width, title: eventId }),
  };
}

/** Complete first, then readable, then with a call that failed, was made again and succeeded. */
function rankOf(spans: readonly TraceSpan[]): number {
  const isWhole = Object.values(stagesOf(spans)).every(Boolean);
  const isReadable = spans.length <= MOST_SPANS;
  const hasRetry = spans.filter(STAGES['outgoing call']).length > 1;
  const isDead = spans.some((span) => span.attributes['holdfast.queue.outcome'] === 'dead');
  return (isWhole ? 4 : 0) + (isReadable ? 2 : 0) + (hasRetry && !isDead ? 1 : 0);
}

function stagesOf(spans: readonly TraceSpan[]): Record<TraceStage, boolean> {
  const entries = Object.entries(STAGES).map(([stage, isOfStage]) => [stage, spans.some(isOfStage)]);
  return Object.fromEntries(entries) as Record<TraceStage, boolean>;
}

function lengthOf(spans: readonly TraceSpan[]): number {
  const starts = spans.map((span) => span.startMs);
  const ends = spans.map((span) => span.startMs + span.durationMs);
  return Math.max(...ends) - Math.min(...starts);
}

function logLinesOf(log: string, traceId: string): string[] {
  return log.split('\n').filter((line) => line.startsWith('{') && line.includes(`"${traceId}"`));
}
