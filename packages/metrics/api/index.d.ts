// index.d.ts
export type { RenderedMetrics, RenderRequest, ServiceMetrics } from './create-metrics.ts';
export { type CreateHttpMetricsOptions, createHttpMetrics, createMetrics, Metrics, renderMetrics, } from './default-instance.ts';
export { MetricConflictError, MetricLabelsError, MetricNotRegisteredError, MetricsError, MetricsOptionError, } from './errors.ts';
export type { HttpMetrics, HttpMetricsOptions, HttpObservation } from './http-metrics.ts';
export { type DurationUnit, METRICS_DEFAULTS, type MetricsDefaults, type MetricsOptions, type StateEncoding, } from './options.ts';
export type { MetricLabels, OwnHistogramOptions, OwnMetricOptions, OwnMetrics } from './own-metrics.ts';

// create-metrics.d.ts
import { Registry } from 'prom-client';
import { type HttpMetrics, type HttpMetricsOptions } from './http-metrics.ts';
import { type MetricsOptions } from './options.ts';
import { type OwnMetrics, type OwnMetricsStore } from './own-metrics.ts';
export interface RenderRequest {
    /** The scraper's `Accept` header. */
    accept?: string | undefined;
}
export interface RenderedMetrics {
    readonly contentType: string;
    readonly body: string;
}
export interface ServiceMetrics extends AsyncDisposable {
    readonly service: string;
    /** Holds every metric of this instance; prom-client's own metrics may be added to it. */
    readonly registry: Registry;
    /** The application's own metrics; those of the first instance are `Metrics`. */
    readonly own: OwnMetrics;
    http(options?: HttpMetricsOptions): HttpMetrics;
    /** The answer to a scrape. Scrapes that overlap share one. Never rejects for a collector that fails or hangs. */
    render(request?: RenderRequest): Promise<RenderedMetrics>;
    /** Ends the subscriptions and takes the metrics out of the registry. */
    close(): Promise<void>;
}
/** The instance and what is needed to keep track of the first one. */
export declare function buildMetrics(options: MetricsOptions, ownStore?: OwnMetricsStore, onClose?: () => void): ServiceMetrics;

// http-metrics.d.ts
import type { FamilySet } from './family-set.ts';
import { type DurationUnit } from './options.ts';
/** One answered request. */
export interface HttpObservation {
    readonly method: string;
    /** The matched pattern with its mount path, `/orders/:id`; undefined where nothing matched. */
    readonly route: string | undefined;
    /** Undefined where the client went away before there was one: recorded as 499. */
    readonly statusCode: number | undefined;
    /** From the arrival to the last byte, ms. */
    readonly durationMs: number;
}
export interface HttpMetrics {
    /** A request has begun. Each call is followed by one of `observe`. */
    start(): void;
    observe(observation: HttpObservation): void;
}
export interface HttpMetricsOptions {
    /** Value of the label `service`. Default that of the instance. */
    service?: string;
    /** Routes that get a label of their own, 1 to 10,000; the rest is counted under `other`. Default 100. */
    maxRoutes?: number;
    /** Default that of the instance. */
    durationUnit?: DurationUnit;
    /** Upper bounds in ms, ascending. Default that of the instance. */
    durationBucketsMs?: readonly number[];
}
/** What an instance brings along. */
export interface HttpMetricsBase {
    readonly families: FamilySet;
    readonly service: string;
    readonly durationUnit: DurationUnit;
    readonly durationBucketsMs: readonly number[];
    readonly onOverflow: (metric: string) => void;
}
export declare const UNMATCHED_ROUTE = "unmatched";
export declare function buildHttpMetrics(base: HttpMetricsBase, options: HttpMetricsOptions): HttpMetrics;

// family-set.d.ts
import type { Registry } from 'prom-client';
import { type HistogramFamily } from './histogram-family.ts';
import type { DurationUnit } from './options.ts';
import { type ScalarFamily } from './scalar-family.ts';
export interface FamilySpec {
    readonly name: string;
    readonly help: string;
    readonly labelNames?: readonly string[];
    /** Value of the label `service`; without it the metric has no such label. */
    readonly service?: string;
    /** Whether its values are only known at a scrape. */
    readonly pulled?: boolean;
}
export interface DurationSpec extends Omit<FamilySpec, 'pulled'> {
    readonly unit: DurationUnit;
    readonly boundsMs: readonly number[];
}
/** Milliseconds into the unit of a duration histogram. */
export declare const UNIT_OF_MS: Readonly<Record<DurationUnit, number>>;
/** The metrics that one instance has put into its registry; asked for twice, a metric is made once. */
export interface FamilySet {
    counter(spec: FamilySpec): ScalarFamily;
    gauge(spec: FamilySpec): ScalarFamily;
    /** A histogram of durations. `spec.name` has no unit: it becomes `<name>_ms` or `<name>_seconds`. */
    duration(spec: DurationSpec): HistogramFamily;
    /** Takes all of them out of the registry. */
    close(): void;
}
export interface FamilySetOptions {
    readonly registry: Registry;
    readonly maxSeries: number;
    readonly onOverflow: (metric: string) => void;
    readonly refresh: () => Promise<void>;
}
export declare function createFamilySet({ registry, maxSeries, onOverflow, refresh }: FamilySetOptions): FamilySet;

