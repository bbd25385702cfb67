// internal.d.ts
/**
 * Everything of this package in one module, for the packages that are built on it: what they import from its other
 * entries, their build takes from here, because each further entry costs a service a tenth of a millisecond at start.
 */
export * from './channels.ts';
export * from './clock.ts';
export * from './index.ts';
export * from './storage.ts';

// channels.d.ts
/** Published at each scrape; every live object answers with a snapshot of its state. */
export declare const COLLECT_CHANNEL = "holdfast:metrics:collect";
/** The message on `COLLECT_CHANNEL`. `kind` is `<package>.<thing>`, for example `queue.depth`. */
export interface CollectRequest {
    /** Hands one snapshot over; `kind` says what it is of, as `queue.depth`. */
    add(kind: string, snapshot: object): void;
    /** Keeps the scrape open, within its own time limit, until `work` has added its snapshots. */
    waitFor(work: Promise<void>): void;
}
/** How often a subscriber made by `subscribeSafely` has thrown, in this process. */
export declare function subscriberFailures(): number;
/**
 * Subscribes to a channel so that a throw of `handler` is counted and goes no further: an error that leaves a
 * subscriber would end the process.
 * @returns a function that ends the subscription
 */
export declare function subscribeSafely<T>(channel: string, handler: (message: T) => void): () => void;
/** Wraps a `bindStore` transform: when it throws, the store stays what it is and the failure is counted. */
export declare function transformSafely<M, S>(current: () => S, transform: (message: M) => S): (message: M) => S;

// clock.d.ts
/** Time and timers in one object, so that tests decide when time passes. */
export interface Clock {
    /** Monotonic milliseconds with a fraction, for durations and deadlines. */
    now(): number;
    /** Epoch milliseconds, only for what is stored or shown. */
    wallTime(): number;
    /** Runs `callback` once after `delayMs`; a delay over 2^31-1 ms is waited out in full. */
    setTimer(callback: () => void, delayMs: number, options?: TimerOptions): Timer;
}
export interface TimerOptions {
    /** Whether the timer alone keeps the process alive. Default false. */
    keepAlive?: boolean;
}
/** A timer that has been set. */
export interface Timer {
    /** The callback will not run; does nothing when it has. */
    cancel(): void;
}
export declare const systemClock: Clock;

// index.d.ts
export { BAGGAGE_LIMITS, type Baggage, type BaggageEntry, type BaggageProperty, formatBaggage, parseBaggage, } from './baggage/baggage.ts';
export { getBaggage, getBaggageEntry, removeBaggageEntry, setBaggageEntry, } from './baggage/current-baggage.ts';
export { currentSignal, type DeadlineOptions, remainingMs, withDeadline } from './deadline/time-limit.ts';
export { ContextError, ContextMissingError, ContextOptionError, DeadlineExceededError } from './errors.ts';
export { type Carrier, fromCarrier, toCarrier } from './propagation/carrier.ts';
export { type ExtractOptions, extractTraceContext, type IncomingHeaders, } from './propagation/headers.ts';
export { createHostAllowList, type HostAllowList } from './propagation/host-allow-list.ts';
export { type Destination, getTraceHeaders, injectTraceHeaders, type TraceHeaders, } from './propagation/outgoing.ts';
export { formatTraceparent, parseTraceparent, parseTracestate, type TraceParent, } from './propagation/traceparent.ts';
export { createTraceContext, getCurrentTenantId, getCurrentTrace, getCurrentUserId, getTraceLogFields, runWithTrace, setIdentity, setTraceAttribute, type TraceLogFields, } from './scope/current.ts';
export { isAcceptableId, newSpanId, newTraceId } from './scope/identifiers.ts';
export type { AttributeValue, Identity, TraceContext, TraceContextInit } from './scope/trace-context.ts';

