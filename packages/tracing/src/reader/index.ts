export { formatDuration } from './describe.ts';
export { joinLinkedTraces } from './join-traces.ts';
export { type ReadSpansOptions, readSpans } from './read-spans.ts';
export { renderWaterfallSvg, type WaterfallSvgOptions } from './svg.ts';
export type { TraceEvent, TraceSpan, TraceSpanKind } from './trace-span.ts';
export { renderWaterfall, type WaterfallOptions } from './waterfall.ts';
