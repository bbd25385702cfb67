// index.d.ts
export { type Bulkhead, type BulkheadCallOptions, type BulkheadStats, createBulkhead } from './bulkhead.ts';
export type { BulkheadOptions } from './bulkhead-options.ts';
export type { AttemptOperation, BulkheadRejected, BulkheadSnapshot, CallOutcome, CircuitCall, CircuitSnapshot, CircuitTransition, RetryFact, TransitionReason, } from './channels.ts';
export { CircuitBreaker, type CircuitBreakerConstructor, type CircuitBreakerControl, createCircuitBreaker, type FunctionCircuitBreaker, type OperationCircuitBreaker, } from './circuit-breaker.ts';
export type { CircuitEvents } from './circuit-listeners.ts';
export type { CircuitBreakerOptions, CircuitBreakerSettings, CircuitEventDetail, CircuitEventName, } from './circuit-options.ts';
export { type CircuitMode, CircuitState, type PrometheusState } from './circuit-state.ts';
export type { CircuitMetrics, CircuitStats } from './circuit-statistics.ts';
export { BulkheadRejectedError, CallTimeoutError, CircuitNameTakenError, CircuitOpenError, NoTimeLeftError, ResilienceError, ResilienceOptionError, } from './errors.ts';
export { classifyFailure, type FailureClass } from './failure-class.ts';
export { withFallback } from './fallback.ts';
export { RESILIENCE_DEFAULTS } from './options.ts';
export { type CircuitPreset, CRITICAL_API_CONFIG, DATABASE_CONFIG, EMAIL_CONFIG, EXTERNAL_API_CONFIG, PAYMENT_API_CONFIG, REDIS_CONFIG, SMS_CONFIG, STORAGE_CONFIG, VIRUS_SCAN_CONFIG, WEBHOOK_DELIVERY_CONFIG, } from './presets.ts';
export { type CircuitBreakerRegistry, circuitBreakerRegistry, createCircuitBreakerRegistry, } from './registry.ts';
export { createResilientFunction, type ResilientFunction, type ResilientFunctionOptions, type ResilientFunctionStats, } from './resilient-function.ts';
export { type RetryHandle, retryWithBackoff } from './retry.ts';
export { retryAfterMs } from './retry-after.ts';
export { createRetryBudget, type RetryBudget, type RetryBudgetOptions, type RetryBudgetStats, } from './retry-budget.ts';
export type { RetryOptions } from './retry-options.ts';
export type { RetryStats } from './retry-policy.ts';
export { type TimeoutHandle, type TimeoutOptions, withTimeout } from './timeout.ts';

// bulkhead.d.ts
import { type BulkheadOptions } from './bulkhead-options.ts';
import { BulkheadSlots } from './bulkhead-slots.ts';
import type { BulkheadSnapshot } from './channels.ts';
/** What a bulkhead does now, and what it refused. */
export interface BulkheadStats extends BulkheadSnapshot {
    /** Calls rejected since the bulkhead was made. */
    readonly rejections: number;
    /** Keys with calls that run or wait. */
    readonly keys: number;
}
export interface BulkheadCallOptions {
    /** For whom the call is made, such as a tenant; replaces the bulkhead's `key`. */
    key?: string;
}
/** A limit on calls at the same time. */
export interface Bulkhead {
    readonly name: string;
    /**
     * Calls `fn` when it has a place.
     * @throws BulkheadRejectedError when there is none in time
     */
    execute<R>(fn: () => R | PromiseLike<R>, options?: BulkheadCallOptions): Promise<R>;
    /** As it is at this moment. */
    getStats(): BulkheadStats;
}
/** The places of a bulkhead, for a policy that composes it. Undefined for anything else. */
export declare function slotsOf(bulkhead: object): BulkheadSlots | undefined;
/**
 * Limits how many calls run at the same time, so that one slow dependency cannot take everything.
 * @throws ResilienceOptionError for an option that cannot be used
 */
export declare function createBulkhead(options?: BulkheadOptions): Bulkhead;

// bulkhead-options.d.ts
import { type Clock } from '@holdfast/context/clock';
export interface BulkheadOptions {
    /** Default `anonymous`. */
    name?: string;
    /** Calls at the same time. Default 10. */
    maxConcurrent?: number;
    /** Calls that may wait for a place; the rest is rejected at once. Default 0. */
    maxQueue?: number;
    /** Longest wait, within the caller's deadline; Infinity for that alone. Default 10000. */
    queueTimeoutMs?: number;
    /**
     * For whom a call is made, such as its tenant: gets the arguments of a resilient function, none in `execute`. Keys that
     * wait take turns. Calls without a key are one key together, and so are those for which it throws. Default none.
     */
    key?: (...args: never[]) => string | undefined;
    /** Calls of one key at the same time. Default and highest `maxConcurrent`. */
    maxConcurrentPerKey?: number;
    /** How long aborted work that does not settle keeps its place; Infinity until it settles. Default 10000. */
    abortGraceMs?: number;
    /** Time and timers. Default the system's. */
    clock?: Clock;
}
export type ResolvedBulkheadOptions = Readonly<Required<Omit<BulkheadOptions, 'key'>> & {
    key: ((...args: unknown[]) => unknown) | undefined;
}>;
/** @throws ResilienceOptionError naming the option, its value and its range */
export declare function resolveBulkheadOptions(options: BulkheadOptions): ResolvedBulkheadOptions;

// bulkhead-slots.d.ts
import { Lane } from './bulkhead-lane.ts';
import type { ResolvedBulkheadOptions } from './bulkhead-options.ts';
/**
 * The places of a bulkhead and the queue before them. Whenever a place is free, every key that waits has reached its
 * own limit: so a call that finds a place, and its key below the limit, passes nobody by.
 */
export declare class BulkheadSlots {
    #private;
    readonly name: string;
    readonly maxConcurrent: number;
    /** How long work that was aborted keeps its place if it does not settle. */
    readonly abortGraceMs: number;
    rejections: number;
    constructor(options: ResolvedBulkheadOptions);
    get active(): number;
    get queued(): number;
    /** How many keys have calls that run or wait. */
    get keys(): number;
    /** The lane of a call with these arguments. A key that throws counts as none. */
    laneFor(key: string | undefined, args: readonly unknown[]): Lane;
    /** Takes a place if one is free for the lane. */
    tryEnter(lane: Lane): boolean;
    /**
     * Waits for a place, within the queue's limits and the caller's deadline.
     * @throws BulkheadRejectedError when the queue is full or the wait too long; the reason of the caller's signal
     */
    enter(lane: Lane): Promise<void>;
    /** Gives a place back, to the call whose turn it is. */
    release(lane: Lane): void;
}