// baggage/baggage.d.ts
/** `;ttl=30`, or `;private` without a value. */
export interface BaggageProperty {
    readonly key: string;
    readonly value?: string | undefined;
}
/** One pair of the `baggage` header. @see https://www.w3.org/TR/baggage/ */
export interface BaggageEntry {
    /** An HTTP token, case-sensitive. */
    readonly key: string;
    /** Any text: it is percent-encoded on its way. */
    readonly value: string;
    readonly properties: readonly BaggageProperty[];
}
/** In the order in which the entries came. Of a key that comes twice the last entry is the one that counts. */
export type Baggage = readonly BaggageEntry[];
/** What the specification asks everyone to carry, and what is carried here at most. */
export declare const BAGGAGE_LIMITS: {
    readonly entries: 64;
    readonly bytes: 8192;
};
/** Whether `key` may name an entry or a property: one or more characters of an HTTP token. */
export declare function isBaggageKey(key: string): boolean;
/**
 * The entries of a `baggage` header, or of several joined by commas. An entry that is malformed, or that would exceed
 * 64 entries or 8192 bytes, is left out whole; the others are kept. Never throws.
 */
export declare function parseBaggage(header: string): Baggage;
/** The `baggage` header, at most 64 entries and 8192 bytes: what exceeds them is left out whole. */
export declare function formatBaggage(baggage: Baggage): string | undefined;
/** Whether all of `baggage` is carried. */
export declare function fitsBaggageLimits(baggage: Baggage): boolean;
/** `ttl=30;private`; undefined when one of them is malformed. */
export declare function parseProperties(text: string): BaggageProperty[] | undefined;
/** What `parseProperties` reads. */
export declare function formatProperties(properties: readonly BaggageProperty[]): string;

// baggage/current-baggage.d.ts
import { type Baggage, type BaggageEntry, type BaggageProperty } from './baggage.ts';
/** All entries of the current request or job; empty outside of a context. */
export declare function getBaggage(): Baggage;
/** The entry of this name, the last one where it came more than once. */
export declare function getBaggageEntry(key: string): BaggageEntry | undefined;
/**
 * Sets an entry for the request or job as a whole; it goes along to hosts on the allow-list and with jobs. Put no
 * secret here. False, and nothing changes, outside of a context and where 64 entries or 8192 bytes would be exceeded.
 * @throws ContextOptionError when a key is no HTTP token
 */
export declare function setBaggageEntry(key: string, value: string, properties?: readonly BaggageProperty[]): boolean;
/** Whether there was such an entry. */
export declare function removeBaggageEntry(key: string): boolean;

// deadline/time-limit.d.ts
import type { Clock } from '../clock.ts';
export interface DeadlineOptions {
    /** Ends the work earlier: a server's shutdown, a job's cancellation. */
    signal?: AbortSignal;
    /** Time and timers. Default the system's. */
    clock?: Clock;
}
/**
 * Runs `fn` with a deadline `ms` from now, or the earlier one that is already set.
 * @param ms 0 or more; Infinity sets no time and only takes `options.signal`
 * @throws ContextOptionError when `ms` is negative or not a number
 */
export declare function withDeadline<T>(ms: number, fn: () => T, options?: DeadlineOptions): T;
/** Milliseconds until the deadline of the current context: 0 when it has passed, Infinity when there is none. */
export declare function remainingMs(): number;
/** Aborts at the deadline of the current context, or earlier; undefined where nothing can end the work. */
export declare function currentSignal(): AbortSignal | undefined;

// errors.d.ts
/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export declare abstract class ContextError extends Error {
    abstract readonly code: string;
}
/** Something was to be written into the context where none is active. */
export declare class ContextMissingError extends ContextError {
    readonly name = "ContextMissingError";
    readonly code = "ERR_CONTEXT_MISSING";
    constructor(operation: string);
}
/** The time given to this piece of work is over. It is also the reason of the aborted signal. */
export declare class DeadlineExceededError extends ContextError {
    readonly name = "DeadlineExceededError";
    readonly code = "ERR_DEADLINE_EXCEEDED";
    constructor();
}
/** An option or argument that cannot be used. */
export declare class ContextOptionError extends ContextError {
    readonly name = "ContextOptionError";
    readonly code = "ERR_CONTEXT_OPTION";
    /** The name of the option or argument. */
    readonly option: string;
    constructor(option: string, message: string);
}

