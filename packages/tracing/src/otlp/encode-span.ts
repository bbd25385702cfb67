import type {
  AnyValue,
  AttributeLists,
  EventData,
  InstrumentationScope,
  LinkData,
  SpanData,
} from '../span-data.ts';
import { encodeAttribute, SPAN_ATTRIBUTE } from './encode-value.ts';
import type { WireWriter } from './wire.ts';

/**
 * Tags (field number and wire type) of opentelemetry/proto/trace/v1/trace.proto and common.proto.
 * @see https://github.com/open-telemetry/opentelemetry-proto
 */
const SPAN = {
  traceId: 0x0a,
  spanId: 0x12,
  traceState: 0x1a,
  parentSpanId: 0x22,
  name: 0x2a,
  kind: 0x30,
  start: 0x39,
  end: 0x41,
  attribute: SPAN_ATTRIBUTE,
  droppedAttributes: 0x50,
  event: 0x5a,
  droppedEvents: 0x60,
  link: 0x6a,
  droppedLinks: 0x70,
  status: 0x7a,
} as const;
const EVENT = { time: 0x09, name: 0x12, attribute: 0x1a, dropped: 0x20 } as const;
const LINK = {
  traceId: 0x0a,
  spanId: 0x12,
  traceState: 0x1a,
  attribute: 0x22,
  dropped: 0x28,
  flags: 0x35,
} as const;
const STATUS = { message: 0x12, code: 0x18 } as const;
/** `ScopeSpans.spans` and `ScopeSpans.scope`, with `ResourceSpans` and `Resource` around them. */
const SCOPE_SPANS = { scope: 0x0a, span: 0x12, schemaUrl: 0x1a } as const;
const SCOPE = { name: 0x0a, version: 0x12 } as const;
export const REQUEST = {
  resourceSpans: 0x0a,
  resource: 0x0a,
  scopeSpans: 0x12,
  resourceAttribute: 0x0a,
} as const;

/** Nearly every span takes more than 127 bytes and less than 16384. */
const SPAN_LENGTH_BYTES = 2;

const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;

/** The W3C flags of a span with the two bits that OTLP adds to say whether the parent is in another process. */
export function spanFlags(traceFlags: number, parentIsRemote: boolean): number {
  return (traceFlags & 0xff) | HAS_IS_REMOTE | (parentIsRemote ? IS_REMOTE : 0);
}

/** One span as a field of `ScopeSpans`. */
export function encodeSpan(writer: WireWriter, span: SpanData): void {
  const { context } = span;
  const start = writer.begin(SCOPE_SPANS.span, SPAN_LENGTH_BYTES);
  writer.hexField(SPAN.traceId, context.traceId);
  writer.hexField(SPAN.spanId, context.spanId);
  if (context.traceState !== undefined) writer.stringField(SPAN.traceState, context.traceState.serialize());
  if (span.parentSpanId !== undefined) writer.hexField(SPAN.parentSpanId, span.parentSpanId);
  writer.stringField(SPAN.name, span.name);
  writer.varintField(SPAN.kind, span.kind + 1);
  writer.nanosField(SPAN.start, span.startUs);
  writer.nanosField(SPAN.end, span.endUs);
  if (span.prepared !== undefined) writer.raw(span.prepared.encoded);
  encodeAttributes(writer, SPAN.attribute, SPAN.droppedAttributes, span.attributes);
  for (const event of span.events) encodeEvent(writer, event);
  if (span.droppedEvents > 0) writer.varintField(SPAN.droppedEvents, span.droppedEvents);
  for (const link of span.links) encodeLink(writer, link);
  if (span.droppedLinks > 0) writer.varintField(SPAN.droppedLinks, span.droppedLinks);
  if (span.statusCode !== 0) encodeStatus(writer, span);
  writer.fixed32Field16(spanFlags(context.traceFlags, span.parentIsRemote));
  writer.end(start, SPAN_LENGTH_BYTES);
}

/** The head of a `ScopeSpans`: whose spans follow. */
export function encodeScope(writer: WireWriter, scope: InstrumentationScope): void {
  const start = writer.begin(SCOPE_SPANS.scope);
  writer.stringField(SCOPE.name, scope.name);
  if (scope.version !== undefined) writer.stringField(SCOPE.version, scope.version);
  writer.end(start);
  if (scope.schemaUrl !== undefined) writer.stringField(SCOPE_SPANS.schemaUrl, scope.schemaUrl);
}

function encodeAttributes(
  writer: WireWriter,
  tag: number,
  droppedTag: number,
  attributes: AttributeLists,
): void {
  const { keys, values } = attributes;
  for (let i = 0; i < keys.length; i++)
    encodeAttribute(writer, tag, keys[i] as string, values[i] as AnyValue);
  if (attributes.dropped > 0) writer.varintField(droppedTag, attributes.dropped);
}

function encodeEvent(writer: WireWriter, event: EventData): void {
  const start = writer.begin(SPAN.event);
  writer.nanosField(EVENT.time, event.timeUs);
  writer.stringField(EVENT.name, event.name);
  encodeAttributes(writer, EVENT.attribute, EVENT.dropped, event);
  writer.end(start);
}

function encodeLink(writer: WireWriter, link: LinkData): void {
  const { context } = link;
  const start = writer.begin(SPAN.link);
  writer.hexField(LINK.traceId, context.traceId);
  writer.hexField(LINK.spanId, context.spanId);
  if (context.traceState !== undefined) writer.stringField(LINK.traceState, context.traceState.serialize());
  encodeAttributes(writer, LINK.attribute, LINK.dropped, link);
  writer.fixed32Field(LINK.flags, spanFlags(context.traceFlags, context.isRemote === true));
  writer.end(start);
}

function encodeStatus(writer: WireWriter, span: SpanData): void {
  const start = writer.begin(SPAN.status);
  if (span.statusMessage !== undefined) writer.stringField(STATUS.message, span.statusMessage);
  writer.varintField(STATUS.code, span.statusCode);
  writer.end(start);
}
