// otlp/index.d.ts
/** Reads a prom-client registry as OpenTelemetry metrics. Needs the types of `@opentelemetry/sdk-metrics`, loads nothing of it. */
export { MetricNotCollectedError } from '../errors.ts';
export type { OtlpExemplar, PointWithExemplars } from './metric-data.ts';
export { createPromClientProducer, type PromClientProducerOptions } from './metric-producer.ts';

// errors.d.ts
/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export declare abstract class MetricsError extends Error {
    abstract readonly code: string;
}
/** An option or argument that cannot be used. */
export declare class MetricsOptionError extends MetricsError {
    readonly name = "MetricsOptionError";
    readonly code = "ERR_METRICS_OPTION";
    /** The name of the option or argument. */
    readonly option: string;
    constructor(option: string, message: string);
}
/** A metric of this name exists already, of another kind or from another source. */
export declare class MetricConflictError extends MetricsError {
    readonly name = "MetricConflictError";
    readonly code = "ERR_METRICS_CONFLICT";
    readonly metric: string;
    constructor(metric: string, why: string);
}
/** A value was given for a metric that was never registered under this kind. */
export declare class MetricNotRegisteredError extends MetricsError {
    readonly name = "MetricNotRegisteredError";
    readonly code = "ERR_METRICS_NOT_REGISTERED";
    readonly metric: string;
    constructor(metric: string, kind: string, register: string);
}
/** Labels were given that the metric was not first used with. */
export declare class MetricLabelsError extends MetricsError {
    readonly name = "MetricLabelsError";
    readonly code = "ERR_METRICS_LABELS";
    readonly metric: string;
    constructor(metric: string, given: string, known: readonly string[]);
}
/** A package that `initMetrics()` needs is not installed. */
export declare class MetricsMissingPeerError extends MetricsError {
    readonly name = "MetricsMissingPeerError";
    readonly code = "ERR_METRICS_MISSING_PEER";
    readonly peer: string;
    constructor(peer: string, options: ErrorOptions);
}
/** `initMetrics()` was called a second time. */
export declare class MetricsAlreadyStartedError extends MetricsError {
    readonly name = "MetricsAlreadyStartedError";
    readonly code = "ERR_METRICS_ALREADY_STARTED";
    constructor();
}
/** A metric is missing from what an OpenTelemetry reader collected. */
export declare class MetricNotCollectedError extends MetricsError {
    readonly name = "MetricNotCollectedError";
    readonly code = "ERR_METRICS_NOT_COLLECTED";
    readonly metric: string;
    constructor(metric: string);
}
/** A worker asked the primary for the metrics of the cluster and got no answer. */
export declare class ClusterMetricsError extends MetricsError {
    readonly name = "ClusterMetricsError";
    readonly code = "ERR_METRICS_CLUSTER";
    constructor(what: string);
}

// otlp/metric-data.d.ts
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
export interface MetricHead {
    readonly name: string;
    readonly help: string;
}
export declare function gaugeData(head: MetricHead, dataPoints: PointWithExemplars<number>[]): MetricData;
export declare function counterData(head: MetricHead, dataPoints: PointWithExemplars<number>[]): MetricData;
export declare function histogramData(head: MetricHead, dataPoints: PointWithExemplars<Histogram>[]): MetricData;
/** @param ms epoch ms */
export declare function hrTime(ms: number): HrTime;
export {};

// otlp/metric-producer.d.ts
import { type Clock } from '@holdfast/context/clock';
import type { MetricProducer } from '@opentelemetry/sdk-metrics';
import type { Registry } from 'prom-client';
export interface PromClientProducerOptions {
    /** Says whose metrics these are; only read where a reader has no other source. Default none. */
    resourceAttributes?: Readonly<Record<string, string | number | boolean>> | undefined;
    /** How long the `collect` functions of all metrics together may take, in ms. Default 2000. */
    collectTimeoutMs?: number | undefined;
    /** Time and timers. Default the system's. */
    clock?: Clock | undefined;
}
/**
 * Makes what a prom-client registry holds readable for any OpenTelemetry `MetricReader`: counters become monotonic sums
 * that know when they began and when they were reset, histograms keep their bounds, a summary becomes a gauge and two
 * sums. Names, help texts and labels stay as they are. Collecting pauses for the event loop every thousand points.
 */
export declare function createPromClientProducer(registry: Registry, options?: PromClientProducerOptions): MetricProducer;
export interface ProducerSource extends PromClientProducerOptions {
    /** Asked at each collection. */
    readonly registries: () => readonly Registry[];
}
export declare function createProducer(source: ProducerSource): MetricProducer;