// propagation/carrier.d.ts
import type { TraceContext } from '../scope/trace-context.ts';
/** A context as plain strings, to be stored with a job or an event. The deadline stays behind. */
export interface Carrier {
    traceparent?: string;
    tracestate?: string;
    requestId?: string;
    correlationId?: string;
    tenantId?: string;
    userId?: string;
    /** As in the W3C header. */
    baggage?: string;
}
/** The current context, or `context`, in a form that can be stored; empty outside of a context. */
export declare function toCarrier(context?: TraceContext | undefined): Carrier;
/**
 * A context that continues what `toCarrier()` wrote: same trace and ids, the writer's span as parent.
 * Identity is taken as it was written, since the carrier comes from our own storage; what is malformed is left out.
 */
export declare function fromCarrier(carrier: Carrier): TraceContext;

// scope/trace-context.d.ts
import type { Baggage } from '../baggage/baggage.ts';
export type AttributeValue = string | number | boolean;
/** What is known about the work in hand. One per request or job; a span inside it sees the same ids. */
export interface TraceContext {
    /** 32 lower-case hex digits. */
    readonly traceId: string;
    /** 16 lower-case hex digits: the active span, or the context's own id where no span is. */
    readonly spanId: string;
    /** The span that caused this one, in this process or in the caller's. */
    readonly parentSpanId: string | undefined;
    /** W3C trace flags: bit 0 sampled, bit 1 random trace id. */
    readonly traceFlags: number;
    /** The W3C `tracestate` value as it came in, valid, or undefined. */
    readonly traceState: string | undefined;
    readonly requestId: string;
    /** The request id where no other was given. */
    readonly correlationId: string;
    readonly tenantId: string | undefined;
    readonly userId: string | undefined;
    readonly attributes: Readonly<Record<string, AttributeValue>>;
    /** W3C Baggage: entries for other services to read. */
    readonly baggage: Baggage;
    /** Monotonic time in ms (`Clock.now()`) at which the work must be over; Infinity without a deadline. */
    readonly deadlineAt: number;
}
/** What a new context starts with. Everything left out is generated when it is first read. */
export interface TraceContextInit {
    /** A context to continue: same trace, request and identity; its span becomes the parent. */
    parent?: TraceContext | undefined;
    traceId?: string | undefined;
    spanId?: string | undefined;
    parentSpanId?: string | undefined;
    traceFlags?: number | undefined;
    traceState?: string | undefined;
    requestId?: string | undefined;
    correlationId?: string | undefined;
    tenantId?: string | undefined;
    userId?: string | undefined;
    attributes?: Readonly<Record<string, AttributeValue>> | undefined;
    baggage?: Baggage | undefined;
    /** Milliseconds from now until the deadline. */
    timeoutMs?: number | undefined;
}
/** For whom the work is done; what is left out stays as it was. */
export interface Identity {
    tenantId?: string | undefined;
    userId?: string | undefined;
}

// propagation/headers.d.ts
import type { TraceContextInit } from '../scope/trace-context.ts';
/** Headers as node:http gives them: lower-case names, repeated ones joined or listed. */
export type IncomingHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;
export interface ExtractOptions {
    /**
     * Whether the sender may say who is at work (`x-tenant-id`, `x-user-id`), shorten the deadline
     * (`x-request-timeout-ms`) and give `baggage` along. Default false: anyone can write a header.
     */
    trusted?: boolean;
}
/**
 * Reads a context out of request headers, for `createTraceContext(...)`. Every value is checked: a malformed
 * `traceparent` begins a new trace, an id that is not 1 to 128 of `[A-Za-z0-9._:-]` is left out, and a legacy
 * `x-trace-id` becomes the attribute `legacy.trace_id`, never a trace id. Never throws.
 * @see https://www.w3.org/TR/trace-context-2/
 */
export declare function extractTraceContext(headers: IncomingHeaders, options?: ExtractOptions): TraceContextInit;

