// index.d.ts
export type { HttpClientFact, QueryFact, RedisFact, SlowOperationFact, SlowQueryFact } from './channels.ts';
export { TraceFileError, TracingAlreadyStartedError, TracingError, TracingMissingPeerError, TracingOptionError, } from './errors.ts';
export { type HttpServerSpan, type HttpServerSpanEnd, type HttpServerSpanInit, startHttpServerSpan, } from './http-server.ts';
export { initTracing, isTracingStarted, type Tracing, type TracingMode, type TracingStats } from './init.ts';
export type { SpanLimits } from './light/limits.ts';
export { type SpanExporter, type SpanProcessor, TRACING_DEFAULTS, type TracingOptions } from './options.ts';
export { SpanKind, SpanStatusCode } from './otel-api.ts';
export type { ResourceAttributes } from './resource.ts';
export type { SinkStats } from './sinks/sink.ts';
export { addSpanAttributes, type CreateSpanOptions, createSpan, getCurrentSpan, type SpanInit, traceAsync, withSpan, } from './spans.ts';

// channels.d.ts
export declare const QUERY_CHANNEL = "holdfast:tracing:query";
/** Fact `holdfast:tracing:query`: a traced statement ended, also where nothing is recorded. */
export interface QueryFact {
    readonly system: 'sqlite' | 'postgresql';
    /** The first word of the statement in capitals: `SELECT`, `INSERT`, `PRAGMA`. */
    readonly operation: string;
    readonly durationMs: number;
    readonly failed: boolean;
}
export declare const SLOW_QUERY_CHANNEL = "holdfast:tracing:slow-query";
/** Fact `holdfast:tracing:slow-query`: it took longer than `slowQueryThreshold`. */
export interface SlowQueryFact extends QueryFact {
    /** The statement with its literals replaced by `?`. */
    readonly queryText: string;
    readonly thresholdMs: number;
}
export declare const HTTP_CLIENT_CHANNEL = "holdfast:tracing:http-client";
/** Fact `holdfast:tracing:http-client`: the answer of an outgoing request has arrived, or it failed. */
export interface HttpClientFact {
    /** Host and port as they were asked for. */
    readonly host: string;
    readonly method: string;
    /** Missing where no answer came. */
    readonly statusCode?: number;
    readonly durationMs: number;
    readonly failed: boolean;
}
export declare const REDIS_CHANNEL = "holdfast:tracing:redis";
/** Fact `holdfast:tracing:redis`: a command of a traced Redis client ended, also where nothing is recorded. */
export interface RedisFact {
    /** In capitals: `GET`, `CONFIG SET`. */
    readonly command: string;
    readonly durationMs: number;
    readonly failed: boolean;
}
export declare const SLOW_OPERATION_CHANNEL = "holdfast:tracing:slow-redis-operation";
/** Fact `holdfast:tracing:slow-redis-operation`: it took longer than `slowOperationThreshold`. */
export interface SlowOperationFact extends RedisFact {
    readonly thresholdMs: number;
}

// errors.d.ts
/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export declare abstract class TracingError extends Error {
    abstract readonly code: string;
}
/** An option, or an `OTEL_*` variable, that cannot be used. */
export declare class TracingOptionError extends TracingError {
    readonly name = "TracingOptionError";
    readonly code = "ERR_TRACING_OPTION";
    readonly option: string;
    constructor(option: string, problem: string, options?: ErrorOptions);
}
/** `initTracing()` was called again while the first is still running. */
export declare class TracingAlreadyStartedError extends TracingError {
    readonly name = "TracingAlreadyStartedError";
    readonly code = "ERR_TRACING_ALREADY_STARTED";
    constructor();
}
/** Something was asked for that only the OpenTelemetry SDK can do, and it could not be loaded. */
export declare class TracingMissingPeerError extends TracingError {
    readonly name = "TracingMissingPeerError";
    readonly code = "ERR_TRACING_MISSING_PEER";
    readonly peer: string;
    constructor(peer: string, options: ErrorOptions);
}
/** A file of spans that cannot be opened. */
export declare class TraceFileError extends TracingError {
    readonly name = "TraceFileError";
    readonly code = "ERR_TRACING_FILE";
    readonly path: string;
    constructor(path: string, purpose: 'read' | 'written', cause: unknown);
}

