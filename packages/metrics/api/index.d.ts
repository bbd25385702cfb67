// index.d.ts
export { type ClusterMetrics, createClusterMetrics } from './cluster/cluster-metrics.ts';
export { CLUSTER_METRICS_DEFAULTS, type ClusterMetricsOptions } from './cluster/options.ts';
export type { RenderRequest, ServiceMetrics } from './create-metrics.ts';
export { type CreateHttpMetricsOptions, createHttpMetrics, createMetrics, Metrics, renderMetrics, } from './default-instance.ts';
export { ClusterMetricsError, MetricConflictError, MetricLabelsError, MetricNotCollectedError, MetricNotRegisteredError, MetricsAlreadyStartedError, MetricsError, MetricsMissingPeerError, MetricsOptionError, } from './errors.ts';
export type { RenderedMetrics } from './exposition/rendered.ts';
export type { Aggregator } from './families/family.ts';
export type { HttpMetrics, HttpMetricsOptions, HttpObservation } from './http-metrics.ts';
export { type DurationUnit, METRICS_DEFAULTS, type MetricsDefaults, type MetricsOptions, type StateEncoding, } from './options.ts';
export { initMetrics, type MetricsPush, type MetricsPushStats } from './otlp/init-metrics.ts';
export { METRICS_PUSH_DEFAULTS, type MetricsPushDefaults, type MetricsPushOptions, } from './otlp/push-options.ts';
export type { ResourceAttributes } from './otlp/resource-attributes.ts';
export type { MetricLabels, OwnHistogramOptions, OwnMetricOptions, OwnMetrics } from './own-metrics.ts';

// cluster/cluster-metrics.d.ts
import type { RenderRequest } from '../create-metrics.ts';
import type { RenderedMetrics } from '../exposition/rendered.ts';
import { type ClusterMetricsOptions } from './options.ts';
/** One `/metrics` for all workers of a `node:cluster`, on the primary or on any of them. */
export interface ClusterMetrics extends AsyncDisposable {
    /**
     * The metrics of all workers as those of one process. A worker that hangs or dies is waited for within `timeoutMs`.
     * Scrapes that overlap share one.
     * @throws ClusterMetricsError in a worker whose primary does not answer
     */
    render(request?: RenderRequest): Promise<RenderedMetrics>;
    /** Takes this process out: a worker answers no further scrape. */
    close(): Promise<void>;
}
/**
 * Call it in the primary before it forks, and in each worker.
 * @throws MetricsOptionError
 */
export declare function createClusterMetrics(options?: ClusterMetricsOptions): ClusterMetrics;

// create-metrics.d.ts
import { Registry } from 'prom-client';
import { type RenderedMetrics } from './exposition/rendered.ts';
import { type HttpMetrics, type HttpMetricsOptions } from './http-metrics.ts';
import { type MetricsOptions } from './options.ts';
import { type OwnMetrics, type OwnMetricsStore } from './own-metrics.ts';
/** What is known of a scrape. */
export interface RenderRequest {
    /** The scraper's `Accept` header. */
    accept?: string | undefined;
}
/** The metrics of one service. */
export interface ServiceMetrics extends AsyncDisposable {
    /** Value of the label `service`. */
    readonly serviceName: string;
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

// exposition/rendered.d.ts
import { type ExpositionFormat } from './negotiate.ts';
/** The answer to a scrape. */
export interface RenderedMetrics {
    readonly contentType: string;
    /** The text in parts: what is written part by part never holds the event loop for long, however much it is. */
    readonly parts: readonly string[];
    /** The whole text, joined when it is first read. */
    readonly body: string;
}
export declare function renderedMetrics(format: ExpositionFormat, parts: readonly string[]): RenderedMetrics;

// exposition/negotiate.d.ts
/** Which of the two text formats a scraper gets. */
export type ExpositionFormat = 'prometheus' | 'openmetrics';
export declare const CONTENT_TYPES: Readonly<Record<ExpositionFormat, string>>;
/** OpenMetrics when it is named in `Accept` and not wanted less than plain text; otherwise the plain format. */
export declare function negotiate(accept: string | undefined): ExpositionFormat;

// http-metrics.d.ts
import type { TraceContext } from '@holdfast/context';
import { type Exemplars } from './families/exemplars.ts';
import type { FamilySet } from './families/family-set.ts';
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
    /** The context of the request: where its span is sampled, it becomes the exemplar of its bucket. */
    readonly trace?: TraceContext | undefined;
}
/** Takes in the requests of one service. */
export interface HttpMetrics {
    /** Whether somebody reads exemplars, so that it is worth the trouble to find out the context of a request. */
    readonly wantsTrace: boolean;
    /** A request has begun. Each call is followed by one of `observe`. */
    start(): void;
    /** The request has ended, however it did. */
    observe(observation: HttpObservation): void;
}
export interface HttpMetricsOptions {
    /** Value of the label `service`. Default that of the instance. */
    serviceName?: string;
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
    readonly exemplars: Exemplars;
    readonly service: string;
    readonly durationUnit: DurationUnit;
    readonly durationBucketsMs: readonly number[];
    readonly onOverflow: (metric: string) => void;
}
export declare const UNMATCHED_ROUTE = "unmatched";
export declare function buildHttpMetrics(base: HttpMetricsBase, options: HttpMetricsOptions): HttpMetrics;

