// reader/index.d.ts
export { formatDuration } from './describe.ts';
export { joinLinkedTraces } from './join-traces.ts';
export { type ReadSpansOptions, readSpans } from './read-spans.ts';
export { renderWaterfallSvg, type WaterfallSvgOptions } from './svg.ts';
export type { TraceEvent, TraceSpan, TraceSpanKind } from './trace-span.ts';
export { renderWaterfall, type WaterfallOptions } from './waterfall.ts';

// reader/describe.d.ts
import type { TraceSpan } from './trace-span.ts';
/** A time that reads well: `420 µs`, `12.3 ms`, `1.24 s`, `2 m 03 s`. */
export declare function formatDuration(ms: number): string;
/** Text from a span, without anything that a terminal or a document could take for a command. */
export declare function plainText(text: string): string;
/** An attribute as text. */
export declare function showValue(value: unknown): string;
/** What went wrong, in a few words: the message, else the type of the error, else the status code. */
export declare function errorOf(span: TraceSpan): string | undefined;
/** The second half of a line, for what has one: status code, job outcome. */
export declare function detailOf(span: TraceSpan): string | undefined;
export interface Note {
    readonly timeMs: number;
    readonly text: string;
    readonly mark: string;
}
/** The events of a span that tell its story: retries and circuit transitions. */
export declare function notesOf(span: TraceSpan): Note[];

// reader/trace-span.d.ts
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
    readonly links: readonly {
        readonly traceId: string;
        readonly spanId: string;
    }[];
}

// reader/join-traces.d.ts
import type { TraceSpan } from './trace-span.ts';
/**
 * The spans of a trace together with the traces that are linked to it, in either direction and however far: a request
 * with every attempt at the jobs it has enqueued.
 */
export declare function joinLinkedTraces(spans: readonly TraceSpan[], traceId: string): TraceSpan[];

// reader/read-spans.d.ts
import type { TraceSpan } from './trace-span.ts';
export interface ReadSpansOptions {
    /** Keeps only spans for which this is true, so that a long file needs little memory. Default all. */
    filter?: (span: TraceSpan) => boolean;
}
/**
 * Reads the spans that `exporter: { file }`, or any OTLP file exporter, has written, in the order of the file. A line
 * that a crash left unfinished is skipped.
 * @throws TraceFileError when the file cannot be read
 */
export declare function readSpans(path: string, options?: ReadSpansOptions): Promise<TraceSpan[]>;

// reader/svg.d.ts
import type { TraceSpan } from './trace-span.ts';
export interface WaterfallSvgOptions {
    /** Pixels. Default 1100, at least 640. */
    width?: number;
    /** Above the drawing. Default the name of the first span. */
    title?: string;
}
/**
 * The same drawing as `renderWaterfall`, as one SVG document that needs nothing else: no font, no script, no address
 * but that of the SVG namespace. It follows the reader's light or dark scheme.
 */
export declare function renderWaterfallSvg(spans: readonly TraceSpan[], options?: WaterfallSvgOptions): string;

// reader/waterfall.d.ts
import type { TraceSpan } from './trace-span.ts';
export interface WaterfallOptions {
    /** Columns of the terminal. Default 100, at least 60. */
    width?: number;
    /** ANSI colours. Default false. */
    color?: boolean;
}
/**
 * Draws spans as a waterfall: one line each, below its parent, with its time on a common scale. Spans of several
 * traces, as `joinLinkedTraces` returns them, are drawn on one scale, linked ones behind `⇢`.
 */
export declare function renderWaterfall(spans: readonly TraceSpan[], options?: WaterfallOptions): string;
