import { describe, expect, it } from 'vitest';
import { type ResolvedOptions, resolveOptions } from '../options.ts';

type Row = [variables: Record<string, string>, read: (options: ResolvedOptions) => unknown, value: unknown];

const rows: Row[] = [
  [{ OTEL_SDK_DISABLED: 'true' }, (o) => o.disabled, true],
  [{ OTEL_SERVICE_NAME: 'pay' }, (o) => o.resource['service.name'], 'pay'],
  [
    { OTEL_RESOURCE_ATTRIBUTES: 'team=a%20b,tier=1' },
    (o) => [o.resource['team'], o.resource['tier']],
    ['a b', '1'],
  ],
  [{ OTEL_TRACES_EXPORTER: 'console' }, (o) => o.destination.kind, 'console'],
  [{ OTEL_TRACES_EXPORTER: 'none' }, (o) => o.destination.kind, 'none'],
  [{ OTEL_TRACES_EXPORTER: 'otlp' }, (o) => o.destination, { kind: 'otlp' }],
  [{ OTEL_TRACES_EXPORTER: 'otlp, console' }, (o) => o.destination, { kind: 'otlp', console: true }],
  [{ OTEL_TRACES_EXPORTER: 'console,console' }, (o) => o.destination, { kind: 'console' }],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:1' }, (o) => o.url.href, 'http://c:1/v1/traces'],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c:1/own' }, (o) => o.url.href, 'http://c:1/own'],
  [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }, (o) => o.destination.kind, 'otlp'],
  [{ OTEL_EXPORTER_OTLP_HEADERS: 'a=1,b=2' }, (o) => o.headers, { a: '1', b: '2' }],
  [{ OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'a=3' }, (o) => o.headers, { a: '3' }],
  [{ OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }, (o) => o.compression, 'gzip'],
  [
    { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip', OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: 'none' },
    (o) => o.compression,
    'none',
  ],
  [{ OTEL_EXPORTER_OTLP_TIMEOUT: '3000' }, (o) => o.exportTimeoutMs, 3000],
  [
    { OTEL_EXPORTER_OTLP_TIMEOUT: '3000', OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '2000' },
    (o) => o.exportTimeoutMs,
    2000,
  ],
  [{ OTEL_BSP_EXPORT_TIMEOUT: '4000' }, (o) => o.exportTimeoutMs, 4000],
  [{ OTEL_BSP_SCHEDULE_DELAY: '250' }, (o) => o.exportIntervalMs, 250],
  [{ OTEL_BSP_MAX_QUEUE_SIZE: '100' }, (o) => [o.maxQueueSpans, o.maxBatchSpans], [100, 100]],
  [{ OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '64' }, (o) => o.maxBatchSpans, 64],
  [{ OTEL_TRACES_SAMPLER: 'always_off' }, (o) => o.headSampler.description, 'always_off'],
  [{ OTEL_ATTRIBUTE_COUNT_LIMIT: '5' }, (o) => o.limits.attributeCount, 5],
  [{ OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '6' }, (o) => o.limits.attributeCount, 6],
  [{ OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '7' }, (o) => o.limits.attributeValueLength, 7],
  [{ OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '8' }, (o) => o.limits.attributeValueLength, 8],
  [{ OTEL_SPAN_EVENT_COUNT_LIMIT: '9' }, (o) => o.limits.eventCount, 9],
  [{ OTEL_SPAN_LINK_COUNT_LIMIT: '10' }, (o) => o.limits.linkCount, 10],
  [{ OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: '11' }, (o) => o.limits.attributesPerEvent, 11],
  [{ OTEL_LINK_ATTRIBUTE_COUNT_LIMIT: '12' }, (o) => o.limits.attributesPerLink, 12],
  [{ OTEL_PROPAGATORS: 'baggage, tracecontext' }, (o) => o.registersPropagator, true],
  [{ OTEL_PROPAGATORS: 'none' }, (o) => o.registersPropagator, false],
];

describe('the variables', () => {
  it.each(rows)('%j set what they are for', (variables, read, value) => {
    expect(read(resolveOptions({}, variables))).toEqual(value);
  });

  it.each([
    ['OTEL_PROPAGATORS', 'b3', 'is "b3"; it must be one of tracecontext, baggage, none.'],
    ['OTEL_TRACES_EXPORTER', 'otlp,zipkin', 'is "zipkin"; it must be one of otlp, console, none.'],
    ['OTEL_TRACES_EXPORTER', 'otlp,none', 'names none beside others; none stands alone.'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 'is "grpc"; it must be one of http/protobuf.'],
    ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'http/json', 'is "http/json"; it must be one of http/protobuf.'],
  ])('%s refuses %j', (name, value, problem) => {
    expect(() => resolveOptions({}, { [name]: value })).toThrow(`${name}: ${problem}`);
  });

  it('of a protocol that is not spoken do not matter where nothing is exported over OTLP', () => {
    expect(
      resolveOptions({ exporter: 'none' }, { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }).destination.kind,
    ).toBe('none');
  });
});