// histogram-family.d.ts
import { type Family, type FamilyOptions } from './family.ts';
import { type LabelPairs } from './text.ts';
/** One label set of a histogram: fixed memory, whatever it has seen. */
export interface HistogramSeries {
    readonly labels: LabelPairs;
    readonly text: string;
    /** Observations in each bucket alone, not accumulated; the last is everything over the highest bound. */
    readonly counts: Float64Array;
    sum: number;
    observe(value: number): void;
}
export interface HistogramFamily extends Family {
    readonly type: 'histogram';
    readonly bounds: readonly number[];
    at(values: readonly string[]): HistogramSeries;
}
/** @param bounds upper bounds, finite and ascending */
export declare function createHistogramFamily(options: FamilyOptions, bounds: readonly number[]): HistogramFamily;

// family.d.ts
import type { Registry } from 'prom-client';
import type { LabelPairs } from './text.ts';
export type FamilyKind = 'counter' | 'gauge' | 'histogram';
/** One sample in the shape of prom-client's JSON. */
export interface FamilySample {
    readonly value: number;
    readonly labels: Readonly<Record<string, string | number>>;
    readonly metricName?: string;
}
/** What prom-client asks of a metric in its registry; `Registry.metrics()`, JSON and clusters work with it. */
export interface FamilySnapshot {
    readonly name: string;
    readonly help: string;
    readonly type: FamilyKind;
    readonly values: readonly FamilySample[];
    readonly aggregator: 'sum';
}
export interface FamilyOptions {
    readonly name: string;
    readonly help: string;
    readonly labelNames: readonly string[];
    readonly constantLabels?: LabelPairs;
    readonly maxSeries: number;
    readonly onOverflow: (metric: string) => void;
    /** Brings values up to date that are only known at a scrape; for readers other than our own renderer. */
    readonly beforeRead?: (() => Promise<void>) | undefined;
}
/** A metric of ours. It lives in a prom-client registry beside prom-client's own. */
export interface Family {
    /** prom-client's OpenMetrics mode takes `_total` off this name and puts it back at each sample. */
    name: string;
    /** The name as registered. */
    readonly metricName: string;
    readonly help: string;
    readonly type: FamilyKind;
    /** All of them: the constant ones first, then those that `at()` takes values for. */
    readonly labelNames: readonly string[];
    readonly aggregator: 'sum';
    get(): Promise<FamilySnapshot>;
    /** Back to zero. Label sets stay, since hot paths hold on to them. */
    reset(): void;
    /**
     * The lines of each label set in turn, so that a renderer can pause between them.
     * @param extra label text to put behind the labels of every sample, or ''
     */
    lines(extra: string): Generator<string>;
}
/** @throws MetricsOptionError for names that Prometheus does not take */
export declare function checkNames(name: string, help: string, labelNames: readonly string[], kind: FamilyKind): void;
export declare function markFamily<F extends Family>(family: F): F;
export declare function isFamily(metric: object): metric is Family;
/** @throws MetricConflictError when the registry has another metric of this name */
export declare function addToRegistry(registry: Registry, family: Family): void;
export declare function removeFromRegistry(registry: Registry, family: Family): void;

// text.d.ts
/** The pieces of text that both exposition formats share. */
export type LabelPairs = Readonly<Record<string, string>>;
export declare function escapeLabelValue(value: string): string;
export declare function escapeHelp(help: string, withQuotes: boolean): string;
/** `a="1",b="2"`, without braces, so that more can be put behind it. */
export declare function labelText(labels: Readonly<Record<string, unknown>>): string;
export declare function joinLabels(first: string, second: string): string;
export declare function sampleLine(name: string, labels: string, value: number): string;
export declare function numberText(value: number): string;

// options.d.ts
import { type Clock } from '@holdfast/context/clock';
import type { Registry } from 'prom-client';
/** `fractional`: 0 closed, 0.5 half-open, 1 open. `ordinal`: 0, 1, 2. */
export type StateEncoding = 'fractional' | 'ordinal';
/** Unit, and so the name, of duration histograms: `..._ms` or `..._seconds`. */
export type DurationUnit = 'ms' | 's';
export interface MetricsOptions {
    /** Value of the label `service`. Default `OTEL_SERVICE_NAME`, or `unknown_service` without it. */
    service?: string;
    /** A prom-client registry to register in, for example the application's own. Default a new one. */
    registry?: Registry;
    /** @default 'fractional' */
    stateEncoding?: StateEncoding;
    /** @default 'ms' */
    durationUnit?: DurationUnit;
    /** Upper bounds of duration histograms in ms, ascending, whatever the unit they are shown in. */
    durationBucketsMs?: readonly number[];
    /** Label sets that one metric may have, 1 to 100,000; the rest is counted under `other`. Default 1000. */
    maxSeriesPerMetric?: number;
    /** How long a scrape waits for those who answer later, in ms, 1 to 60,000. Default 2000. */
    collectTimeoutMs?: number;
    /** Whether memory, CPU, event loop and prom-client's default metrics are collected. Default true. */
    processMetrics?: boolean;
    clock?: Clock;
}
export interface MetricsDefaults {
    readonly service: string;
    readonly stateEncoding: StateEncoding;
    readonly durationUnit: DurationUnit;
    readonly durationBucketsMs: readonly number[];
    readonly maxSeriesPerMetric: number;
    readonly collectTimeoutMs: number;
    readonly processMetrics: boolean;
    readonly maxRoutes: number;
}
export declare const METRICS_DEFAULTS: MetricsDefaults;
export interface ResolvedMetricsOptions extends Omit<MetricsDefaults, 'maxRoutes'> {
    readonly registry: Registry | undefined;
    readonly clock: Clock;
}
/** @throws MetricsOptionError naming the option, its value and its range */
export declare function resolveMetricsOptions(options: MetricsOptions): ResolvedMetricsOptions;
export declare function checkInteger(where: string, option: string, value: number, least: number, most: number): void;
export declare function checkOneOf(where: string, option: string, value: string, allowed: readonly string[]): void;
export declare function checkBuckets(where: string, option: string, bounds: readonly number[]): void;