// bulkhead-lane.d.ts
/** A call that waits for a place. */
export interface Waiter {
    readonly lane: Lane;
    /** It has been given a place. */
    enter(): void;
    /** Its place in the queue is given to another. */
    pushOut(): void;
    previous: Waiter | undefined;
    next: Waiter | undefined;
}
/** The calls of one key: how many run, and those that wait, first come first served. */
export declare class Lane {
    readonly key: unknown;
    active: number;
    waiting: number;
    first: Waiter | undefined;
    last: Waiter | undefined;
    constructor(key: unknown);
    append(waiter: Waiter): void;
    remove(waiter: Waiter): void;
}

// channels.d.ts
/** What this package tells of its work; the payloads are what tracing, metrics and logging subscribe to. */
import { type Channel, type TracingChannel } from 'node:diagnostics_channel';
import type { CircuitState, PrometheusState } from './circuit-state.ts';
import type { CircuitMetrics } from './circuit-statistics.ts';
import type { FailureClass } from './failure-class.ts';
/** `threshold`: too many calls failed. `slow-calls`: too many were slow. */
export type TransitionReason = 'threshold' | 'slow-calls' | 'probe-failed' | 'recovered' | 'reset-timeout' | 'manual';
/** `holdfast:resilience:transition` */
export interface CircuitTransition {
    readonly name: string;
    readonly from: CircuitState;
    readonly to: CircuitState;
    /** Epoch ms. */
    readonly at: number;
    readonly reason: TransitionReason;
}
/** How a call ended: `rejected` was not made, `ignored` failed in a way that says nothing about the dependency. */
export type CallOutcome = 'success' | 'failure' | 'timeout' | 'rejected' | 'ignored' | 'fallback';
/** `holdfast:resilience:call` */
export interface CircuitCall {
    readonly name: string;
    readonly outcome: CallOutcome;
    /** From the start of the function, 0 where it was not called. */
    readonly durationMs: number;
    readonly error?: unknown;
}
/** `holdfast:resilience:retry` */
export interface RetryFact {
    readonly name: string;
    /** The attempt that has just ended, from 1. */
    readonly attempt: number;
    readonly outcome: 'retried' | 'succeeded' | 'gave-up';
    /** How long the next attempt waits. */
    readonly delayMs?: number;
    readonly failureClass?: FailureClass;
}
/** `holdfast:resilience:bulkhead-rejected` */
export interface BulkheadRejected {
    readonly name: string;
}
/** Tracing channel `holdfast:resilience:attempt`: one call of the user's function. */
export interface AttemptOperation {
    readonly name: string;
    /** From 1. */
    readonly attempt: number;
}
/** Collect kind `resilience.circuit`. */
export interface CircuitSnapshot extends CircuitMetrics {
    readonly name: string;
    readonly state: CircuitState;
    readonly prometheusState: PrometheusState;
}
/** Collect kind `resilience.bulkhead`. */
export interface BulkheadSnapshot {
    readonly name: string;
    readonly active: number;
    readonly queued: number;
    readonly maxConcurrent: number;
}
export declare const transitionChannel: Channel;
export declare const callChannel: Channel;
export declare const retryChannel: Channel;
export declare const bulkheadRejectedChannel: Channel;
export declare const attemptChannel: TracingChannel<object>;

// circuit-state.d.ts
/** `CLOSED` lets calls through, `OPEN` refuses them, `HALF_OPEN` tries whether the dependency has recovered. */
export type CircuitState = 'CLOSED' | 'OPEN' | 'HALF_OPEN';
/** The states by name. */
export declare const CircuitState: {
    readonly CLOSED: 'CLOSED';
    readonly OPEN: 'OPEN';
    readonly HALF_OPEN: 'HALF_OPEN';
};
/** `enforce` protects. `monitor` records what it would have done and changes nothing. `disabled` only calls. */
export type CircuitMode = 'enforce' | 'monitor' | 'disabled';
/** The state as a gauge: 0 closed, 0.5 half-open, 1 open. */
export type PrometheusState = 0 | 0.5 | 1;
export declare function prometheusState(state: CircuitState): PrometheusState;

// circuit-statistics.d.ts
import type { Clock } from '@holdfast/context/clock';
import type { CircuitState } from './circuit-state.ts';
/** What a circuit knows of its calls. The first five and the error rate are of the window, the rest since it was made. */
export interface CircuitStats {
    readonly state: CircuitState;
    /** Failed calls in the window. */
    readonly failureCount: number;
    /** Successful calls in the window. */
    readonly successCount: number;
    /** Settled calls in the window that counted. */
    readonly recentRequests: number;
    /** Failed share of the settled calls of the window, 0 to 1; 0 without calls. */
    readonly errorRate: number;
    /** Calls asked for since the circuit was made or reset, refused ones among them. */
    readonly totalRequests: number;
    readonly lastFailureTime: Date | undefined;
    readonly lastSuccessTime: Date | undefined;
}
/** Everything counted, since the circuit was made or reset. */
export interface CircuitMetrics extends CircuitStats {
    readonly successes: number;
    /** Timeouts among them. */
    readonly failures: number;
    readonly timeouts: number;
    /** Calls that took `slowCallDurationThresholdMs` or longer, however they ended; 0 without that option. */
    readonly slowCalls: number;
    /** Calls that the circuit refused; in monitor mode those that it would have refused. */
    readonly rejections: number;
    /** Errors that say nothing about the dependency. */
    readonly ignored: number;
    /** Calls answered by the fallback. */
    readonly fallbacks: number;
    /** Listeners, filters and classifiers of the application that threw. */
    readonly listenerFailures: number;
    /** Durations in ms of the calls of the last one to two windows, at most 12.5 % off. */
    readonly latency: {
        readonly p50Ms: number;
        readonly p95Ms: number;
        readonly p99Ms: number;
    };
}
export declare class CircuitStatistics {
    #private;
    calls: number;
    successes: number;
    failures: number;
    timeouts: number;
    slowCalls: number;
    rejections: number;
    ignored: number;
    fallbacks: number;
    constructor(clock: Clock, windowMs: number);
    success(durationMs: number, now: number): void;
    failure(durationMs: number, now: number): void;
    /** A success that counts in the window. */
    countSuccess(now: number): void;
    /** A failure that counts in the window. */
    countFailure(now: number): void;
    /** A call that counts in the window was slow. */
    countSlow(now: number): void;
    /** Settled calls in the window. */
    volume(now: number): number;
    /** Whether at least `percentage` of the settled calls of the window failed. */
    failedAtLeast(percentage: number, now: number): boolean;
    /** Whether at least `percentage` of the settled calls of the window were slow. */
    slowAtLeast(percentage: number, now: number): boolean;
    clearWindow(): void;
    reset(): void;
    stats(state: CircuitState): CircuitStats;
    metrics(state: CircuitState, listenerFailures: number): CircuitMetrics;
}