// http-server.d.ts
import type { Span } from '@opentelemetry/api';
/** What is known of a request when it comes in. */
export interface HttpServerSpanInit {
    method: string;
    /** Path without query. */
    path: string;
    /** `http` or `https`. */
    scheme?: string | undefined;
    /** The host name that the client asked for. */
    serverAddress?: string | undefined;
    /** The port that the client asked for. */
    serverPort?: number | undefined;
    clientAddress?: string | undefined;
    userAgent?: string | undefined;
    /** `1.1` or `2`. */
    protocolVersion?: string | undefined;
}
/** How the request ended. */
export interface HttpServerSpanEnd {
    /** Missing where the client left before an answer was made. */
    statusCode?: number | undefined;
    error?: unknown;
}
/** The span of an incoming request. */
export interface HttpServerSpan {
    readonly span: Span;
    /** The matched pattern with its mount path, known when the request has been routed. */
    setRoute(route: string): void;
    /** Ends the span, unless another instrumentation made it, which ends it itself. */
    end(outcome: HttpServerSpanEnd): void;
    /** Runs `fn` with the span active; where a scope was open already, that is so without it. */
    run<T>(fn: () => T): T;
}
/**
 * The span of an incoming request, for an adapter to a web framework. Call it inside the request's context: the span
 * then continues the caller's trace and is active in the whole request.
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server
 */
export declare function startHttpServerSpan(init: HttpServerSpanInit): HttpServerSpan;

// init.d.ts
import { type TracingOptions } from './options.ts';
import { type SinkStats } from './sinks/sink.ts';
/**
 * Who records: `light` our own spans; `sdk` the OpenTelemetry SDK, because the application brought a part of it;
 * `foreign` an SDK that the application had started before; `disabled` nobody (`OTEL_SDK_DISABLED`).
 */
export type TracingMode = 'light' | 'sdk' | 'foreign' | 'disabled';
/** What became of the spans since the start. */
export interface TracingStats extends SinkStats {
    readonly mode: TracingMode;
}
/** What `initTracing()` started. */
export interface Tracing extends AsyncDisposable {
    readonly mode: TracingMode;
    /** Settles when the spans that have ended are exported, or after `flushTimeoutMs`; never rejects. */
    flush(): Promise<void>;
    /** Flushes, gives up what is left, and takes everything back that was registered. */
    shutdown(): Promise<void>;
    /** The same as `shutdown()`. */
    close(): Promise<void>;
    /** What became of the spans since the start. */
    getStats(): TracingStats;
}
/**
 * Starts tracing, at once and without patching anything; call it once, before the first request. No OpenTelemetry SDK
 * is loaded unless a `SpanExporter`, `spanProcessors` or a `sampler` object is given.
 * @throws TracingOptionError for an option or `OTEL_*` variable that cannot be used
 * @throws TracingAlreadyStartedError when it runs already
 * @throws TraceFileError when the file of `exporter: { file }` cannot be opened
 */
export declare function initTracing(options?: TracingOptions): Tracing;
/**
 * Whether spans are made at all: since `initTracing()` runs, be it switched off by `OTEL_SDK_DISABLED`, or since a tracer
 * provider is registered with `@opentelemetry/api`.
 */
export declare function isTracingStarted(): boolean;

