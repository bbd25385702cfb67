/** OpenTelemetry's metric data as plain objects. Its enumerations are numbers here, so that no SDK has to be loaded. */
import type { DataPoint, Histogram, MetricData } from '@opentelemetry/sdk-metrics';

type HrTime = DataPoint<number>['startTime'];

/** What the SDK's data model has no place for: exporters that do not know of it leave it out. */
export interface OtlpExemplar {
  readonly value: number;
  readonly time: DataPoint<number>['startTime'];
  /** 32 lower-case hex digits, or undefined where the exemplar names no trace. */
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  /** Labels that are neither. */
  readonly filteredAttributes: Readonly<Record<string, string>>;
}

/** A data point with its exemplars. */
export interface PointWithExemplars<T> extends DataPoint<T> {
  readonly exemplars?: readonly OtlpExemplar[];
}

const DOUBLE = 1;
const CUMULATIVE = 1;
const POINT_TYPES = { histogram: 0, gauge: 2, sum: 3 } as const;

export interface MetricHead {
  readonly name: string;
  readonly help: string;
}

/**
 * The unit stays empty: it is part of a Prometheus name already, and a receiver that is told would add it once more.
 */
function baseOf({ name, help }: MetricHead) {
  return {
    descriptor: { name, description: help, unit: '', valueType: DOUBLE },
    aggregationTemporality: CUMULATIVE,
  } as const;
}

export function gaugeData(head: MetricHead, dataPoints: PointWithExemplars<number>[]): MetricData {
  return { ...baseOf(head), dataPointType: POINT_TYPES.gauge, dataPoints };
}

export function counterData(head: MetricHead, dataPoints: PointWithExemplars<number>[]): MetricData {
  return { ...baseOf(head), dataPointType: POINT_TYPES.sum, isMonotonic: true, dataPoints };
}

export function histogramData(head: MetricHead, dataPoints: PointWithExemplars<Histogram>[]): MetricData {
  return { ...baseOf(head), dataPointType: POINT_TYPES.histogram, dataPoints };
}

/** @param ms epoch ms */
export function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}