// failure-class.d.ts
/**
 * What a failure says about the dependency, and so what happens next.
 * `transient`: it failed, or our limit expired during the call; the only class that counts against a circuit.
 * `throttled`: it asks for less. `permanent`: the request is wrong and stays wrong. `cancelled`: the caller gave up.
 * `overload`: we did not call, for want of a place or of time. `open`: the circuit refused.
 */
export type FailureClass = 'transient' | 'throttled' | 'permanent' | 'cancelled' | 'overload' | 'open';
/** How far a chain of `cause` is followed. */
export declare const LONGEST_CHAIN = 5;
/**
 * The class of an error, or of an HTTP response that is not a success. Reads, in this order, a `failureClass` field
 * (put one on your own errors to decide), the name and code, an HTTP status in `status`, `statusCode` or
 * `response.status`, then the same of `cause`. Whatever is not known is `transient`. Never throws.
 */
export declare function classifyFailure(errorOrResponse: unknown): FailureClass;
/** Whether a fallback may stand in for a failure of this class. */
export declare function isAnswerable(failureClass: FailureClass): boolean;
/** The `Retry-After` value of a response, or of the response that an error carries. */
export declare function retryAfterHeader(failure: unknown): string | undefined;

// circuit-breaker.d.ts
import { Circuit } from './circuit.ts';
import type { CircuitEvents } from './circuit-listeners.ts';
import { type CircuitBreakerOptions } from './circuit-options.ts';
import { type CircuitMode, type CircuitState, type PrometheusState } from './circuit-state.ts';
import type { CircuitMetrics, CircuitStats } from './circuit-statistics.ts';
/** What every circuit breaker offers apart from making calls. */
export interface CircuitBreakerControl {
    readonly name: string;
    /** An open circuit turns half-open with the first call after its open time, not by itself. */
    readonly state: CircuitState;
    readonly mode: CircuitMode;
    /** Holds from the next call on. */
    setMode(mode: CircuitMode): void;
    /** What the window holds now: the figures on which the circuit trips. */
    getStats(): CircuitStats;
    /** Everything counted since the circuit was made or reset. */
    getMetrics(): CircuitMetrics & {
        readonly name: string;
    };
    /** 0 closed, 0.5 half-open, 1 open. */
    getPrometheusState(): PrometheusState;
    /** Whether `isolate()` holds it open. */
    readonly isolated: boolean;
    /** Opens by hand, for one open time. */
    open(): void;
    /** Opens by hand and stays open until `close()` or `reset()`, as for the maintenance of a dependency. */
    isolate(): void;
    /** Closes by hand, with a fresh window. */
    close(): void;
    /** Closes by hand and forgets every count. */
    reset(): void;
    on<E extends keyof CircuitEvents>(event: E, listener: (...args: CircuitEvents[E]) => unknown): this;
    off<E extends keyof CircuitEvents>(event: E, listener: (...args: CircuitEvents[E]) => unknown): this;
}
/** A circuit breaker around one function. */
export interface FunctionCircuitBreaker<Args extends readonly unknown[], R> extends CircuitBreakerControl {
    /**
     * Calls the function, or refuses.
     * @throws CircuitOpenError when the circuit is open; CallTimeoutError; whatever the function throws
     */
    fire(...args: Args): Promise<R>;
    /** The same as `fire`. */
    execute(...args: Args): Promise<R>;
    /** As `fire`, with an answer for this call should it fail or be refused. */
    executeWithFallback<F>(fallback: (...args: [...Args, error: unknown]) => F | PromiseLike<F>, ...args: Args): Promise<R | F>;
}
/** A circuit breaker around whatever operation it is given. */
export interface OperationCircuitBreaker extends CircuitBreakerControl {
    /**
     * Calls the operation, or refuses.
     * @throws CircuitOpenError when the circuit is open; CallTimeoutError; whatever the operation throws
     */
    execute<R>(operation: () => R | PromiseLike<R>): Promise<R>;
    /** As `execute`, with an answer for this call should it fail or be refused. */
    executeWithFallback<R, F>(fallback: (error: unknown) => F | PromiseLike<F>, operation: () => R | PromiseLike<R>): Promise<R | F>;
}
/** A circuit breaker around one function, or without type arguments around any operation. */
export type CircuitBreaker<Args extends readonly unknown[] = never, R = unknown> = [Args] extends [never] ? OperationCircuitBreaker : FunctionCircuitBreaker<Args, R>;
/** Both ways to make a circuit breaker. */
export interface CircuitBreakerConstructor {
    new (options: CircuitBreakerOptions<readonly []>): OperationCircuitBreaker;
    new <Args extends unknown[], R, F = never>(fn: (...args: Args) => R | PromiseLike<R>, options?: CircuitBreakerOptions<Args, F>): FunctionCircuitBreaker<Args, R | F>;
    readonly prototype: CircuitBreakerControl;
}
/** The circuit inside a breaker, for a policy that composes it. Undefined for anything else. */
export declare function circuitOf(breaker: object): Circuit | undefined;
/**
 * A circuit breaker: `new CircuitBreaker(options)` runs any operation, `new CircuitBreaker(fn, options)` one function.
 * @throws ResilienceOptionError for an option that cannot be used
 */
export declare const CircuitBreaker: CircuitBreakerConstructor;
/**
 * A circuit breaker around `fn`.
 * @example createCircuitBreaker(chargeCard, { name: 'payments', timeout: 5000 })
 * @throws ResilienceOptionError for an option that cannot be used
 */
export declare function createCircuitBreaker<Args extends unknown[], R, F = never>(fn: (...args: Args) => R | PromiseLike<R>, options?: CircuitBreakerOptions<Args, F>): FunctionCircuitBreaker<Args, R | F>;