// propagation/host-allow-list.d.ts
/** Hosts that may learn more of a request than its trace. */
export interface HostAllowList {
    /** @param host a URL, or a host name with or without a port */
    includes(host: string | URL): boolean;
}
/**
 * @param hosts `api.internal` for that name, `.internal` for every name below; the port does not matter
 * @throws ContextOptionError when one of them is no host name
 */
export declare function createHostAllowList(hosts: readonly string[]): HostAllowList;

// propagation/outgoing.d.ts
import type { SpanLike } from '../scope/span-like.ts';
import { type HostAllowList } from './host-allow-list.ts';
/** The header names that `injectTraceHeaders` writes. */
export interface TraceHeaders {
    traceparent?: string;
    tracestate?: string;
    'x-request-id'?: string;
    'x-correlation-id'?: string;
    'x-trace-id'?: string;
    'x-span-id'?: string;
    'x-tenant-id'?: string;
    /** Only for a host on the allow-list. */
    baggage?: string;
    /** What is left of the deadline, in whole milliseconds. Only for a host on the allow-list. */
    'x-request-timeout-ms'?: string;
}
/** Where a request goes. */
export interface Destination {
    /** A URL, or a host name with or without a port. */
    host: string | URL;
    /**
     * One's own hosts: `api.internal`, or `.internal` for every name below. Default none: then the request carries
     * `traceparent` and `tracestate` and nothing else.
     */
    trustedHosts?: readonly string[] | HostAllowList | undefined;
    /** Whether `traceparent` and `tracestate` go along. Default true. */
    propagate?: boolean | undefined;
    /** The span of the request itself, which becomes the parent of what the receiver does. Default the active span. */
    span?: SpanLike | undefined;
}
/**
 * The headers that carry the current context to another service; empty outside of a context. With a `destination` the
 * allow-list decides what that host may learn; without one the caller vouches for it, and all but baggage and deadline
 * go along.
 * @throws ContextOptionError when `trustedHosts` holds something that is no host name
 */
export declare function getTraceHeaders(destination?: Destination): TraceHeaders;
/**
 * Adds the headers of the current context to `headers` and returns it. Outside of a context it adds nothing.
 * @throws ContextOptionError when `destination.trustedHosts` holds something that is no host name
 */
export declare function injectTraceHeaders<T extends Headers | Record<string, unknown>>(headers: T, destination?: Destination): T;

// scope/span-like.d.ts
/** The part of an OpenTelemetry `SpanContext` that the context reads. */
export interface SpanContextLike {
    /** 32 lower-case hex digits. */
    readonly traceId: string;
    /** 16 lower-case hex digits. */
    readonly spanId: string;
    /** W3C trace flags, one byte. */
    readonly traceFlags: number;
    /** The W3C `tracestate` of the span. */
    readonly traceState?: {
        serialize(): string;
    } | undefined;
}
/** The part of an OpenTelemetry `Span` that the context reads. */
export interface SpanLike {
    /** The ids of the span, and whether it is sampled. */
    spanContext(): SpanContextLike;
}

// propagation/traceparent.d.ts
/** What a `traceparent` header says. @see https://www.w3.org/TR/trace-context/#traceparent-header */
export interface TraceParent {
    readonly traceId: string;
    readonly parentSpanId: string;
    /** The flags this version of the specification knows: sampled (1) and random trace id (2). */
    readonly traceFlags: number;
}
/** The parts of a `traceparent` header, or undefined when it is malformed and a new trace must begin. */
export declare function parseTraceparent(header: string): TraceParent | undefined;
/** The value of the header `traceparent`, version 00; flags other than sampled and random are dropped (W3C Trace Context level 2). */
export declare function formatTraceparent(traceId: string, spanId: string, traceFlags: number): string;
/**
 * The `tracestate` as it is to be passed on, or undefined when empty or malformed: then it is dropped whole. Of a key
 * that comes twice the first member stays, which is the more recent one.
 */
export declare function parseTracestate(header: string): string | undefined;