// families/exemplars.d.ts
import type { Clock } from '@holdfast/context/clock';
import type { SpanContextLike } from '@holdfast/context/storage';
/** A trace that stands for the observations of one bucket. Written again and again, so that it costs no allocation. */
export interface Exemplar {
    traceId: string;
    spanId: string;
    /** What was observed. */
    value: number;
    /** Epoch ms. */
    at: number;
}
/** In the shape of prom-client's own exemplars. */
export interface ExemplarSample {
    readonly labelSet: Readonly<Record<string, string>>;
    readonly value: number;
    /** Epoch seconds. */
    readonly timestamp: number;
}
/**
 * Whether exemplars are kept. They are from the first time that somebody asks who can read them: a scraper that
 * accepts OpenMetrics, or an exporter. Until then an observation pays for one look at `wanted`.
 */
export interface Exemplars {
    readonly wanted: boolean;
    /** Somebody can read them. */
    want(): void;
    /** Calls `start` at the first `want()`, at once where that has been. */
    onWanted(start: () => void): void;
    /** Epoch ms. */
    now(): number;
}
export declare function createExemplars(clock: Clock): Exemplars;
/** The span of a context when it is recorded and sampled: only such a trace can be found again. */
export declare function sampledSpan(trace: object | undefined): SpanContextLike | undefined;
export declare function exemplarSample({ traceId, spanId, value, at }: Exemplar): ExemplarSample;

// families/family-set.d.ts
import type { Registry } from 'prom-client';
import type { DurationUnit } from '../options.ts';
import { type HistogramFamily } from './histogram-family.ts';
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

