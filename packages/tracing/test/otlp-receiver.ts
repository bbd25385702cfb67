import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs';

/** The part of opentelemetry-proto that a trace export uses, written down from the published definitions. */
const PROTO = `
syntax = "proto3";
message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
message ExportTraceServiceResponse { ExportTracePartialSuccess partial_success = 1; }
message ExportTracePartialSuccess { int64 rejected_spans = 1; string error_message = 2; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; string schema_url = 3; }
message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }
message ScopeSpans { InstrumentationScope scope = 1; repeated Span spans = 2; string schema_url = 3; }
message InstrumentationScope { string name = 1; string version = 2; repeated KeyValue attributes = 3; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; fixed32 flags = 16;
  string name = 5; int32 kind = 6; fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8;
  repeated KeyValue attributes = 9; uint32 dropped_attributes_count = 10;
  repeated Event events = 11; uint32 dropped_events_count = 12;
  repeated Link links = 13; uint32 dropped_links_count = 14; Status status = 15;
  message Event { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; uint32 dropped_attributes_count = 4; }
  message Link { bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; repeated KeyValue attributes = 4; uint32 dropped_attributes_count = 5; fixed32 flags = 6; }
}
message Status { string message = 2; int32 code = 3; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue {
  oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4;
    ArrayValue array_value = 5; KeyValueList kvlist_value = 6; bytes bytes_value = 7; }
}
message ArrayValue { repeated AnyValue values = 1; }
message KeyValueList { repeated KeyValue values = 1; }
`;

const root = protobuf.parse(PROTO).root;
const Request = root.lookupType('ExportTraceServiceRequest');
const Response = root.lookupType('ExportTraceServiceResponse');

export interface DecodedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  traceState?: string;
  flags: number;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Record<string, unknown>;
  droppedAttributesCount?: number;
  events: {
    name: string;
    timeUnixNano: string;
    attributes: Record<string, unknown>;
    droppedAttributesCount?: number;
  }[];
  droppedEventsCount?: number;
  links: {
    traceId: string;
    spanId: string;
    traceState?: string;
    attributes: Record<string, unknown>;
    flags: number;
  }[];
  droppedLinksCount?: number;
  status?: { code?: number; message?: string };
}

export interface DecodedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: number;
  readonly resource: Record<string, unknown>;
  readonly scopes: { readonly name: string; readonly version?: string; readonly spans: DecodedSpan[] }[];
  readonly spans: DecodedSpan[];
}

/** What a receiver does with one request; default: 200 and an empty body. */
export type Answer = (response: ServerResponse, request: DecodedRequest) => void;

/** A collector on loopback: takes OTLP over http/protobuf and decodes it with somebody else's protobuf. */
export class OtlpReceiver {
  readonly requests: DecodedRequest[] = [];
  answer: Answer = (response) => response.end();
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
      const decoded = decode(request.url ?? '', request.headers, body);
      this.requests.push(decoded);
      response.setHeader('content-type', 'application/x-protobuf');
      this.answer(response, decoded);
      for (const waiter of this.#waiters.splice(0)) waiter();
    });
  });
  readonly #waiters: (() => void)[] = [];

  /** @param port a port to be found again, or 0 for any */
  static async start(port = 0): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    await new Promise<void>((resolve) => receiver.#server.listen(port, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get spans(): DecodedSpan[] {
    return this.requests.flatMap((request) => request.spans);
  }

  /** Settles when `count` requests have come in. */
  async received(count: number): Promise<void> {
    while (this.requests.length < count) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export function partialSuccess(rejectedSpans: number): Uint8Array {
  return Response.encode({ partialSuccess: { rejectedSpans, errorMessage: 'too old' } }).finish();
}

interface RawKeyValue {
  key: string;
  value?: Record<string, unknown>;
}

type RawSpan = Omit<DecodedSpan, 'attributes' | 'events' | 'links'> & {
  attributes?: RawKeyValue[];
  events?: (Omit<DecodedSpan['events'][number], 'attributes'> & { attributes?: RawKeyValue[] })[];
  links?: (Omit<DecodedSpan['links'][number], 'attributes'> & { attributes?: RawKeyValue[] })[];
};

interface RawRequest {
  resourceSpans?: {
    resource?: { attributes?: RawKeyValue[] };
    scopeSpans?: { scope?: { name: string; version?: string }; spans?: RawSpan[] }[];
  }[];
}

function decode(path: string, headers: IncomingHttpHeaders, body: Buffer): DecodedRequest {
  const raw = Request.toObject(Request.decode(body), { longs: String }) as RawRequest;
  const [first] = raw.resourceSpans ?? [];
  const scopes = (first?.scopeSpans ?? []).map(({ scope, spans = [] }) => ({
    name: '',
    ...scope,
    spans: spans.map(decodeSpan),
  }));
  return {
    path,
    headers,
    bytes: body.length,
    resource: attributesOf(first?.resource?.attributes),
    scopes,
    spans: scopes.flatMap((scope) => scope.spans),
  };
}

function decodeSpan(raw: RawSpan): DecodedSpan {
  const { parentSpanId, ...rest } = raw;
  return {
    ...rest,
    traceId: hex(raw.traceId),
    spanId: hex(raw.spanId),
    ...(parentSpanId === undefined || hex(parentSpanId) === '' ? {} : { parentSpanId: hex(parentSpanId) }),
    attributes: attributesOf(raw.attributes),
    events: (raw.events ?? []).map((event) => ({ ...event, attributes: attributesOf(event.attributes) })),
    links: (raw.links ?? []).map((link) => ({
      ...link,
      traceId: hex(link.traceId),
      spanId: hex(link.spanId),
      attributes: attributesOf(link.attributes),
    })),
  };
}

function hex(bytes: unknown): string {
  return Buffer.from(bytes as Uint8Array).toString('hex');
}

function attributesOf(attributes: readonly RawKeyValue[] | undefined): Record<string, unknown> {
  return Object.fromEntries((attributes ?? []).map(({ key, value }) => [key, valueOfAny(value ?? {})]));
}

function valueOfAny(value: Record<string, unknown>): unknown {
  if ('arrayValue' in value) {
    return ((value['arrayValue'] as { values?: Record<string, unknown>[] }).values ?? []).map(valueOfAny);
  }
  if ('kvlistValue' in value)
    return attributesOf((value['kvlistValue'] as { values?: RawKeyValue[] }).values);
  if ('intValue' in value) return Number(value['intValue']);
  if ('bytesValue' in value) return `bytes:${hex(value['bytesValue'])}`;
  return Object.values(value)[0] ?? null;
}