// scope/current.d.ts
import type { AttributeValue, Identity, TraceContext, TraceContextInit } from './trace-context.ts';
/**
 * A new context: a new trace, or with `parent` a continuation of that one.
 * Ids that `init` does not name are generated when first read.
 */
export declare function createTraceContext(init?: TraceContextInit): TraceContext;
/** Runs `fn` with `context` active, in it and in everything it starts, sync and async alike. */
export declare function runWithTrace<T>(context: TraceContext, fn: () => T): T;
/** The active context, or undefined outside of one. */
export declare function getCurrentTrace(): TraceContext | undefined;
/** The tenant of the current context; undefined outside of one, and before `setIdentity` has named it. */
export declare function getCurrentTenantId(): string | undefined;
/** The user of the current context; undefined outside of one, and before `setIdentity` has named it. */
export declare function getCurrentUserId(): string | undefined;
/** Adds an attribute to the request or job as a whole. Outside of a context it does nothing and returns false. */
export declare function setTraceAttribute(key: string, value: AttributeValue): boolean;
/**
 * Says who is at work, once authentication knows. Seen from then on in the whole request, also by what runs outside
 * the calling function. What is left out stays as it was.
 * @throws ContextMissingError outside of a context
 */
export declare function setIdentity(identity: Identity): void;
/** The ids of the active context as fields of a log line; empty outside of a context. */
export interface TraceLogFields {
    traceId?: string;
    spanId?: string;
    requestId?: string;
    correlationId?: string;
    tenantId?: string;
    userId?: string;
}
/** The ids of the current context as fields of a log line; none outside of one. Ids that are unknown are left out. */
export declare function getTraceLogFields(): TraceLogFields;

// scope/identifiers.d.ts
/** 16 random bytes as 32 hex digits: a W3C trace id, also used for request ids. */
export declare function newTraceId(): string;
/** 8 random bytes as 16 hex digits: a W3C span (parent) id. */
export declare function newSpanId(): string;
/** Whether an id from outside may be kept: 1 to 128 characters of `[A-Za-z0-9._:-]`. */
export declare function isAcceptableId(value: unknown): value is string;

// storage.d.ts
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Scope } from './scope/scope.ts';
import type { SpanLike } from './scope/span-like.ts';
/** Process-wide state: found again by every copy of this package that is loaded, whatever its path. */
interface ContextState {
    readonly storage: AsyncLocalStorage<Scope>;
    /** Reads the active span where an application's own OpenTelemetry context manager stays in charge. */
    activeSpanSource: (() => SpanLike | undefined) | undefined;
}
export declare const state: ContextState;
/** The one storage of the process, for `channel.start.bindStore` and for an OpenTelemetry `ContextManager`. */
export declare const contextStorage: AsyncLocalStorage<Scope>;
/**
 * Makes `getCurrentTrace()` follow a span that lives in another context manager.
 * @param source returns the active span, or undefined outside of one; pass undefined to remove the hook
 */
export declare function setActiveSpanSource(source: (() => SpanLike | undefined) | undefined): void;
export type { DeadlineLike } from './deadline/deadline.ts';
export { isScope, Scope, SPAN_KEY } from './scope/scope.ts';
export type { SpanContextLike, SpanLike } from './scope/span-like.ts';

// scope/scope.d.ts
import type { Baggage } from '../baggage/baggage.ts';
import { type Clock } from '../clock.ts';
import { type DeadlineLike } from '../deadline/deadline.ts';
import type { SpanLike } from './span-like.ts';
import type { AttributeValue, Identity, TraceContext, TraceContextInit } from './trace-context.ts';
/** The key under which every version of @opentelemetry/api keeps the active span in its `Context`. */
export declare const SPAN_KEY: symbol;
/** An OpenTelemetry `Context`, by the part that is read. */
interface ReadableContext {
    getValue(key: symbol): unknown;
}
/**
 * What the storage holds: a trace context and, by shape, an OpenTelemetry `Context` in one object,
 * so that a request pays for one async scope. What belongs to the request as a whole (ids, identity,
 * attributes, baggage) lives on the `root`; scopes opened inside it for a span or a deadline point there.
 */