// options.d.ts
import { type Clock } from '@holdfast/context/clock';
import type { Registry } from 'prom-client';
/** `fractional`: 0 closed, 0.5 half-open, 1 open. `ordinal`: 0, 1, 2. */
export type StateEncoding = 'fractional' | 'ordinal';
/** Unit, and so the name, of duration histograms: `..._ms` or `..._seconds`. */
export type DurationUnit = 'ms' | 's';
export interface MetricsOptions {
    /** Value of the label `service`. Default `OTEL_SERVICE_NAME`, or `unknown_service` without it. */
    serviceName?: string;
    /** A prom-client registry to register in, for example the application's own. Default a new one. */
    registry?: Registry;
    /** @default 'fractional' */
    stateEncoding?: StateEncoding;
    /** @default 'ms' */
    durationUnit?: DurationUnit;
    /**
     * Upper bounds of duration histograms in ms, ascending, 1 to 100 of them, whatever the unit they are shown in.
     * @default [5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000]
     */
    durationBucketsMs?: readonly number[];
    /** Label sets that one metric may have, 1 to 100,000; the rest is counted under `other`. Default 1000. */
    maxSeriesPerMetric?: number;
    /** How long a scrape waits for those who answer later, in ms, 1 to 60,000. Default 2000. */
    collectTimeoutMs?: number;
    /** Whether memory, CPU, event loop and prom-client's default metrics are collected. Default true. */
    processMetrics?: boolean;
    /** Time and timers. Default the system's. */
    clock?: Clock;
}
export interface MetricsDefaults {
    readonly serviceName: string;
    readonly stateEncoding: StateEncoding;
    readonly durationUnit: DurationUnit;
    readonly durationBucketsMs: readonly number[];
    readonly maxSeriesPerMetric: number;
    readonly collectTimeoutMs: number;
    readonly processMetrics: boolean;
    readonly maxRoutes: number;
}
/** Every default of `createMetrics`. Durations in ms. */
export declare const METRICS_DEFAULTS: MetricsDefaults;
export interface ResolvedMetricsOptions extends Omit<MetricsDefaults, 'maxRoutes' | 'serviceName'> {
    readonly service: string;
    readonly registry: Registry | undefined;
    readonly clock: Clock;
}
/** @throws MetricsOptionError naming the option, its value and its range */
export declare function resolveMetricsOptions(options: MetricsOptions): ResolvedMetricsOptions;
export declare function checkInteger(where: string, option: string, value: number, least: number, most: number): void;
export declare function checkOneOf(where: string, option: string, value: string, allowed: readonly string[]): void;
export declare function checkBuckets(where: string, option: string, bounds: readonly number[]): void;

// families/histogram-family.d.ts
import type { SpanContextLike } from '@holdfast/context/storage';
import { type LabelPairs } from '../exposition/text.ts';
import { type Exemplar } from './exemplars.ts';
import { type Family, type FamilyOptions } from './family.ts';
/** One label set of a histogram: fixed memory, whatever it has seen. */
export interface HistogramSeries {
    readonly labels: LabelPairs;
    readonly text: string;
    /** Observations in each bucket alone, not accumulated; the last is everything over the highest bound. */
    readonly counts: Float64Array;
    sum: number;
    /** The latest exemplar of each bucket, by its place in `counts`; undefined until there is one. */
    readonly exemplars: readonly (Exemplar | undefined)[] | undefined;
    observe(value: number): void;
    /** Lets a span stand for the bucket that `value` falls into. It does not count. */
    exemplify(value: number, span: SpanContextLike, at: number): void;
}
export interface HistogramFamily extends Family {
    readonly type: 'histogram';
    readonly bounds: readonly number[];
    at(values: readonly string[]): HistogramSeries;
    all(): Iterable<HistogramSeries>;
}
/** @param bounds upper bounds, finite and ascending */
export declare function createHistogramFamily(options: FamilyOptions, bounds: readonly number[]): HistogramFamily;

// exposition/text.d.ts
/** The pieces of text that the exposition formats are made of. */
import type { ExemplarSample } from '../families/exemplars.ts';
export type LabelPairs = Readonly<Record<string, string>>;
export declare function escapeLabelValue(value: string): string;
export declare function escapeHelp(help: string, withQuotes: boolean): string;
/** `a="1",b="2"`, without braces, so that more can be put behind it. */
export declare function labelText(labels: Readonly<Record<string, unknown>>): string;
export declare function joinLabels(first: string, second: string): string;
export declare function sampleLine(name: string, labels: string, value: number): string;
export declare function numberText(value: number): string;
/** What stands behind a sample in OpenMetrics; nothing where the format does not allow the labels. */
export declare function exemplarText({ labelSet, value, timestamp }: ExemplarSample): string;