// circuit.d.ts
import type { Attempt } from './attempt.ts';
import type { BreakerEngine } from './breaker-engine.ts';
import { CircuitListeners } from './circuit-listeners.ts';
import { type ResolvedCircuitSettings } from './circuit-options.ts';
import type { CircuitMode, CircuitState } from './circuit-state.ts';
import { CircuitStatistics } from './circuit-statistics.ts';
/**
 * The circuit itself: lets calls in or refuses them, counts how they settle, and decides when the engine changes its
 * state. An outcome counts only in the period (closed, or half-open) in which its call began.
 */
export declare class Circuit {
    #private;
    readonly name: string;
    readonly listeners: CircuitListeners;
    readonly statistics: CircuitStatistics;
    constructor(settings: ResolvedCircuitSettings, engine: BreakerEngine);
    get state(): CircuitState;
    get mode(): CircuitMode;
    set mode(mode: CircuitMode);
    /** Whether the circuit stays open until it is closed by hand. */
    get isolated(): boolean;
    /** The limit of a call while closed, ms. */
    get timeoutMs(): number;
    /**
     * Runs the attempt if the circuit lets it in.
     * @throws CircuitOpenError, as a rejection, without having run it
     */
    run<R>(attempt: Attempt<R>): Promise<R>;
    /** Opens by hand, for one open time. An isolated circuit stays isolated. */
    open(): void;
    /** Opens by hand, until `close()` or `reset()`. */
    isolate(): void;
    /** Closes by hand, with a fresh window. */
    close(): void;
    /** Closes by hand and forgets every count. */
    reset(): void;
    /** Whether a fallback may stand in for this failure: not for one the filter excuses, which is the caller's. */
    mayAnswerInstead(error: unknown): boolean;
    /** A fallback has answered. */
    answeredByFallback(error: unknown): void;
}

// attempt.d.ts
import type { Clock } from '@holdfast/context/clock';
import type { EngineWork } from './breaker-engine.ts';
import type { BulkheadSlots } from './bulkhead-slots.ts';
import type { DeadlineList } from './deadline-list.ts';
/** What all attempts of one policy share. */
export interface AttemptLimits {
    readonly name: string;
    readonly clock: Clock;
    readonly bulkhead: BulkheadSlots | undefined;
    /** Serves the attempts whose limit is its duration; the others have a timer each. */
    readonly deadlines: DeadlineList | undefined;
}
type AnyFunction = (...args: never[]) => unknown;
/** One call of the user's function, with its place in the bulkhead and its time limit. */
export declare class Attempt<R> implements EngineWork<R> {
    #private;
    readonly number: number;
    /** The attempt's own limit in ms, Infinity for none. */
    limitMs: number;
    /** The circuit's note of when the call was let in. */
    ticket: object | undefined;
    /** For whom the bulkhead counts the call, where the caller says so. */
    key: string | undefined;
    /** Whether the function was called. */
    began: boolean;
    /** When the function was called, monotonic ms. */
    startedAt: number;
    constructor(limits: AttemptLimits, fn: AnyFunction, args: readonly unknown[], limitMs: number, number: number);
    /** Whether the limit passed before the function settled. */
    get timedOut(): boolean;
    /** Whether the caller gave up, which says nothing about the dependency. */
    get wasCancelled(): boolean;
    /** Aborts at the limit, or when the caller gives up. */
    get signal(): AbortSignal;
    /** Waits for a place if there is a bulkhead, then calls the function. Never throws. */
    start(): Promise<R>;
    /** Calls the function: what it throws becomes a rejection, what it returns a promise. */
    call(): Promise<R>;
    /** Gives the place in the bulkhead back, once. */
    leave(): void;
}
export {};

// breaker-engine.d.ts
import type { CircuitState } from './circuit-state.ts';
/** One call, as the engine sees it. `start` never throws. */
export interface EngineWork<R> {
    start(): Promise<R>;
}
/**
 * What carries a circuit: its state, and the calls of its closed state. When to change state is decided outside; every
 * change is complete when the method returns. A call that began before a change still settles for its caller.
 */
export interface BreakerEngine {
    readonly state: CircuitState;
    /** Starts the work of a closed circuit. */
    run<R>(work: EngineWork<R>): Promise<R>;
    open(): void;
    /** Begins a trial, from open. Its calls are run by the circuit itself. */
    halfOpen(): void;
    /** Ends the trial: closed when recovered, else open. */
    decide(recovered: boolean): void;
    /** Closes by hand, from any state. */
    close(): void;
}

// deadline-list.d.ts
import type { Clock } from '@holdfast/context/clock';
/** Something that ends at a time, linked into at most one list. */
export interface DeadlineEntry {
    /** Monotonic ms. */
    readonly at: number;
    previous: DeadlineEntry | undefined;
    next: DeadlineEntry | undefined;
    listed: boolean;
    expire(): void;
}
/**
 * The deadlines of calls that all have the same limit: they end in the order in which they began, so one timer, for the
 * first of them, serves all. It is left to fire when the list runs empty, rather than be set anew for each call.
 */
export declare class DeadlineList {
    #private;
    readonly durationMs: number;
    constructor(clock: Clock, durationMs: number);
    add(entry: DeadlineEntry): void;
    remove(entry: DeadlineEntry): void;
}

// circuit-listeners.d.ts
import type { ResolvedCircuitSettings } from './circuit-options.ts';
import type { CircuitState } from './circuit-state.ts';
import { ListenerGuard, SafeEmitter } from './safe-emitter.ts';
/** What `on(event, listener)` hands to its listeners. */
export interface CircuitEvents {
    open: [];
    halfOpen: [];
    close: [];
    success: [durationMs: number];
    failure: [error: unknown, durationMs: number];
    /** Followed by `failure`: a timeout is one. */
    timeout: [error: unknown, durationMs: number];
    reject: [error: unknown];
    fallback: [error: unknown];
    stateChange: [to: CircuitState, from: CircuitState];
}
/** Everyone whom a circuit tells of its events. None of them can change what happens to a call. */
export declare class CircuitListeners {
    #private;
    readonly guard: ListenerGuard;
    readonly emitter: SafeEmitter<CircuitEvents>;
    constructor(settings: ResolvedCircuitSettings);
    success(durationMs: number): void;
    failure(error: unknown, durationMs: number): void;
    timeout(error: unknown, durationMs: number): void;
    reject(error: unknown): void;
    fallback(error: unknown): void;
    transition(from: CircuitState, to: CircuitState): void;
}