// options.d.ts
import type { Clock } from '@holdfast/context/clock';
import type { Sampler } from '@opentelemetry/api';
import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { type Destination } from './config/destination.ts';
import { type Environment } from './config/environment.ts';
import type { HeadSampler } from './config/sampler.ts';
import { type TlsFiles } from './config/tls.ts';
import { type SpanLimits } from './light/limits.ts';
import { type ResourceAttributes } from './resource.ts';
/** An exporter made for the OpenTelemetry SDK. */
export type SpanExporter = NodeSDKConfiguration['traceExporter'];
/** A span processor made for the OpenTelemetry SDK. */
export type SpanProcessor = NonNullable<NodeSDKConfiguration['spanProcessors']>[number];
/** Every option may be left out or be `undefined`: then the `OTEL_*` variable counts, then the default. */
export interface TracingOptions {
    /** `service.name`. Environment `OTEL_SERVICE_NAME`. Default `unknown_service:node`. */
    serviceName?: string | undefined;
    /** `service.version`. */
    serviceVersion?: string | undefined;
    /** `deployment.environment.name`. */
    environment?: string | undefined;
    /** More attributes of the process. Environment `OTEL_RESOURCE_ATTRIBUTES`. */
    resourceAttributes?: ResourceAttributes | undefined;
    /** Where spans go. Environment `OTEL_TRACES_EXPORTER` (`otlp`, `console`, `otlp,console`, `none`). Default `otlp`. */
    exporter?: 'otlp' | 'console' | 'none' | {
        readonly file: string;
    } | SpanExporter | undefined;
    /**
     * The collector, http or https; `/v1/traces` is appended when the URL has no path. Environment
     * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, `OTEL_EXPORTER_OTLP_ENDPOINT`. Default `http://localhost:4318`.
     */
    exporterEndpoint?: string | undefined;
    /** Sent with each export. Environment `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_EXPORTER_OTLP_TRACES_HEADERS`. */
    headers?: Readonly<Record<string, string>> | undefined;
    /** Of the export. Environment `OTEL_EXPORTER_OTLP_COMPRESSION`. Default `none`. */
    compression?: 'none' | 'gzip' | undefined;
    /** Share of new traces that is recorded, 0 to 1. Environment `OTEL_TRACES_SAMPLER(_ARG)`. Default 1. */
    sampleRate?: number | undefined;
    /** A sampler object of the application; loads the OpenTelemetry SDK. */
    sampler?: Sampler | undefined;
    /** Span processors of the application, before the exporter; loads the OpenTelemetry SDK. */
    spanProcessors?: readonly SpanProcessor[] | undefined;
    /** Whether a job's attempt is a trace of its own linked to its producer, or continues its trace. Default `link`. */
    jobs?: 'link' | 'parent' | undefined;
    /** Longest wait of a span for its batch, ms. Environment `OTEL_BSP_SCHEDULE_DELAY`. Default 1000. */
    exportIntervalMs?: number | undefined;
    /** Spans per request. Environment `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`. Default 2048. */
    maxBatchSpans?: number | undefined;
    /** Spans held at most, then they are dropped. Environment `OTEL_BSP_MAX_QUEUE_SIZE`. Default 32768. */
    maxQueueSpans?: number | undefined;
    /** Limit of one export request, ms. Environment `OTEL_EXPORTER_OTLP_TIMEOUT`. Default 10000. */
    exportTimeoutMs?: number | undefined;
    /**
     * Whether spans may leave from a thread of their own: it starts when a batch is full before its interval is over, and
     * takes some 20 MB. Default true.
     */
    exportThread?: boolean | undefined;
    /** Limit of `flush()` and `shutdown()`, ms. Default 5000. */
    flushTimeoutMs?: number | undefined;
    /** Attributes, events and links per span. Environment `OTEL_SPAN_*_LIMIT`. */
    spanLimits?: Partial<SpanLimits> | undefined;
    /** Time and timers. Default the system's. */
    clock?: Clock | undefined;
}
/** Every default of `initTracing`. Durations in ms. */
export declare const TRACING_DEFAULTS: {
    readonly serviceName: 'unknown_service:node';
    readonly exporterEndpoint: 'http://localhost:4318';
    readonly compression: 'none';
    readonly sampleRate: 1;
    readonly jobs: 'link';
    readonly exportIntervalMs: 1000;
    readonly maxBatchSpans: 2048;
    readonly maxQueueSpans: 32768;
    readonly exportTimeoutMs: 10000;
    readonly exportThread: true;
    readonly flushTimeoutMs: 5000;
};
export interface ResolvedOptions {
    readonly disabled: boolean;
    readonly resource: ResourceAttributes;
    readonly destination: Destination;
    readonly url: URL;
    readonly headers: Readonly<Record<string, string>>;
    /** Of a collector behind https. */
    readonly tls: TlsFiles;
    readonly compression: 'none' | 'gzip';
    readonly headSampler: HeadSampler;
    readonly sampler: Sampler | undefined;
    readonly spanProcessors: readonly SpanProcessor[];
    readonly jobs: 'link' | 'parent';
    readonly exportIntervalMs: number;
    readonly maxBatchSpans: number;
    readonly maxQueueSpans: number;
    readonly exportTimeoutMs: number;
    readonly exportThread: boolean;
    readonly flushTimeoutMs: number;
    readonly limits: SpanLimits;
    /** Whether `propagation` of `@opentelemetry/api` is ours; what this project sends itself is not touched. */
    readonly registersPropagator: boolean;
    readonly clock: Clock;
}
/** @throws TracingOptionError that names the option or variable, what it is and what it may be */
export declare function resolveOptions(options: TracingOptions, env?: Environment): ResolvedOptions;