// families/family.d.ts
import type { Registry } from 'prom-client';
import type { LabelPairs } from '../exposition/text.ts';
import type { ExemplarSample } from './exemplars.ts';
export type FamilyKind = 'counter' | 'gauge' | 'histogram';
/** How the values of several processes become one: prom-client's names. */
export type Aggregator = 'sum' | 'max' | 'min' | 'average' | 'first' | 'omit';
export declare const AGGREGATORS: readonly Aggregator[];
/** One sample in the shape of prom-client's JSON. */
export interface FamilySample {
    readonly value: number;
    readonly labels: Readonly<Record<string, string | number>>;
    readonly metricName?: string;
    readonly exemplar?: ExemplarSample;
}
/** What prom-client asks of a metric in its registry; `Registry.metrics()`, JSON and clusters work with it. */
export interface FamilySnapshot {
    readonly name: string;
    readonly help: string;
    readonly type: FamilyKind;
    readonly values: readonly FamilySample[];
    readonly aggregator: Aggregator;
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
    /** Default sum. */
    readonly aggregator?: Aggregator | undefined;
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
    readonly aggregator: Aggregator;
    /** Brings the values up to date where they are only known at a scrape; one function for all of an instance. */
    readonly refresh: (() => Promise<void>) | undefined;
    get(): Promise<FamilySnapshot>;
    /** Back to zero. Label sets stay, since hot paths hold on to them. */
    reset(): void;
    /**
     * The lines of each label set in turn, so that a renderer can pause between them.
     * @param extra label text to put behind the labels of every sample, or ''
     * @param withExemplars whether the format has exemplars
     */
    lines(extra: string, withExemplars: boolean): Generator<string>;
}
/** @throws MetricsOptionError for names that Prometheus does not take */
export declare function checkNames(name: string, help: string, labelNames: readonly string[], kind: FamilyKind): void;
export declare function markFamily<F extends Family>(family: F): F;
export declare function isFamily(metric: object): metric is Family;
/** @throws MetricConflictError when the registry has another metric of this name */
export declare function addToRegistry(registry: Registry, family: Family): void;
export declare function removeFromRegistry(registry: Registry, family: Family): void;

// families/scalar-family.d.ts
import { type LabelPairs } from '../exposition/text.ts';
import { type Family, type FamilyOptions } from './family.ts';
/** One label set of a counter or gauge. Hold on to it: writing to `value` is all that a hot path pays. */
export interface ScalarSeries {
    readonly labels: LabelPairs;
    readonly text: string;
    value: number;
}
export interface ScalarFamily extends Family {
    readonly type: 'counter' | 'gauge';
    at(values: readonly string[]): ScalarSeries;
    all(): Iterable<ScalarSeries>;
    /** Forgets all label sets; only for gauges that are filled anew at each scrape. */
    clear(): void;
}
export declare function createScalarFamily(type: 'counter' | 'gauge', options: FamilyOptions): ScalarFamily;

