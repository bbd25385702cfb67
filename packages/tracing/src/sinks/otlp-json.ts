import { NO_ATTRIBUTES } from '../light/attribute-list.ts';
import { spanFlags } from '../otlp/encode-span.ts';
import type { ResourceAttributes } from '../resource.ts';
import type { AnyValue, AttributeLists, InstrumentationScope, SpanData } from '../span-data.ts';

/**
 * OTLP in JSON, one `TracesData` per line, as a collector's file receiver reads it: ids in hex, 64-bit numbers as
 * strings.
 * @see https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/
 */
export function toJsonLine(resource: ResourceAttributes, spans: readonly SpanData[]): string {
  const resourceAttributes = Object.entries(resource).map(([key, value]) => ({
    key,
    value: jsonValue(value),
  }));
  const scopeSpans = [...groupByScope(spans)].map(([scope, group]) => ({
    scope: { name: scope.name, version: scope.version },
    spans: group.map(jsonSpan),
    schemaUrl: scope.schemaUrl,
  }));
  return `${JSON.stringify({ resourceSpans: [{ resource: { attributes: resourceAttributes }, scopeSpans }] })}\n`;
}

function groupByScope(spans: readonly SpanData[]): Map<InstrumentationScope, SpanData[]> {
  const groups = new Map<InstrumentationScope, SpanData[]>();
  for (const span of spans) {
    const group = groups.get(span.scope);
    if (group === undefined) groups.set(span.scope, [span]);
    else group.push(span);
  }
  return groups;
}

function jsonSpan(span: SpanData): object {
  const { context } = span;
  return {
    traceId: context.traceId,
    spanId: context.spanId,
    traceState: context.traceState?.serialize(),
    parentSpanId: span.parentSpanId,
    flags: spanFlags(context.traceFlags, span.parentIsRemote),
    name: span.name,
    kind: span.kind + 1,
    startTimeUnixNano: nanos(span.startUs),
    endTimeUnixNano: nanos(span.endUs),
    attributes: [...jsonAttributes(span.prepared ?? NO_ATTRIBUTES), ...jsonAttributes(span.attributes)],
    droppedAttributesCount: unlessZero(span.attributes.dropped),
    events: span.events.map((event) => ({
      timeUnixNano: nanos(event.timeUs),
      name: event.name,
      attributes: jsonAttributes(event),
      droppedAttributesCount: unlessZero(event.dropped),
    })),
    droppedEventsCount: unlessZero(span.droppedEvents),
    links: span.links.map((link) => ({
      traceId: link.context.traceId,
      spanId: link.context.spanId,
      traceState: link.context.traceState?.serialize(),
      attributes: jsonAttributes(link),
      flags: spanFlags(link.context.traceFlags, link.context.isRemote === true),
    })),
    droppedLinksCount: unlessZero(span.droppedLinks),
    status: span.statusCode === 0 ? {} : { code: span.statusCode, message: span.statusMessage },
  };
}

function nanos(microseconds: number): string {
  return `${microseconds}000`;
}

function unlessZero(count: number): number | undefined {
  return count === 0 ? undefined : count;
}

function jsonAttributes({ keys, values }: Pick<AttributeLists, 'keys' | 'values'>): object[] {
  return keys.map((key, index) => ({ key, value: jsonValue(values[index] ?? null) }));
}

function jsonValue(value: AnyValue): object {
  switch (typeof value) {
    case 'string':
      return { stringValue: value };
    case 'boolean':
      return { boolValue: value };
    case 'number':
      return jsonNumber(value);
    default:
      return value === null ? {} : jsonComposite(value);
  }
}

/** Infinity and NaN have no JSON number: protobuf's JSON writes them as words. */
function jsonNumber(value: number): object {
  if (Number.isSafeInteger(value)) return { intValue: String(value) };
  return { doubleValue: Number.isFinite(value) ? value : String(value) };
}

function jsonComposite(value: Uint8Array | AnyValue[] | { [key: string]: AnyValue }): object {
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(jsonValue) } };
  return {
    kvlistValue: { values: Object.entries(value).map(([key, item]) => ({ key, value: jsonValue(item) })) },
  };
}