// config/destination.d.ts
import type { SpanExporter, TracingOptions } from '../options.ts';
import { type Environment } from './environment.ts';
/** Where spans go, with everything that destination needs. */
export type Destination = {
    readonly kind: 'otlp';
    readonly console?: boolean;
} | {
    readonly kind: 'console';
} | {
    readonly kind: 'none';
} | {
    readonly kind: 'file';
    readonly path: string;
} | {
    readonly kind: 'exporter';
    readonly exporter: SpanExporter;
};
/** @throws TracingOptionError for an exporter that does not exist, or a protocol that is not spoken */
export declare function resolveDestination(exporter: TracingOptions['exporter'], env: Environment): Destination;

// config/environment.d.ts
import type { SpanLimits } from '../light/limits.ts';
/** Environment variables; an empty one counts as not set, as the specification has it. */
export type Environment = Readonly<Record<string, string | undefined>>;
export declare function text(env: Environment, name: string): string | undefined;
/** @throws TracingOptionError when the variable is not a whole number of at least `least` */
export declare function wholeNumber(env: Environment, name: string, least: number): number | undefined;
export declare function isTrue(env: Environment, name: string): boolean;
/**
 * `key=value,key=value`, both percent-decoded; entries without a key or `=` are left out.
 * @see https://opentelemetry.io/docs/specs/otel/resource/sdk/
 */
export declare function pairs(env: Environment, name: string): Record<string, string>;
/** @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#attribute-limits */
export declare function limitsFrom(env: Environment): Partial<SpanLimits>;
/** The entries of a variable that lists some, or those of `fallback`. */
export declare function listOf(env: Environment, name: string, fallback: string): string[];
/** @throws TracingOptionError that names the option or variable and what it may be */
export declare function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T;

// light/limits.d.ts
/** How much one span may hold; what is over is dropped and counted on the span. */
export interface SpanLimits {
    /** Attributes per span. Default 128. */
    readonly attributeCount: number;
    /** Characters per string value. Default Infinity. */
    readonly attributeValueLength: number;
    /** Events per span; the oldest go first. Default 128. */
    readonly eventCount: number;
    /** Links per span; the oldest go first. Default 128. */
    readonly linkCount: number;
    /** Attributes per event. Default 128. */
    readonly attributesPerEvent: number;
    /** Attributes per link. Default 128. */
    readonly attributesPerLink: number;
}
/** The defaults of the specification: https://opentelemetry.io/docs/specs/otel/trace/sdk/#span-limits */
export declare const DEFAULT_LIMITS: SpanLimits;

// config/sampler.d.ts
/** Decides at the start of a trace whether it is recorded; everything inside the trace follows. */
export interface HeadSampler {
    /** How it is called in `OTEL_TRACES_SAMPLER`. */
    readonly description: string;
    /**
     * @param parentSampled the decision that came with the parent, undefined where the trace begins
     * @param linkedSampled the decision of the trace that this one is linked to (a job's producer), if any
     */
    sample(traceId: string, parentSampled: boolean | undefined, linkedSampled?: boolean): boolean;
}
/** A whole recorded trace pulls in the traces linked to it, so that a job can be read beside its request. */
export declare function parentBased(root: HeadSampler): HeadSampler;
export declare const alwaysOn: HeadSampler;
export declare const alwaysOff: HeadSampler;
/**
 * The same share of traces in every service: the random part of the trace id decides.
 * @param rate 0 to 1
 * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 */
export declare function traceIdRatio(rate: number): HeadSampler;