// own-metrics.d.ts
import type { Registry } from 'prom-client';
import { type Aggregator } from './families/family.ts';
/** Labels by name; every value is written as text. */
export type MetricLabels = Readonly<Record<string, string | number | boolean>>;
export interface OwnMetricOptions {
    /** All label names. Without it they are those of the first use. */
    labelNames?: readonly string[];
    /** How the values of a cluster's workers become one: sum, max, min, average, first or omit. Default sum. */
    aggregator?: Aggregator;
}
export interface OwnHistogramOptions extends OwnMetricOptions {
    /** Upper bounds, ascending. Default those of durations in ms. */
    buckets?: readonly number[];
}
/** An application's own metrics. Registering one again under the same kind does nothing. */
export interface OwnMetrics {
    /** @throws MetricsOptionError, MetricConflictError for a name that another metric has */
    registerCounter(name: string, help: string, options?: OwnMetricOptions): void;
    /** @param value 0 or more, default 1 */
    incrementCounter(name: string, labels?: MetricLabels, value?: number): void;
    /** @throws MetricsOptionError, MetricConflictError for a name that another metric has */
    registerGauge(name: string, help: string, options?: OwnMetricOptions): void;
    /** @throws MetricNotRegisteredError, MetricLabelsError */
    setGauge(name: string, value: number, labels?: MetricLabels): void;
    /** @throws MetricsOptionError, MetricConflictError for a name that another metric has */
    registerHistogram(name: string, help: string, options?: OwnHistogramOptions): void;
    /** @param value in the unit of the buckets @throws MetricNotRegisteredError, MetricLabelsError */
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

// cluster/options.d.ts
import { type Clock } from '@holdfast/context/clock';
import type { Registry } from 'prom-client';
import type { ServiceMetrics } from '../create-metrics.ts';
import { type Internals } from '../internals.ts';
export interface ClusterMetricsOptions {
    /** In a worker: whose metrics it contributes, default the first instance. In the primary: its own, default none. */
    metrics?: ServiceMetrics | undefined;
    /** How long a scrape waits for the workers, in ms, 1 to 60,000. Default 2000. */
    timeoutMs?: number | undefined;
    /** Samples of workers that are gone which the primary remembers, 0 to 10,000,000. Default 100,000. */
    maxRetiredSamples?: number | undefined;
    /** Time and timers. Default the system's. */
    clock?: Clock | undefined;
}
/** What is needed of an instance. */
export interface ClusterInstance {
    readonly registry: Registry;
    /** Undefined for one of another copy of this package. */
    readonly its: Internals | undefined;
}
export interface ResolvedClusterOptions {
    readonly metrics: ClusterInstance | undefined;
    readonly timeoutMs: number;
    readonly maxRetiredSamples: number;
    readonly clock: Clock;
}
/** Every default of `createClusterMetrics`. */
export declare const CLUSTER_METRICS_DEFAULTS: {
    readonly timeoutMs: number;
    readonly maxRetiredSamples: number;
};
/** @throws MetricsOptionError naming the option, its value and its range */
export declare function resolveClusterOptions(options: ClusterMetricsOptions): ResolvedClusterOptions;
export declare function clusterInstance(metrics: ServiceMetrics): ClusterInstance;

// internals.d.ts
/** What other parts of this package do with an instance and applications do not. */
export interface Internals {
    /** Somebody reads exemplars. */
    wantExemplars(): void;
    onPush(outcome: string): void;
    /** A collector of a foreign metric failed or took too long. */
    onCollectorFailure(): void;
    /** Brings the values up to date that are only known at a scrape. */
    refresh(): Promise<void>;
}
export declare function setInternals(instance: object, its: Internals): void;
/** Undefined for an instance of another copy of this package. */
export declare function internalsOf(instance: object): Internals | undefined;

// default-instance.d.ts
import { type RenderRequest, type ServiceMetrics } from './create-metrics.ts';
import type { RenderedMetrics } from './exposition/rendered.ts';
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
/** The name of the service for an instance that is made because something needs one. */
export declare function setDefaultService(service: string | undefined): void;
/** The first instance, made where there is none. */
export declare function defaultInstance(): ServiceMetrics;
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

// otlp/init-metrics.d.ts
import { type MetricsPushOptions } from './push-options.ts';
/** How the pushes went since the start. */
export interface MetricsPushStats {
    /** Requests that were answered with success. */
    readonly succeeded: number;
    /** Requests that were refused, or found nobody. */
    readonly failed: number;
    /** Requests that were given up. */
    readonly timedOut: number;
    /** Why the last one that failed did. */
    readonly lastError: string | undefined;
}
/** What `initMetrics()` started. */
export interface MetricsPush extends AsyncDisposable {
    /** Pushes now. Settles when that is done, or after the timeout of a request; never rejects. */
    flush(): Promise<void>;
    /** Pushes a last time and ends. */
    shutdown(): Promise<void>;
    /** The same as `shutdown()`. */
    close(): Promise<void>;
    /** Requests to the collector since the start. */
    getStats(): MetricsPushStats;
}
/**
 * Pushes the metrics of the service to an OTLP collector, now and then, until `shutdown()`. Call it once. An endpoint
 * that is down, slow or hangs costs the service nothing but what `metrics_pushes_total` counts; what one push could not
 * bring, the next one does, since all values are totals.
 * @throws MetricsOptionError for an option or variable that cannot be used
 * @throws MetricsMissingPeerError when `@opentelemetry/sdk-metrics` or `@opentelemetry/otlp-exporter-base` is missing
 * @throws MetricsAlreadyStartedError when it runs already
 */
export declare function initMetrics(options?: MetricsPushOptions): MetricsPush;

// otlp/push-options.d.ts
import { type Clock } from '@holdfast/context/clock';
import type { ServiceMetrics } from '../create-metrics.ts';
import type { ResourceAttributes } from './resource-attributes.ts';
export interface MetricsPushOptions {
    /** Default `OTEL_SERVICE_NAME`. */
    serviceName?: string | undefined;
    /** `service.version` of the resource. */
    serviceVersion?: string | undefined;
    /** `deployment.environment.name` of the resource. */
    environment?: string | undefined;
    /**
     * Where to push, OTLP over http/protobuf. Default `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`,
     * `OTEL_EXPORTER_METRICS_ENDPOINT`, `OTEL_EXPORTER_OTLP_ENDPOINT`, then `http://localhost:4318`.
     */
    exporterEndpoint?: string | undefined;
    /** Sent with each push, besides those of `OTEL_EXPORTER_OTLP_HEADERS`. */
    headers?: Readonly<Record<string, string>> | undefined;
    /** Default `OTEL_EXPORTER_OTLP_COMPRESSION`, or `none`. */
    compression?: 'none' | 'gzip' | undefined;
    /** Time between two pushes in ms, 1 to 86,400,000. Default `OTEL_METRIC_EXPORT_INTERVAL`, or 60,000. */
    exportIntervalMs?: number | undefined;
    /** Limit of one request in ms, at most the interval. Default `OTEL_METRIC_EXPORT_TIMEOUT`, or 10,000. */
    exportTimeoutMs?: number | undefined;
    /** Points of one request, 1 to 100,000; more go in several, one after the other. Default 2000. */
    maxPointsPerRequest?: number | undefined;
    /** Besides those of `OTEL_RESOURCE_ATTRIBUTES`. */
    resourceAttributes?: ResourceAttributes | undefined;
    /** Whose metrics are pushed. Default those of the first instance, which is made where there is none. */
    metrics?: ServiceMetrics | undefined;
    /** Time and timers. Default the system's. */
    clock?: Clock | undefined;
}
export interface MetricsPushDefaults {
    readonly exporterEndpoint: string;
    readonly exportIntervalMs: number;
    readonly exportTimeoutMs: number;
    readonly maxPointsPerRequest: number;
}
/** Every default of `initMetrics` that no variable of the environment sets. Durations in ms. */
export declare const METRICS_PUSH_DEFAULTS: MetricsPushDefaults;
export interface ResolvedPushOptions {
    readonly url: URL;
    readonly headers: Readonly<Record<string, string>>;
    /** Undefined: what the environment says. */
    readonly compression: 'none' | 'gzip' | undefined;
    readonly exportIntervalMs: number;
    readonly exportTimeoutMs: number;
    readonly maxPointsPerRequest: number;
    readonly disabled: boolean;
    readonly clock: Clock;
}
type Environment = Readonly<Record<string, string | undefined>>;
/** @throws MetricsOptionError naming the option or variable, its value and its range */
export declare function resolvePushOptions(options: MetricsPushOptions, env: Environment): ResolvedPushOptions;
export {};

// otlp/resource-attributes.d.ts
/** Says which process the metrics come from. */
export type ResourceAttributes = Readonly<Record<string, string | number | boolean>>;
export interface ResourceOptions {
    readonly serviceName: string | undefined;
    readonly serviceVersion: string | undefined;
    readonly environment: string | undefined;
    readonly attributes: ResourceAttributes;
}
/**
 * What is known of the process, then `OTEL_RESOURCE_ATTRIBUTES`, then the options, the later winning.
 * @see https://opentelemetry.io/docs/specs/semconv/resource/
 */
export declare function resourceAttributes({ serviceName, serviceVersion, environment, attributes }: ResourceOptions, env: Readonly<Record<string, string | undefined>>): ResourceAttributes;