// circuit-options.d.ts
import { type Clock } from '@holdfast/context/clock';
import type { CircuitMode, CircuitState } from './circuit-state.ts';
import { type FailureClass } from './failure-class.ts';
/** What `onEvent` is called with. */
export type CircuitEventName = 'open' | 'halfOpen' | 'close' | 'success' | 'failure' | 'timeout' | 'reject' | 'fallback';
/** What `onEvent` is told beside the name of the event. */
export interface CircuitEventDetail {
    readonly durationMs?: number;
    readonly error?: unknown;
}
/** How a circuit behaves, apart from the function it protects. Durations in ms. */
export interface CircuitBreakerSettings {
    /** Names the circuit in errors, metrics and logs. Default: the function's name, or `anonymous`. */
    name?: string;
    /** Longest duration of a call, then it is aborted and counts as a failure; `false` for none. Default 10000. */
    timeout?: number | false;
    /** Opens when at least this share of the settled calls of the window failed. Above 1 to 100; `false` for off. Default 50. */
    errorThresholdPercentage?: number | false;
    /** Opens after as many failures in a row within the window. 1 to 1000; `false` for off. Default 5, off where only `errorThresholdPercentage` is given. */
    failureThreshold?: number | false;
    /** A call is slow that takes this long or longer, however it ends. Default none: no call is. */
    slowCallDurationThresholdMs?: number;
    /** Opens when at least this share of the settled calls of the window was slow, a percentage above 1 to 100. Default 50. */
    slowCallRateThreshold?: number;
    /** Successful trial calls that close a half-open circuit. Default 2. */
    successThreshold?: number;
    /** Trial calls of a half-open circuit at the same time; the rest is refused. Default 1. */
    halfOpenMaxCalls?: number;
    /** How long the circuit stays open before a trial. Default 30000. */
    resetTimeout?: number;
    /** By up to which share the open time is shortened, at random, so that processes do not try together. 0 to 1. Default 0.1. */
    resetTimeoutJitterRatio?: number;
    /** By how much the open time grows with each trial that fails, until the circuit closes. 1 to 100. Default 1. */
    resetTimeoutMultiplier?: number;
    /** The longest open time that growth leads to. Default 600000, or `resetTimeout` where that is longer. */
    maxResetTimeoutMs?: number;
    /** Settled calls in the window below which no percentage opens; the count too, where this is given. 1 or more. Default 10. */
    volumeThreshold?: number;
    /** How far back settled calls are counted. Default 60000. */
    windowSize?: number;
    /** The same as `windowSize`, under opossum's name. */
    rollingCountTimeout?: number;
    /** The same as `windowSize`. */
    rollingWindow?: number;
    /** Longest duration of a trial call. Default: `timeout`, or 30000 without one. */
    probeTimeoutMs?: number;
    /** Default `enforce`; can be changed while running. */
    mode?: CircuitMode;
    /** True for an error that says nothing about the dependency: it counts as neither success nor failure. */
    errorFilter?: (error: unknown) => boolean;
    /** Replaces `classifyFailure`. Only `transient` counts against the circuit. */
    classifyFailure?: (error: unknown) => FailureClass;
    /** Told of each event; what it throws is counted and goes no further. */
    onEvent?: (event: CircuitEventName, detail: CircuitEventDetail) => void;
    /** Told of each change of state; what it throws is counted and goes no further. */
    onStateChange?: (from: CircuitState, to: CircuitState) => void;
    /** Time and timers. Default the system's. */
    clock?: Clock;
    /** A number from 0 to below 1, for the jitter. Default Math.random. */
    random?: () => number;
}
export interface CircuitBreakerOptions<Args extends readonly unknown[] = readonly unknown[], F = unknown> extends CircuitBreakerSettings {
    /** Answers for a call that failed, timed out or was refused: gets its arguments, then the error. */
    fallback?: (...args: [...Args, error: unknown]) => F | PromiseLike<F>;
}
/** Settings checked and completed. `Infinity` where something is off. */
export interface ResolvedCircuitSettings {
    readonly name: string;
    readonly timeoutMs: number;
    readonly errorThresholdPercentage: number;
    readonly failureThreshold: number;
    readonly slowCallDurationThresholdMs: number;
    readonly slowCallRateThreshold: number;
    readonly successThreshold: number;
    readonly halfOpenMaxCalls: number;
    readonly resetTimeoutMs: number;
    readonly resetTimeoutJitterRatio: number;
    readonly resetTimeoutMultiplier: number;
    readonly maxResetTimeoutMs: number;
    readonly volumeThreshold: number;
    /** The volume below which the count does not open. */
    readonly countVolumeThreshold: number;
    readonly windowMs: number;
    readonly probeTimeoutMs: number;
    readonly mode: CircuitMode;
    readonly errorFilter: ((error: unknown) => boolean) | undefined;
    readonly classifyFailure: (error: unknown) => FailureClass;
    readonly onEvent: ((event: CircuitEventName, detail: CircuitEventDetail) => void) | undefined;
    readonly onStateChange: ((from: CircuitState, to: CircuitState) => void) | undefined;
    readonly clock: Clock;
    readonly random: () => number;
}
/** @throws ResilienceOptionError naming the option, its value and its range */
export declare function resolveCircuitSettings(options: CircuitBreakerSettings, fn?: {
    readonly name: string;
}): ResolvedCircuitSettings;
/** @throws ResilienceOptionError when it is none of the three modes */
export declare function modeOption(mode: CircuitMode): CircuitMode;

// safe-emitter.d.ts
type Listener<Args extends readonly unknown[]> = (...args: Args) => unknown;
/** Calls the application's own functions so that what they throw or reject with is counted and goes no further. */
export declare class ListenerGuard {
    #private;
    /** How often a listener has thrown or its promise was rejected. */
    get failures(): number;
    call<Args extends readonly unknown[]>(listener: Listener<Args>, ...args: Args): void;
    failed(): void;
}
/** An emitter whose listeners never change the outcome of what they listen to. */
export declare class SafeEmitter<Events extends Record<keyof Events, readonly unknown[]>> {
    #private;
    constructor(guard: ListenerGuard);
    has(event: keyof Events): boolean;
    on<E extends keyof Events>(event: E, listener: Listener<Events[E]>): void;
    /** Removes the listener once, as added last. */
    off<E extends keyof Events>(event: E, listener: Listener<Events[E]>): void;
    emit<E extends keyof Events>(event: E, ...args: Events[E]): void;
}
export {};