// config/tls.d.ts
import { type Environment } from './environment.ts';
/** What an HTTPS agent needs beside what Node knows, each as PEM. */
export interface TlsFiles {
    /** Trusted instead of the certificate authorities that Node brings along. */
    readonly ca?: Buffer;
    readonly cert?: Buffer;
    readonly key?: Buffer;
}
/**
 * The files that `OTEL_EXPORTER_OTLP_CERTIFICATE`, `_CLIENT_CERTIFICATE` and `_CLIENT_KEY` name, or their `_TRACES_`
 * forms, which win.
 * @throws TracingOptionError when one of them cannot be read, or of certificate and key only one is there
 */
export declare function tlsFiles(env: Environment): TlsFiles;

// resource.d.ts
/** Says which process the spans come from. */
export type ResourceAttributes = Readonly<Record<string, string | number | boolean>>;
export declare const PACKAGE_NAME = "@holdfast/tracing";
/** The version of this package, read from its manifest when first asked for; `unknown` within a bundle. */
export declare function packageVersion(): string;
/** @see https://opentelemetry.io/docs/specs/semconv/resource/ */
export declare function detectedResource(): ResourceAttributes;

// sinks/sink.d.ts
import type { SpanData } from '../span-data.ts';
/** What became of the spans that were handed over, since start. */
export interface SinkStats {
    /** Taken by the receiver, or written. */
    exported: number;
    /** Lost: the queue was full, the receiver refused them for good, or the last attempt failed. */
    dropped: number;
    /** Waiting, those on their way included. */
    queued: number;
    /** Attempts that failed, whether they were repeated or not. */
    failedAttempts: number;
    /** What the last failed attempt said: a status or an error code, never a payload. */
    lastError: string | undefined;
}
/** What is left to do with spans that were handed over. */
export interface SinkControl {
    /** Settles when what was added before is exported, or after `timeoutMs`; never rejects. */
    flush(timeoutMs: number): Promise<void>;
    /** Flushes, then drops what is left. */
    close(timeoutMs: number): Promise<void>;
    stats(): SinkStats;
}
/** Where ended spans go. `add` returns at once, keeps within its bounds and never throws. */
export interface SpanSink extends SinkControl {
    add(span: SpanData): void;
}
/** For `exporter: 'none'`: ids, propagation and context work, nothing is kept. */
export declare const discardingSink: SpanSink;