export declare class Scope implements TraceContext {
    readonly brand: string;
    readonly root: Scope;
    /** The active OpenTelemetry span. */
    span: SpanLike | undefined;
    parentSpanId: string | undefined;
    traceFlags: number;
    traceState: string | undefined;
    deadline: DeadlineLike | undefined;
    private ownTraceId;
    private ownSpanId;
    private ownRequestId;
    private ownCorrelationId;
    private ownTenantId;
    private ownUserId;
    private ownAttributes;
    private ownBaggage;
    private values;
    private base;
    constructor(parent?: Scope);
    /** A scope of its own around an OpenTelemetry context that was not made here, `ROOT_CONTEXT` for one. */
    static around(context: ReadableContext): Scope;
    get traceId(): string;
    get spanId(): string;
    get requestId(): string;
    get correlationId(): string;
    get tenantId(): string | undefined;
    get userId(): string | undefined;
    get attributes(): Readonly<Record<string, AttributeValue>>;
    get baggage(): Baggage;
    get deadlineAt(): number;
    /** Of the whole request, whichever scope it is set in. */
    setAttribute(key: string, value: AttributeValue): void;
    /** Replaces the baggage: of the whole request, or of this scope where OpenTelemetry has set one. */
    setBaggage(baggage: Baggage): void;
    /** Of the whole request; what is undefined stays as it was. */
    setIdentity({ tenantId, userId }: Identity): void;
    /** Takes over what `init` names and leaves the rest: how each middleware adds to the context of a request. */
    fill(init: TraceContextInit): void;
    /** Makes `span` the active span of this very scope, as a request's span is before anything runs inside it. */
    attachSpan(span: SpanLike): void;
    /** A scope inside this one: same request, same deadline, same span. */
    child(): Scope;
    /** A scope inside this one whose active span is `span`. */
    withSpan(span: SpanLike): Scope;
    /** Brings the deadline forward to `timeoutMs` from now, ended by `signal` too; a later one is ignored. */
    shortenDeadline(timeoutMs: number, signal?: AbortSignal, clock?: Clock): void;
    /** As in OpenTelemetry's `Context`. */
    getValue(key: symbol): unknown;
    /** As in OpenTelemetry's `Context`: a new scope below this one. */
    setValue(key: symbol, value: unknown): Scope;
    /** As in OpenTelemetry's `Context`: a new scope below this one. Without its span it belongs to no trace. */
    deleteValue(key: symbol): Scope;
    /** Without its span a context belongs to no trace: what begins in it begins a new one. */
    private leaveTrace;
    /** Whether code that speaks OpenTelemetry has set or deleted the baggage from some scope on: it counts in there. */
    private hasOtelBaggage;
    private mutableAttributes;
}
/** Whether an OpenTelemetry `Context` is a scope, made by whichever copy of this package. */
export declare function isScope(context: object): context is Scope;
export {};

// deadline/deadline.d.ts
import type { Clock } from '../clock.ts';
/** What a scope knows of the end of its work. Made here, or by a package with a limit of its own. */
export interface DeadlineLike {
    /** Monotonic ms; Infinity where only a signal can end the work. */
    readonly at: number;
    /** What other than time can end the work. */
    readonly external: AbortSignal | undefined;
    /** Aborts when the work must end; made when first read. */
    readonly signal: AbortSignal | undefined;
    /** Milliseconds until `at`, 0 when it has passed. */
    remainingMs(): number;
    /** Frees what the deadline holds: the work is over. */
    release(): void;
}
/** A point in time, and an AbortSignal that is made when somebody asks for it. */
export declare class Deadline implements DeadlineLike {
    #private;
    readonly at: number;
    readonly external: AbortSignal | undefined;
    /** @param external joins the signals of every deadline around this one; their times are never earlier than `at` */
    constructor(clock: Clock, at: number, external: AbortSignal | undefined);
    remainingMs(): number;
    get signal(): AbortSignal | undefined;
    /** Ends the timer: what the deadline was for is over, and the signal stays as it is. */
    release(): void;
}