// errors.d.ts
import type { FailureClass } from './failure-class.ts';
/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export declare abstract class ResilienceError extends Error {
    abstract readonly code: string;
}
/** The circuit refused: the function was not called. It has no stack frames, being made once per refused call. */
export declare class CircuitOpenError extends ResilienceError {
    readonly name = "CircuitOpenError";
    readonly code = "ERR_CIRCUIT_OPEN";
    readonly failureClass: FailureClass;
    readonly circuit: string;
    /**
     * Milliseconds until the circuit lets a trial call through; 0 while other trial calls are under way; of an isolated
     * circuit its `resetTimeout`, since nobody knows when it will be closed.
     */
    readonly retryAfterMs: number;
    /** Whether the circuit was opened by `isolate()`: it stays open until `close()` or `reset()`. */
    readonly isolated: boolean;
    constructor(circuit: string, retryAfterMs: number, isolated?: boolean);
}
/** The call was made and did not settle in time; its signal has been aborted. */
export declare class CallTimeoutError extends ResilienceError {
    readonly name = "CallTimeoutError";
    readonly code = "ERR_CALL_TIMEOUT";
    readonly failureClass: FailureClass;
    readonly operation: string;
    readonly timeoutMs: number;
    constructor(operation: string, timeoutMs: number);
}
/** The time given to the request or job was over before the call began: the function was not called. */
export declare class NoTimeLeftError extends ResilienceError {
    readonly name = "NoTimeLeftError";
    readonly code = "ERR_NO_TIME_LEFT";
    readonly failureClass: FailureClass;
    readonly operation: string;
    constructor(operation: string);
}
/** All places were taken: the function was not called. It has no stack frames, being made once per refused call. */
export declare class BulkheadRejectedError extends ResilienceError {
    readonly name = "BulkheadRejectedError";
    readonly code = "ERR_BULKHEAD_REJECTED";
    readonly failureClass: FailureClass;
    readonly bulkhead: string;
    /** `full`: places and queue were taken. `timeout`: no place became free in time. */
    readonly reason: 'full' | 'timeout';
    constructor(bulkhead: string, reason: 'full' | 'timeout');
}
/** A name is in use in the registry. */
export declare class CircuitNameTakenError extends ResilienceError {
    readonly name = "CircuitNameTakenError";
    readonly code = "ERR_CIRCUIT_NAME_TAKEN";
    readonly circuit: string;
    constructor(circuit: string);
}
/** An option that cannot be used. */
export declare class ResilienceOptionError extends ResilienceError {
    readonly name = "ResilienceOptionError";
    readonly code = "ERR_RESILIENCE_OPTION";
    readonly option: string;
    constructor(option: string, value: unknown, range: string);
}

// fallback.d.ts
import type { Circuit } from './circuit.ts';
/** The result, or the fallback's answer where it failed for a reason that a fallback is for. */
export declare function answerInstead(result: Promise<unknown>, fallback: (...args: unknown[]) => unknown, args: readonly unknown[], circuit: Circuit): Promise<unknown>;
/**
 * Runs `fn`, and `fallback` with the error where `fn` fails for want of the dependency: transient, throttled, refused
 * by a circuit or a bulkhead. A permanent failure and a cancelled call reach the caller as they are.
 */
export declare function withFallback<R, F>(fn: () => R | PromiseLike<R>, fallback: (error: unknown) => F | PromiseLike<F>): Promise<R | F>;

// options.d.ts
/** Every default of this package. Durations in milliseconds, ratios from 0 to 1, percentages from 0 to 100. */
export declare const RESILIENCE_DEFAULTS: {
    readonly circuitBreaker: {
        readonly timeout: 10_000;
        readonly errorThresholdPercentage: 50;
        readonly failureThreshold: 5;
        readonly slowCallRateThreshold: 50;
        readonly successThreshold: 2;
        readonly halfOpenMaxCalls: 1;
        readonly resetTimeout: 30_000;
        readonly resetTimeoutJitterRatio: 0.1;
        readonly resetTimeoutMultiplier: 1;
        readonly maxResetTimeoutMs: 600_000;
        readonly volumeThreshold: 10;
        readonly windowSize: 60_000;
        readonly probeTimeoutMs: 30_000;
    };
    readonly retry: {
        readonly maxAttempts: 3;
        readonly initialDelayMs: 100;
        readonly maxDelayMs: 30_000;
        readonly backoffMultiplier: 2;
        readonly jitter: true;
        readonly maxRetryAfterMs: 60_000;
    };
    readonly retryBudget: {
        readonly ratio: 0.2;
        readonly floor: 10;
        readonly windowMs: 10_000;
    };
    readonly bulkhead: {
        readonly maxConcurrent: 10;
        readonly maxQueue: 0;
        readonly queueTimeoutMs: 10_000;
        readonly abortGraceMs: 10_000;
    };
};
/** A whole number of `lowest` to `highest`, or the fallback where the option is absent. */
export declare function integerOption(option: string, value: number | undefined, fallback: number, lowest: number, highest: number): number;
/** A duration above 0, or the fallback where the option is absent. Infinity stands for no limit. */
export declare function durationOption(option: string, value: number | undefined, fallback: number): number;
/** A duration of 0 or more that ends. */
export declare function delayOption(option: string, value: number | undefined, fallback: number): number;
export declare function rangeOption(option: string, value: number | undefined, fallback: number, lowest: number, highest: number): number;
export declare function functionOption(option: string, value: unknown): void;
export declare function requiredFunction(option: string, value: unknown): void;
/** The name of a thing: the one given, that of the function it stands for, or `anonymous`. */
export declare function nameOption(option: string, value: string | undefined, fn?: {
    readonly name: string;
}): string;

