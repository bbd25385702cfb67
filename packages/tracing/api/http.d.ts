// http.d.ts
export type { HttpClientFact } from './channels.ts';
export { type AxiosLike, type InstrumentedAxios, instrumentAxios } from './http-client/axios.ts';
export { type HttpClientSpanOptions, startHttpClientSpan, traceHeaders } from './http-client/client-span.ts';
export { instrumentOutgoingHttp, type OutgoingHttp } from './http-client/instrument.ts';
export type { OutgoingHttpOptions } from './http-client/options.ts';
export { tracedFetch } from './http-client/traced-fetch.ts';

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

// http-client/axios.d.ts
import { type OutgoingHttpOptions } from './options.ts';
/** An instance of axios, or axios itself, by the part that is used. */
export interface AxiosLike {
    readonly interceptors: {
        readonly request: {
            use(...args: never[]): number;
            eject(id: number): void;
        };
    };
    getUri(...args: never[]): string;
}
/** What `instrumentAxios()` has added. */
export interface InstrumentedAxios extends Disposable {
    /** Leaves the requests of the instance alone from now on. */
    close(): void;
}
/**
 * Traces the requests of one axios instance: a client span per request that is sent, each repetition by itself, with
 * the trace in its headers. Beside `instrumentOutgoingHttp()` there is still one span per request.
 * @throws TracingOptionError for an option that cannot be used
 * @example instrumentAxios(axios.create({ baseURL: 'https://api.internal' }), { trustedHosts: ['api.internal'] });
 */
export declare function instrumentAxios(instance: AxiosLike, options?: OutgoingHttpOptions): InstrumentedAxios;

// http-client/options.d.ts
import { type HostAllowList } from '@holdfast/context';
import { type Clock } from '@holdfast/context/clock';
export interface OutgoingHttpOptions {
    /**
     * Hosts of one's own, which also get the request, correlation and tenant ids, baggage and what is left of the deadline:
     * `api.internal`, or `.internal` for every name below. Default none.
     */
    trustedHosts?: readonly string[] | undefined;
    /** Whether a request carries `traceparent` and `tracestate`. Default true for every host. */
    propagate?: boolean | ((url: URL) => boolean) | undefined;
    /** Requests that are left alone altogether. Default none. */
    ignore?: ((url: URL) => boolean) | undefined;
    /** Default the system's. */
    clock?: Clock | undefined;
}
export interface ResolvedHttpOptions {
    readonly trustedHosts: HostAllowList;
    propagates(url: URL): boolean;
    ignores(url: URL): boolean;
    readonly clock: Clock;
}
/** @throws TracingOptionError when `trustedHosts` holds something that is no host name */
export declare function resolveHttpOptions(options?: OutgoingHttpOptions): ResolvedHttpOptions;

// http-client/client-span.d.ts
import type { Attributes, Span } from '@opentelemetry/api';
export interface HttpClientSpanOptions {
    /** The span above. Default the active span. */
    parentSpan?: Span | undefined;
    /** Of the span, beside those of HTTP. Default none. */
    attributes?: Attributes | undefined;
}
/**
 * The span of an outgoing request that the caller sends and ends itself. Send `traceHeaders(span)` along.
 * @throws TypeError when `url` is a string that is no URL
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client
 */
export declare function startHttpClientSpan(method: string, url: string | URL, options?: HttpClientSpanOptions): Span;
/** `traceparent`, and `tracestate` where there is one, for a request that belongs to `span`. */
export declare function traceHeaders(span: Span): {
    traceparent?: string;
    tracestate?: string;
};

// http-client/instrument.d.ts
import { type OutgoingHttpOptions } from './options.ts';
/** A running subscription. */
export interface OutgoingHttp extends Disposable {
    /** Leaves requests alone from now on; those under way keep their spans. */
    close(): void;
}
/**
 * Traces what is sent with `fetch`, undici and `node:http`/`node:https`, in this whole process, by listening to the
 * diagnostics channels of Node: nothing is patched, and it does not matter when it is called. A request for which
 * somebody else has made a span gets none, and no trace; an instrumentation of undici must have been started before for
 * that.
 * @throws TracingOptionError for an option that cannot be used
 */
export declare function instrumentOutgoingHttp(options?: OutgoingHttpOptions): OutgoingHttp;

// http-client/traced-fetch.d.ts
import { type OutgoingHttpOptions } from './options.ts';
type FetchInput = Parameters<typeof fetch>[0];
type FetchInit = Parameters<typeof fetch>[1];
/**
 * `fetch` with a client span around it and the trace in its headers; the span ends when the headers of the answer
 * are there. Aborted when the deadline of the current context passes, and not even begun after it. Works with or without
 * `instrumentOutgoingHttp()`.
 */
export declare function tracedFetch(input: FetchInput, init?: FetchInit, options?: OutgoingHttpOptions): Promise<Response>;
export {};
