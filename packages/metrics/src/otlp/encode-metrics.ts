import type { Histogram, MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { OtlpExemplar, PointWithExemplars } from './metric-data.ts';
import { createWireWriter, type WireWriter } from './wire.ts';

/** Field numbers of opentelemetry/proto/metrics/v1/metrics.proto and what it imports. */
const REQUEST = { resourceMetrics: 1 } as const;
const RESOURCE_METRICS = { resource: 1, scopeMetrics: 2 } as const;
const RESOURCE = { attributes: 1 } as const;
const SCOPE_METRICS = { scope: 1, metrics: 2 } as const;
const SCOPE = { name: 1, version: 2 } as const;
const METRIC = { name: 1, description: 2, unit: 3 } as const;
const DATA = { points: 1, temporality: 2, isMonotonic: 3 } as const;
const NUMBER_POINT = { start: 2, time: 3, double: 4, exemplars: 5, attributes: 7 } as const;
const HISTOGRAM_POINT = {
  start: 2,
  time: 3,
  count: 4,
  sum: 5,
  bucketCounts: 6,
  bounds: 7,
  exemplars: 8,
  attributes: 9,
} as const;
const EXEMPLAR = { time: 2, double: 3, spanId: 4, traceId: 5, filteredAttributes: 7 } as const;
const KEY_VALUE = { key: 1, value: 2 } as const;
const ANY_VALUE = { string: 1, bool: 2, int: 3, double: 4 } as const;
const CUMULATIVE = 2;

/** The field of each kind of data in `Metric`, by the SDK's number for it. */
const DATA_FIELDS: Readonly<Record<number, number>> = { 0: 9, 2: 5, 3: 7 };
const SUM = 3;

/**
 * One `ExportMetricsServiceRequest`, with the exemplars that the SDK's own serializer has no place for.
 * Knows the kinds of data that a prom-client registry has.
 */
export function encodeMetrics({ resource, scopeMetrics }: ResourceMetrics): Uint8Array {
  const writer = createWireWriter(64 * 1024);
  writer.message(REQUEST.resourceMetrics, () => {
    writer.message(RESOURCE_METRICS.resource, () => {
      writeAttributes(writer, RESOURCE.attributes, resource.attributes);
    });
    for (const { scope, metrics } of scopeMetrics) {
      writer.message(RESOURCE_METRICS.scopeMetrics, () => {
        writer.message(SCOPE_METRICS.scope, () => {
          writer.string(SCOPE.name, scope.name);
          if (scope.version !== undefined) writer.string(SCOPE.version, scope.version);
        });
        for (const metric of metrics)
          writer.message(SCOPE_METRICS.metrics, () => writeMetric(writer, metric));
      });
    }
  });
  return writer.finish();
}

function writeMetric(writer: WireWriter, metric: MetricData): void {
  const { descriptor, dataPointType, dataPoints } = metric;
  const field = DATA_FIELDS[dataPointType];
  if (field === undefined) return;
  writer.string(METRIC.name, descriptor.name);
  writer.string(METRIC.description, descriptor.description);
  if (descriptor.unit !== '') writer.string(METRIC.unit, descriptor.unit);
  writer.message(field, () => {
    for (const point of dataPoints as readonly PointWithExemplars<unknown>[]) {
      writer.message(DATA.points, () => {
        if (typeof point.value === 'number') writeNumberPoint(writer, point as PointWithExemplars<number>);
        else writeHistogramPoint(writer, point as PointWithExemplars<Histogram>);
      });
    }
    if (field !== DATA_FIELDS[2]) writer.varint(DATA.temporality, CUMULATIVE);
    if (dataPointType === SUM && metric.isMonotonic) writer.varint(DATA.isMonotonic, 1);
  });
}

function writeNumberPoint(writer: WireWriter, point: PointWithExemplars<number>): void {
  writer.time(NUMBER_POINT.start, point.startTime);
  writer.time(NUMBER_POINT.time, point.endTime);
  writer.double(NUMBER_POINT.double, point.value);
  writeExemplars(writer, NUMBER_POINT.exemplars, point.exemplars);
  writeAttributes(writer, NUMBER_POINT.attributes, point.attributes);
}

function writeHistogramPoint(writer: WireWriter, point: PointWithExemplars<Histogram>): void {
  const { count, sum, buckets } = point.value;
  writer.time(HISTOGRAM_POINT.start, point.startTime);
  writer.time(HISTOGRAM_POINT.time, point.endTime);
  writer.fixed64(HISTOGRAM_POINT.count, count);
  if (sum !== undefined) writer.double(HISTOGRAM_POINT.sum, sum);
  writer.packedFixed64(HISTOGRAM_POINT.bucketCounts, buckets.counts);
  writer.packedDoubles(HISTOGRAM_POINT.bounds, buckets.boundaries);
  writeExemplars(writer, HISTOGRAM_POINT.exemplars, point.exemplars);
  writeAttributes(writer, HISTOGRAM_POINT.attributes, point.attributes);
}

function writeExemplars(writer: WireWriter, field: number, exemplars: readonly OtlpExemplar[] = []): void {
  for (const { value, time, traceId, spanId, filteredAttributes } of exemplars) {
    writer.message(field, () => {
      writer.time(EXEMPLAR.time, time);
      writer.double(EXEMPLAR.double, value);
      if (spanId !== undefined) writer.hex(EXEMPLAR.spanId, spanId);
      if (traceId !== undefined) writer.hex(EXEMPLAR.traceId, traceId);
      writeAttributes(writer, EXEMPLAR.filteredAttributes, filteredAttributes);
    });
  }
}

function writeAttributes(
  writer: WireWriter,
  field: number,
  attributes: Readonly<Record<string, unknown>>,
): void {
  for (const [key, value] of Object.entries(attributes)) {
    writer.message(field, () => {
      writer.string(KEY_VALUE.key, key);
      writer.message(KEY_VALUE.value, () => {
        if (typeof value === 'boolean') writer.varint(ANY_VALUE.bool, value ? 1 : 0);
        else if (typeof value !== 'number') writer.string(ANY_VALUE.string, String(value));
        else if (Number.isSafeInteger(value) && value >= 0) writer.varint(ANY_VALUE.int, value);
        else writer.double(ANY_VALUE.double, value);
      });
    });
  }
}