// presets.d.ts
import type { CircuitBreakerSettings } from './circuit-options.ts';
/** Settings for a kind of dependency. Spread one and add a name: `{ ...PAYMENT_API_CONFIG, name: 'stripe' }`. */
export type CircuitPreset = Readonly<Pick<CircuitBreakerSettings, 'timeout' | 'errorThresholdPercentage' | 'failureThreshold' | 'successThreshold' | 'resetTimeout' | 'volumeThreshold' | 'windowSize'>>;
/** Payments: long calls, half of them may fail, tried again after half a minute. */
export declare const PAYMENT_API_CONFIG: CircuitPreset;
/** Webhooks of others: short calls to many hosts, failures are common. */
export declare const WEBHOOK_DELIVERY_CONFIG: CircuitPreset;
/** What must not be hammered: opens at a quarter of failures. */
export declare const CRITICAL_API_CONFIG: CircuitPreset;
/** Sending mail over SMTP or an API. */
export declare const EMAIL_CONFIG: CircuitPreset;
/** Uploads to object storage: long calls. */
export declare const STORAGE_CONFIG: CircuitPreset;
/** Text messages: each call costs money, so trials are few. */
export declare const SMS_CONFIG: CircuitPreset;
/** An external virus scanner: slow by nature, and work waits for it. */
export declare const VIRUS_SCAN_CONFIG: CircuitPreset;
/** Redis: answers in a millisecond or not at all, and is back within seconds. */
export declare const REDIS_CONFIG: CircuitPreset;
/** An API of somebody else: be lenient. */
export declare const EXTERNAL_API_CONFIG: CircuitPreset;
/** A database: be strict. */
export declare const DATABASE_CONFIG: CircuitPreset;

// registry.d.ts
import { type CircuitBreakerControl, type FunctionCircuitBreaker } from './circuit-breaker.ts';
import type { CircuitBreakerOptions } from './circuit-options.ts';
import type { CircuitMode } from './circuit-state.ts';
import type { CircuitStats } from './circuit-statistics.ts';
/** Circuits found by name. It holds them until they are unregistered. */
export interface CircuitBreakerRegistry {
    /**
     * Makes a circuit breaker around `fn` and keeps it.
     * @throws CircuitNameTakenError when the name is in use
     */
    register<Args extends unknown[], R, F = never>(name: string, fn: (...args: Args) => R | PromiseLike<R>, options?: Omit<CircuitBreakerOptions<Args, F>, 'name'>): FunctionCircuitBreaker<Args, R | F>;
    /**
     * Keeps a breaker that was made elsewhere, under its own name.
     * @throws CircuitNameTakenError when another has the name
     */
    add<B extends CircuitBreakerControl>(breaker: B): B;
    /** The breaker of that name. What it takes and returns is the caller's to know. */
    get<Args extends unknown[] = unknown[], R = unknown>(name: string): FunctionCircuitBreaker<Args, R> | undefined;
    /** @returns false where no circuit has that name */
    unregister(name: string): boolean;
    /** By the name of the circuit. */
    getAllStats(): Record<string, CircuitStats>;
    /** Changes the mode of every circuit, or of the one named; false when there is none of that name. */
    setMode(mode: CircuitMode, name?: string): boolean;
}
/** A registry of its own, for tests or for a part of an application. */
export declare function createCircuitBreakerRegistry(): CircuitBreakerRegistry;
/** The registry of the process. */
export declare const circuitBreakerRegistry: CircuitBreakerRegistry;

// resilient-function.d.ts
import { type Clock } from '@holdfast/context/clock';
import { type Bulkhead, type BulkheadStats } from './bulkhead.ts';
import type { BulkheadOptions } from './bulkhead-options.ts';
import { type CircuitBreakerControl } from './circuit-breaker.ts';
import type { CircuitBreakerSettings } from './circuit-options.ts';
import type { CircuitStats } from './circuit-statistics.ts';
import { type RetryBudget } from './retry-budget.ts';
import { type RetryOptions } from './retry-options.ts';
import { type RetryStats } from './retry-policy.ts';
export interface ResilientFunctionOptions<Args extends readonly unknown[] = readonly unknown[], F = unknown> {
    /** Default: the circuit's name, the bulkhead's, the function's. */
    name?: string;
    /** Settings of a circuit of its own, or a breaker to share with other functions of the same dependency. */
    circuitBreaker?: CircuitBreakerSettings | CircuitBreakerControl;
    /** `budget` is one of its own unless given; `false` for none. */
    retry?: Omit<RetryOptions, 'budget'> & {
        budget?: RetryBudget | false;
    };
    /** Options of a bulkhead of its own, or one to share. */
    bulkhead?: BulkheadOptions | Bulkhead;
    /** Longest duration of each attempt, ms. Default: the circuit's `timeout`, else none. */
    timeoutMs?: number;
    /** Longest duration of the whole, waits among it, ms. Default: what the context allows. */
    deadlineMs?: number;
    /** Answers where the whole failed or was refused: gets the arguments, then the error. */
    fallback?: (...args: [...Args, error: unknown]) => F | PromiseLike<F>;
    /** Time and timers of every part that names none. Default the system's. */
    clock?: Clock;
}
/** What each of its parts counted. */
export interface ResilientFunctionStats {
    readonly name: string;
    readonly circuitBreaker?: CircuitStats;
    readonly retry?: RetryStats;
    readonly bulkhead?: BulkheadStats;
}
/** A function with the parts that were given around it. */
export interface ResilientFunction<Args extends readonly unknown[], R> {
    readonly name: string;
    /** @throws what the last attempt threw, or what refused it */
    execute(...args: Args): Promise<R>;
    getStats(): ResilientFunctionStats;
}
/**
 * Makes `fn` survive the failure of what it calls. The parts work in this order, each left out where it is not given:
 * fallback, total deadline, retry, circuit breaker, bulkhead, attempt timeout, call. A refusal by the circuit or the
 * bulkhead is never retried.
 * @throws ResilienceOptionError for an option that cannot be used
 */
export declare function createResilientFunction<Args extends unknown[], R, F = never>(fn: (...args: Args) => R | PromiseLike<R>, options?: ResilientFunctionOptions<Args, F>): ResilientFunction<Args, R | F>;

// retry-budget.d.ts
import { type Clock } from '@holdfast/context/clock';
export interface RetryBudgetOptions {
    /** Retries allowed per call of the window, 0 to 1. Default 0.2. */
    ratio?: number;
    /** Retries allowed in the window however few calls there were. 0 or more, default 10. */
    floor?: number;
    /** How far back calls and retries are counted, ms. Default 10000. */
    windowMs?: number;
    /** Time. Default the system's. */
    clock?: Clock;
}
/** Bounds the retries of everyone who shares it: make one for each dependency. */
export interface RetryBudget {
    /** Notes a first attempt. */
    recordCall(): void;
    /** Takes one retry out of the budget; false when it is spent. */
    tryRetry(): boolean;
    getStats(): RetryBudgetStats;
}
/** How much of a budget is spent. */
export interface RetryBudgetStats {
    /** Calls in the window. */
    readonly calls: number;
    /** Retries in the window. */
    readonly retries: number;
    /** Retries refused since the budget was made. */
    readonly refused: number;
}
/**
 * A retry budget: in a window, at most `ratio` retries per call plus `floor`, so that retries cannot multiply the load
 * on a dependency that is failing, however many layers retry.
 * @throws ResilienceOptionError for an option that cannot be used
 * @see https://sre.google/sre-book/handling-overload/
 */