// span-data.d.ts
import type { SpanContext, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { PreparedAttributes } from './prepared-attributes.ts';
/** What an attribute may hold, as the OpenTelemetry specification has it. */
export type AnyValue = string | number | boolean | null | Uint8Array | AnyValue[] | {
    [key: string]: AnyValue;
};
/** Who made the span: name and version of the instrumentation. */
export interface InstrumentationScope {
    readonly name: string;
    readonly version?: string | undefined;
    readonly schemaUrl?: string | undefined;
}
/** Attributes as two lists of one length: no object with changing shape per span. */
export interface AttributeLists {
    readonly keys: readonly string[];
    readonly values: readonly AnyValue[];
    /** How many did not fit the limits. */
    readonly dropped: number;
}
export interface EventData extends AttributeLists {
    readonly name: string;
    /** Epoch microseconds. */
    readonly timeUs: number;
}
export interface LinkData extends AttributeLists {
    readonly context: SpanContext;
}
/** An ended span, as every exporter of ours reads it; times are epoch microseconds. */
export interface SpanData {
    readonly scope: InstrumentationScope;
    readonly context: SpanContext;
    readonly parentSpanId: string | undefined;
    readonly parentIsRemote: boolean;
    readonly name: string;
    readonly kind: SpanKind;
    readonly startUs: number;
    readonly endUs: number;
    /** Attributes that come before `attributes`, shared with other spans. */
    readonly prepared: PreparedAttributes | undefined;
    readonly attributes: AttributeLists;
    readonly events: readonly EventData[];
    readonly links: readonly LinkData[];
    readonly statusCode: SpanStatusCode;
    readonly statusMessage: string | undefined;
    readonly droppedEvents: number;
    readonly droppedLinks: number;
}

// prepared-attributes.d.ts
import type { Attributes } from '@opentelemetry/api';
import type { AnyValue } from './span-data.ts';
/**
 * Attributes that many spans share, checked and encoded once: those of a prepared statement, or of all requests of
 * one method to one host. A span carries the reference, and its bytes go out in one copy.
 */
export declare class PreparedAttributes {
    #private;
    readonly keys: readonly string[];
    readonly values: readonly AnyValue[];
    /** The same as an object, for a tracer that is not ours. */
    readonly attributes: Attributes;
    /** @param attributes an undefined value is left out */
    constructor(attributes: Readonly<Record<string, AnyValue | undefined>>);
    /** As fields of an OTLP span. */
    get encoded(): Uint8Array;
}

// otel-api.d.ts
import type * as Api from '@opentelemetry/api';
/**
 * `@opentelemetry/api`, loaded when it is first used: its fifty modules are most of what importing this package would
 * take. It is the very instance that an `import` gives, so that a tracer which was fetched before `initTracing()`
 * begins to record with it.
 */
export declare function otel(): typeof Api;
/** As `@opentelemetry/api` has it. */
export declare const SpanKind: {
    readonly INTERNAL: Api.SpanKind.INTERNAL;
    readonly SERVER: Api.SpanKind.SERVER;
    readonly CLIENT: Api.SpanKind.CLIENT;
    readonly PRODUCER: Api.SpanKind.PRODUCER;
    readonly CONSUMER: Api.SpanKind.CONSUMER;
    readonly 0: 'INTERNAL';
    readonly 1: 'SERVER';
    readonly 2: 'CLIENT';
    readonly 3: 'PRODUCER';
    readonly 4: 'CONSUMER';
};
export type SpanKind = Api.SpanKind;
/** As `@opentelemetry/api` has it. */
export declare const SpanStatusCode: {
    readonly UNSET: Api.SpanStatusCode.UNSET;
    readonly OK: Api.SpanStatusCode.OK;
    readonly ERROR: Api.SpanStatusCode.ERROR;
    readonly 0: 'UNSET';
    readonly 1: 'OK';
    readonly 2: 'ERROR';
};
export type SpanStatusCode = Api.SpanStatusCode;

// spans.d.ts
import type { Attributes, Link, Span, SpanKind, TimeInput } from '@opentelemetry/api';
/** What a span begins with. */
export interface SpanInit {
    /** Default internal. */
    kind?: SpanKind;
    attributes?: Attributes;
    /** Spans of other traces that this one belongs to. */
    links?: Link[];
    /** Default now. */
    startTime?: TimeInput;
    /** Begins a new trace whatever is active. Default false. */
    root?: boolean;
}
export interface CreateSpanOptions extends SpanInit {
    /** The span above the new one. Default the active span. */
    parentSpan?: Span | undefined;
}
/**
 * Runs `fn` inside a span, sync and async alike: the span is active in it and ends with it, an error is recorded and
 * goes on to the caller.
 * @example await withSpan('charge', async (span) => { span.setAttribute('order.id', id); return charge(id); });
 */
export declare function withSpan<T>(name: string, fn: (span: Span) => T, options?: SpanInit): T;
/** A span that the caller ends, and that is not active: pass it as `parentSpan`, or use `withSpan` instead. */
export declare function createSpan(name: string, options?: CreateSpanOptions): Span;
/** Sets attributes on the active span; without one it does nothing. */
export declare function addSpanAttributes(attributes: Attributes): void;
/**
 * The active span, or undefined outside of one.
 * @param _request taken and ignored, so that code which passes its request keeps working: the context knows better
 */
export declare function getCurrentSpan(_request?: object): Span | undefined;
/** A function that runs `fn` inside a span of its own at each call. */
export declare function traceAsync<Args extends unknown[], Result>(name: string, fn: (...args: Args) => Promise<Result>, options?: SpanInit): (...args: Args) => Promise<Result>;
/** Records an error and ends the span. */
export declare function failSpan(span: Span, error: unknown): void;
/** Records an error: the exception as an event, `error.type`, and the status. */
export declare function markFailed(span: Span, error: unknown): void;
/** A short, low-cardinality name of an error: its code, else its class. */
export declare function errorType(error: unknown): string;
