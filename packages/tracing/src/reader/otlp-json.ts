import type { TraceEvent, TraceSpan, TraceSpanKind } from './trace-span.ts';

/** The parts of OTLP/JSON that are read. Everything may be missing: the file may come from anyone. */
interface JsonValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string | number;
  doubleValue?: number | string;
  bytesValue?: string;
  arrayValue?: { values?: JsonValue[] };
  kvlistValue?: { values?: JsonAttribute[] };
}

interface JsonAttribute {
  key: string;
  value?: JsonValue;
}

interface JsonSpan {
  traceId?: string;
  spanId?: string;
  parentSpanId?: string;
  name?: string;
  kind?: number;
  startTimeUnixNano?: string | number;
  endTimeUnixNano?: string | number;
  attributes?: JsonAttribute[];
  events?: { name?: string; timeUnixNano?: string | number; attributes?: JsonAttribute[] }[];
  links?: { traceId?: string; spanId?: string }[];
  status?: { code?: number; message?: string };
}

export interface JsonTraces {
  resourceSpans?: {
    resource?: { attributes?: JsonAttribute[] };
    scopeSpans?: { spans?: JsonSpan[] }[];
  }[];
}

const KINDS: readonly TraceSpanKind[] = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'];
const STATUSES = ['unset', 'ok', 'error'] as const;

/** The spans of one line; those without ids are left out. */
export function spansOf(traces: JsonTraces): TraceSpan[] {
  const spans: TraceSpan[] = [];
  for (const { resource, scopeSpans = [] } of traces.resourceSpans ?? []) {
    const name = attributesOf(resource?.attributes)['service.name'];
    const service = typeof name === 'string' ? name : 'unknown';
    for (const { spans: group = [] } of scopeSpans) {
      for (const span of group)
        if (span.traceId !== undefined && span.spanId !== undefined) spans.push(toSpan(span, service));
    }
  }
  return spans;
}

function toSpan(span: JsonSpan, service: string): TraceSpan {
  const startMs = toMs(span.startTimeUnixNano);
  return {
    traceId: span.traceId ?? '',
    spanId: span.spanId ?? '',
    parentSpanId: span.parentSpanId === '' ? undefined : span.parentSpanId,
    name: span.name ?? '',
    kind: KINDS[span.kind ?? 0] ?? 'internal',
    service,
    startMs,
    durationMs: Math.max(0, toMs(span.endTimeUnixNano) - startMs),
    status: STATUSES[span.status?.code ?? 0] ?? 'unset',
    statusMessage: span.status?.message,
    attributes: attributesOf(span.attributes),
    events: (span.events ?? []).map(toEvent),
    links: (span.links ?? []).map(({ traceId = '', spanId = '' }) => ({ traceId, spanId })),
  };
}

function toEvent({
  name = '',
  timeUnixNano,
  attributes,
}: NonNullable<JsonSpan['events']>[number]): TraceEvent {
  return { name, timeMs: toMs(timeUnixNano), attributes: attributesOf(attributes) };
}

/** Nanoseconds do not fit a number: whole microseconds do, for the next two hundred years. */
function toMs(nanos: string | number | undefined): number {
  const digits = String(nanos ?? 0);
  return /^\d+$/.test(digits) ? Number(digits.slice(0, -3) || 0) / 1000 : 0;
}

function attributesOf(attributes: readonly JsonAttribute[] | undefined): Record<string, unknown> {
  const record: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const { key, value } of attributes ?? []) record[key] = fromJsonValue(value);
  return record;
}

function fromJsonValue(value: JsonValue | undefined): unknown {
  if (value === undefined) return undefined;
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(fromJsonValue);
  if (value.kvlistValue !== undefined) return attributesOf(value.kvlistValue.values);
  if (value.intValue !== undefined) return Number(value.intValue);
  if (value.doubleValue !== undefined) return Number(value.doubleValue);
  return value.stringValue ?? value.boolValue ?? value.bytesValue;
}