// scalar-family.d.ts
import { type Family, type FamilyOptions } from './family.ts';
import { type LabelPairs } from './text.ts';
/** One label set of a counter or gauge. Hold on to it: writing to `value` is all that a hot path pays. */
export interface ScalarSeries {
    readonly labels: LabelPairs;
    readonly text: string;
    value: number;
}
export interface ScalarFamily extends Family {
    readonly type: 'counter' | 'gauge';
    at(values: readonly string[]): ScalarSeries;
    /** Forgets all label sets; only for gauges that are filled anew at each scrape. */
    clear(): void;
}
export declare function createScalarFamily(type: 'counter' | 'gauge', options: FamilyOptions): ScalarFamily;

// own-metrics.d.ts
import type { Registry } from 'prom-client';
export type MetricLabels = Readonly<Record<string, string | number | boolean>>;
export interface OwnMetricOptions {
    /** All label names. Without it they are those of the first use. */
    labelNames?: readonly string[];
}
export interface OwnHistogramOptions extends OwnMetricOptions {
    /** Upper bounds, ascending. Default those of durations in ms. */
    buckets?: readonly number[];
}
/** An application's own metrics. Registering one again under the same kind does nothing. */
export interface OwnMetrics {
    registerCounter(name: string, help: string, options?: OwnMetricOptions): void;
    /** @param value 0 or more, default 1 */
    incrementCounter(name: string, labels?: MetricLabels, value?: number): void;
    registerGauge(name: string, help: string, options?: OwnMetricOptions): void;
    setGauge(name: string, value: number, labels?: MetricLabels): void;
    registerHistogram(name: string, help: string, options?: OwnHistogramOptions): void;
    observe(name: string, value: number, labels?: MetricLabels): void;
}
/** Where own metrics are shown, and under which cap. */
export interface OwnMetricsHome {
    readonly registry: Registry;
    readonly maxSeries: number;
    readonly onOverflow: (metric: string) => void;
}
export interface OwnMetricsStore {
    readonly metrics: OwnMetrics;
    /** Shows what is registered, now and later, in a registry. */
    attach(home: OwnMetricsHome): void;
    detach(): void;
}
export declare function createOwnMetrics(): OwnMetricsStore;

// default-instance.d.ts
import { type RenderedMetrics, type RenderRequest, type ServiceMetrics } from './create-metrics.ts';
import type { HttpMetrics, HttpMetricsOptions } from './http-metrics.ts';
import type { MetricsOptions } from './options.ts';
import { type OwnMetrics } from './own-metrics.ts';
/**
 * The application's own metrics, usable before `createMetrics()` is called: they are shown by the first instance.
 */
export declare const Metrics: OwnMetrics;
/**
 * Metrics of a service: of its process, and of the circuits, queues and clients it uses, which are found by their
 * channels. The first instance that is open is the default of `createHttpMetrics()` and `renderMetrics()`.
 * @throws MetricsOptionError
 * @throws MetricConflictError when the registry has a metric of one of our names already
 */
export declare function createMetrics(options?: MetricsOptions): ServiceMetrics;
export interface CreateHttpMetricsOptions extends HttpMetricsOptions {
    /** The instance to record in. Default the first one; one is made where there is none. */
    metrics?: ServiceMetrics;
}
/** Counts and times of HTTP requests, for a framework's adapter to feed. */
export declare function createHttpMetrics({ metrics, ...options }?: CreateHttpMetricsOptions): HttpMetrics;
/** The answer of a `/metrics` endpoint; OpenMetrics only when `accept` asks for it. */
export declare function renderMetrics(request?: RenderRequest): Promise<RenderedMetrics>;

// errors.d.ts
/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export declare abstract class MetricsError extends Error {
    abstract readonly code: string;
}
/** An option or argument that cannot be used. */
export declare class MetricsOptionError extends MetricsError {
    readonly name = "MetricsOptionError";
    readonly code = "ERR_METRICS_OPTION";
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
