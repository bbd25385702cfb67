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
