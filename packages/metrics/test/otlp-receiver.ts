import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs';

/** The part of opentelemetry-proto that a metrics export uses, written down from the published definitions. */
const PROTO = `
syntax = "proto3";
message ExportMetricsServiceRequest { repeated ResourceMetrics resource_metrics = 1; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; string schema_url = 3; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeMetrics { InstrumentationScope scope = 1; repeated Metric metrics = 2; }
message InstrumentationScope { string name = 1; string version = 2; }
message Metric {
  string name = 1; string description = 2; string unit = 3;
  oneof data { Gauge gauge = 5; Sum sum = 7; Histogram histogram = 9; }
}
message Gauge { repeated NumberDataPoint data_points = 1; }
message Sum { repeated NumberDataPoint data_points = 1; int32 aggregation_temporality = 2; bool is_monotonic = 3; }
message Histogram { repeated HistogramDataPoint data_points = 1; int32 aggregation_temporality = 2; }
message NumberDataPoint {
  repeated KeyValue attributes = 7; fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3;
  oneof value { double as_double = 4; sfixed64 as_int = 6; }
  repeated Exemplar exemplars = 5; uint32 flags = 8;
}
message HistogramDataPoint {
  repeated KeyValue attributes = 9; fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3;
  fixed64 count = 4; optional double sum = 5; repeated fixed64 bucket_counts = 6; repeated double explicit_bounds = 7;
  repeated Exemplar exemplars = 8; uint32 flags = 10;
}
message Exemplar {
  repeated KeyValue filtered_attributes = 7; fixed64 time_unix_nano = 2;
  oneof value { double as_double = 3; sfixed64 as_int = 6; }
  bytes span_id = 4; bytes trace_id = 5;
}
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
`;

const Request = protobuf.parse(PROTO).root.lookupType('ExportMetricsServiceRequest');

type Attributes = Record<string, string | number | boolean>;

export interface DecodedExemplar {
  readonly value: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly timeUnixNano: string;
  readonly filteredAttributes: Attributes;
}

export interface DecodedPoint {
  readonly attributes: Attributes;
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
  /** Of a gauge or sum. */
  readonly value?: number;
  readonly count?: string;
  readonly sum?: number;
  readonly bucketCounts?: readonly string[];
  readonly explicitBounds?: readonly number[];
  readonly exemplars: readonly DecodedExemplar[];
}

export interface DecodedMetric {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly kind: 'gauge' | 'sum' | 'histogram';
  readonly temporality: number | undefined;
  readonly isMonotonic: boolean | undefined;
  readonly points: readonly DecodedPoint[];
}

export interface DecodedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly resource: Attributes;
  readonly scopes: readonly string[];
  readonly metrics: readonly DecodedMetric[];
}

/** A collector on loopback: takes OTLP over http/protobuf and decodes it with somebody else's protobuf. */
export class OtlpReceiver implements AsyncDisposable {
  readonly requests: DecodedRequest[] = [];
  /** Connections that were ever opened. */
  connections = 0;
  answer: (response: ServerResponse) => void = (response) => response.end();
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
      this.requests.push(decode(request.url ?? '', request.headers, body));
      response.setHeader('content-type', 'application/x-protobuf');
      this.answer(response);
    });
  });

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    receiver.#server.on('connection', () => {
      receiver.connections += 1;
    });
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The metric of that name in the last request that has it. */
  metric(name: string): DecodedMetric | undefined {
    return this.requests.flatMap(({ metrics }) => metrics).findLast((metric) => metric.name === name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

interface RawKeyValue {
  readonly key: string;
  readonly value?: Readonly<Record<string, string | number | boolean>>;
}

interface RawPoint {
  readonly attributes?: readonly RawKeyValue[];
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
  readonly asDouble?: number;
  readonly count?: string;
  readonly sum?: number;
  readonly bucketCounts?: readonly string[];
  readonly explicitBounds?: readonly number[];
  readonly exemplars?: readonly RawExemplar[];
}

interface RawExemplar {
  readonly asDouble: number;
  readonly timeUnixNano: string;
  readonly traceId?: Uint8Array;
  readonly spanId?: Uint8Array;
  readonly filteredAttributes?: readonly RawKeyValue[];
}

interface RawData {
  readonly dataPoints?: readonly RawPoint[];
  readonly aggregationTemporality?: number;
  readonly isMonotonic?: boolean;
}

type RawMetric = Pick<DecodedMetric, 'name' | 'description'> & {
  /** Left out where it is empty. */
  readonly unit?: string;
  readonly gauge?: RawData;
  readonly sum?: RawData;
  readonly histogram?: RawData;
};

interface RawRequest {
  readonly resourceMetrics?: readonly {
    readonly resource?: { readonly attributes?: readonly RawKeyValue[] };
    readonly scopeMetrics?: readonly {
      readonly scope?: { readonly name: string };
      readonly metrics?: readonly RawMetric[];
    }[];
  }[];
}

function decode(path: string, headers: IncomingHttpHeaders, body: Buffer): DecodedRequest {
  const raw = Request.toObject(Request.decode(body), { longs: String }) as RawRequest;
  const [first] = raw.resourceMetrics ?? [];
  const scopes = first?.scopeMetrics ?? [];
  return {
    path,
    headers,
    resource: attributesOf(first?.resource?.attributes),
    scopes: scopes.map(({ scope }) => scope?.name ?? ''),
    metrics: scopes.flatMap(({ metrics = [] }) => metrics.map(decodeMetric)),
  };
}

function decodeMetric({ name, description, unit, gauge, sum, histogram }: RawMetric): DecodedMetric {
  const kind = gauge === undefined ? (sum === undefined ? 'histogram' : 'sum') : 'gauge';
  const data = gauge ?? sum ?? histogram ?? {};
  return {
    name,
    description,
    unit: unit ?? '',
    kind,
    temporality: data.aggregationTemporality,
    isMonotonic: data.isMonotonic,
    points: (data.dataPoints ?? []).map(decodePoint),
  };
}

function decodePoint({ attributes, asDouble, exemplars = [], ...rest }: RawPoint): DecodedPoint {
  return {
    ...rest,
    ...(asDouble === undefined ? {} : { value: asDouble }),
    attributes: attributesOf(attributes),
    exemplars: exemplars.map((one) => ({
      value: one.asDouble,
      timeUnixNano: one.timeUnixNano,
      traceId: Buffer.from(one.traceId ?? []).toString('hex'),
      spanId: Buffer.from(one.spanId ?? []).toString('hex'),
      filteredAttributes: attributesOf(one.filteredAttributes),
    })),
  };
}

function attributesOf(attributes: readonly RawKeyValue[] = []): Attributes {
  return Object.fromEntries(
    attributes.map(({ key, value = {} }) => {
      if ('intValue' in value) return [key, Number(value['intValue'])];
      return [key, Object.values(value)[0] ?? ''];
    }),
  );
}