export declare function createRetryBudget(options?: RetryBudgetOptions): RetryBudget;

// retry-options.d.ts
import { type Clock } from '@holdfast/context/clock';
import { type FailureClass } from './failure-class.ts';
import type { RetryBudget } from './retry-budget.ts';
export interface RetryOptions {
    /** Names the calls in facts and metrics. Default: the function's name, or `anonymous`. */
    name?: string;
    /** Calls in all, the first among them: 3 means at most two retries. 1 to 100, default 3. */
    maxAttempts?: number;
    /** Longest delay before the second attempt, ms. Default 100. */
    initialDelayMs?: number;
    /** Longest delay before any attempt, ms. Default 30000. */
    maxDelayMs?: number;
    /** How much longer each delay may be than the one before. 1 to 100, default 2. */
    backoffMultiplier?: number;
    /** Waits a random part of the delay, from none to all of it (full jitter). Default true. */
    jitter?: boolean;
    /** A `Retry-After` longer than this is not waited for: the call fails at once. ms, default 60000. */
    maxRetryAfterMs?: number;
    /** Retries only while this allows. Default none for `retryWithBackoff`. */
    budget?: RetryBudget;
    /** Told before each wait. What it throws is ignored. */
    onRetry?: (error: unknown, attempt: number, delayMs: number) => void;
    /** Replaces `classifyFailure`. Only `transient` and `throttled` are tried again. */
    classifyFailure?: (error: unknown) => FailureClass;
    /** Ends a wait, beside the signal of the current context. */
    signal?: AbortSignal;
    /** Whether a wait alone keeps the process alive, as a script may want. Default false. */
    keepAlive?: boolean;
    /** Time and timers. Default the system's. */
    clock?: Clock;
    /** A number from 0 to below 1, for the jitter. Default Math.random. */
    random?: () => number;
}
export interface ResolvedRetryOptions {
    readonly name: string;
    readonly maxAttempts: number;
    readonly initialDelayMs: number;
    readonly maxDelayMs: number;
    readonly backoffMultiplier: number;
    readonly jitter: boolean;
    readonly maxRetryAfterMs: number;
    readonly budget: RetryBudget | undefined;
    readonly onRetry: ((error: unknown, attempt: number, delayMs: number) => void) | undefined;
    readonly classifyFailure: (error: unknown) => FailureClass;
    readonly signal: AbortSignal | undefined;
    readonly keepAlive: boolean;
    readonly clock: Clock;
    readonly random: () => number;
}
/** @throws ResilienceOptionError naming the option, its value and its range */
export declare function resolveRetryOptions(options: RetryOptions, fn?: {
    readonly name: string;
}): ResolvedRetryOptions;

// retry-policy.d.ts
import type { ResolvedRetryOptions } from './retry-options.ts';
/** What is tried again. An object and arguments rather than a closure, since it is needed for each call. */
export interface Retryable<Args, R> {
    runAttempt(args: Args, attempt: number): Promise<R>;
}
/** What was counted since the function was made. */
export interface RetryStats {
    /** Calls asked for. */
    readonly calls: number;
    /** Attempts after a first one. */
    readonly retries: number;
    /** Calls whose last attempt failed. */
    readonly gaveUp: number;
}
/** Tries again what failed for a reason that passes, as long as attempts, budget and time allow. */
export declare class RetryPolicy {
    #private;
    constructor(options: ResolvedRetryOptions);
    run<Args, R>(target: Retryable<Args, R>, args: Args): Promise<R>;
    getStats(): RetryStats;
}

// retry.d.ts
import { type RetryOptions } from './retry-options.ts';
/** What the function of a retry is given. */
export interface RetryHandle {
    /** From 1. */
    readonly attempt: number;
    /** Aborts when the caller gives up. Made when it is read. */
    readonly signal: AbortSignal;
}
/**
 * Calls `fn`, and again after a growing, random delay while it fails for a reason that passes (`transient`, or
 * `throttled` after `Retry-After`). Not tried again: permanent failures, cancelled calls, what a circuit or bulkhead
 * refused, and whatever would begin after the context's deadline. Fails with the last error.
 * @throws ResilienceOptionError for an option that cannot be used
 * @see https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 */
export declare function retryWithBackoff<R>(fn: (handle: RetryHandle) => R | PromiseLike<R>, options?: RetryOptions): Promise<R>;

// retry-after.d.ts
import { type Clock } from '@holdfast/context/clock';
/**
 * How long the other side asks us to wait, in milliseconds: the `retryAfterMs` field of our own errors, or the
 * `Retry-After` header (seconds or HTTP date) of a response or of the response that an error carries, else the same of
 * its `cause`, as far as `classifyFailure` follows it.
 * Undefined where nothing was asked or the header is malformed; 0 for a date that has passed. Never throws.
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export declare function retryAfterMs(errorOrResponse: unknown, clock?: Clock): number | undefined;

// timeout.d.ts
import { type Clock } from '@holdfast/context/clock';
export interface TimeoutOptions {
    /** Named in the error. Default: the function's name, or `anonymous`. */
    name?: string;
    /** Time and timers. Default the system's. */
    clock?: Clock;
}
/** What a timed function is given. */
export interface TimeoutHandle {
    /** Aborts when the time is over, or when the caller's context ends earlier. Made when it is read. */
    readonly signal: AbortSignal;
}
/**
 * Runs `fn` for at most `timeoutMs`, or for the time left to the current context if that is less, then aborts its
 * signal, which `currentSignal()` gives too. Work that ignores the signal goes on in the background.
 * @param timeoutMs above 0; Infinity for the context's limit alone
 * @throws CallTimeoutError when it took too long; NoTimeLeftError when no time was left to begin
 */
export declare function withTimeout<R>(fn: (handle: TimeoutHandle) => R | PromiseLike<R>, timeoutMs: number, options?: TimeoutOptions): Promise<R>;
