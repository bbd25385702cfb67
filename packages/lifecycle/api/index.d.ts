// index.d.ts
export { CheckTimeoutError, LifecycleError, LifecycleOptionError, ShutdownBegunError, StartupStepError, StepTimeoutError, } from './errors.ts';
export { gracefulShutdown } from './graceful-shutdown.ts';
export { type CheckOptions, createHealth, type DetailBody, type Health, type HealthAnswer, type HealthOptions, type HealthStatus, type LiveBody, type ReadyBody, type StartupBody, } from './health.ts';
export type { CheckFunction, CheckResult, CheckStatus } from './health-check.ts';
export { createLifecycle, type Lifecycle } from './lifecycle.ts';
export { HEALTH_DEFAULTS, type HealthDefaults, LIFECYCLE_DEFAULTS, type LifecycleDefaults, type LifecycleOptions, type StepOptions, } from './options.ts';
export { createServerDrain, type ServerDrain } from './server-drain.ts';
export type { ShutdownReport } from './shutdown-run.ts';
export { SHUTDOWN_PHASES, type ShutdownPhase, type StepContext, type StepFunction, type StepReport, } from './shutdown-step.ts';
export type { StartupFunction, StartupStepResult } from './warm-up.ts';

// errors.d.ts
/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export declare abstract class LifecycleError extends Error {
    abstract readonly code: string;
}
/** An option or argument that cannot be used. */
export declare class LifecycleOptionError extends LifecycleError {
    readonly name = "LifecycleOptionError";
    readonly code = "ERR_LIFECYCLE_OPTION";
    /** The name of the option or argument. */
    readonly option: string;
    constructor(option: string, message: string);
}
/** A step was added for a phase that the running shutdown has already begun. */
export declare class ShutdownBegunError extends LifecycleError {
    readonly name = "ShutdownBegunError";
    readonly code = "ERR_LIFECYCLE_SHUTDOWN_BEGUN";
    readonly step: string;
    constructor(step: string, phase: string);
}
/** A shutdown step did not end within its limit. It is also the reason of the aborted signal that the step got. */
export declare class StepTimeoutError extends LifecycleError {
    readonly name = "StepTimeoutError";
    readonly code = "ERR_LIFECYCLE_STEP_TIMEOUT";
    readonly step: string;
    readonly limitMs: number;
    constructor(step: string, limitMs: number);
}
/** A start-up step failed. The service stays unready; the cause is the step's own error. */
export declare class StartupStepError extends LifecycleError {
    readonly name = "StartupStepError";
    readonly code = "ERR_LIFECYCLE_STARTUP_STEP";
    readonly step: string;
    constructor(step: string, cause: unknown);
}
/** A health check did not answer within its limit. It is also the reason of the aborted signal that the check got. */
export declare class CheckTimeoutError extends LifecycleError {
    readonly name = "CheckTimeoutError";
    readonly code = "ERR_HEALTH_CHECK_TIMEOUT";
    readonly check: string;
    constructor(check: string, timeoutMs: number);
}
/** What may be shown of any error: its code or its name, never its message, which may hold a host or a secret. */
export declare function errorLabel(error: unknown): string;

// graceful-shutdown.d.ts
import { type Lifecycle } from './lifecycle.ts';
/** The lifecycle of the process, with the default options. It listens to signals while it has a step. */
export declare const gracefulShutdown: Lifecycle;

// lifecycle.d.ts
import type { Server } from 'node:http';
import { type LifecycleOptions, type StepOptions } from './options.ts';
import { type ShutdownReport } from './shutdown-run.ts';
import { type StepFunction } from './shutdown-step.ts';
/** The ordered end of a process: steps by phase, each within its own time and that of all. */
export interface Lifecycle extends AsyncDisposable {
    /** From the first call of `shutdown()`, or the first signal, on. */
    readonly isShuttingDown: boolean;
    /**
     * Adds a step. Steps of one phase run side by side.
     * @returns a function that takes the step out again
     * @throws ShutdownBegunError when its phase has begun
     */
    onShutdown(name: string, fn: StepFunction, options?: StepOptions): () => void;
    /** Adds the steps that stop a server and drain it: no new connections, idle ones closed, requests ended. */
    addServer(server: Server, options?: {
        name?: string;
        timeoutMs?: number;
    }): () => void;
    /** Begins the shutdown, or joins the one that is running. Never rejects and never ends the process. */
    shutdown(reason?: string): Promise<ShutdownReport>;
    /** Stops listening to signals; no step is run. */
    close(): Promise<void>;
}
/**
 * An ordered shutdown. Signals are listened to while there is a step; where nothing is to be done, they end the
 * process as ever.
 * @throws LifecycleOptionError
 */
export declare function createLifecycle(options?: LifecycleOptions): Lifecycle;

// options.d.ts
import { type Clock } from '@holdfast/context/clock';
import type { ShutdownReport } from './shutdown-run.ts';
import type { ShutdownPhase, StepReport } from './shutdown-step.ts';
export interface LifecycleOptions {
    /** Overall limit of a shutdown, ms, 1 to 3,600,000. Keep it below the pod's grace period. Default 25,000. */
    timeoutMs?: number;
    /** Limit of a step that names none, ms, 1 to 3,600,000. Default 10,000. */
    stepTimeoutMs?: number;
    /**
     * How long requests are still taken after readiness has begun to answer 503, ms, 0 to `timeoutMs`. Behind a
     * balancer: longer than it takes to notice, in Kubernetes about 5000. Default 0.
     */
    readinessDelayMs?: number;
    /** Signals that begin a shutdown; none with `[]`. Default SIGTERM and SIGINT. */
    signals?: readonly NodeJS.Signals[];
    /**
     * How long a process that should end by itself after a signal may still live, ms, 0 to 3,600,000; then the signal
     * is raised again without us. Infinity leaves it alone. Default 1000.
     */
    exitGraceMs?: number;
    /** Called as each step ends. */
    onStep?: (step: StepReport) => void;
    /** Called at the end. Default: a process warning for each step that was not done. */
    onReport?: (report: ShutdownReport) => void;
    /** Time and timers. Default the system's. */
    clock?: Clock;
}
export interface StepOptions {
    /** Default `flush`: after the workers, before stores are closed. */
    phase?: ShutdownPhase;
    /** Limit of the step, ms. Default `stepTimeoutMs`. */
    timeoutMs?: number;
}
export interface LifecycleDefaults {
    readonly timeoutMs: number;
    readonly stepTimeoutMs: number;
    readonly readinessDelayMs: number;
    readonly exitGraceMs: number;
    readonly signals: readonly NodeJS.Signals[];
}
export declare const LIFECYCLE_DEFAULTS: LifecycleDefaults;
export interface ResolvedLifecycle extends LifecycleDefaults {
    readonly clock: Clock;
}
/** @throws LifecycleOptionError */
export declare function resolveLifecycle(options: LifecycleOptions): ResolvedLifecycle;
export interface HealthDefaults {
    readonly cacheMs: number;
    readonly startupRetryMs: number;
    readonly timeoutMs: number;
}
export declare const HEALTH_DEFAULTS: HealthDefaults;
/** @throws LifecycleOptionError naming the option, its value and its range */
export declare function checkMs(where: string, option: string, value: number, least: number, most: number): void;
/** @throws LifecycleOptionError */
export declare function checkName(where: string, name: unknown): void;

// shutdown-run.d.ts
import type { Clock } from '@holdfast/context/clock';
import { type ShutdownPhase, type ShutdownStep, type StepReport } from './shutdown-step.ts';
/** What a shutdown did. */
export interface ShutdownReport {
    /** The name of a signal, or what `shutdown()` was given. */
    readonly reason: string;
    /** Whether every step was done. */
    readonly ok: boolean;
    readonly durationMs: number;
    /** In the order in which they ended. */
    readonly steps: readonly StepReport[];
}
export interface ShutdownPlan {
    /** Steps may be added to phases that have not begun. */
    readonly steps: readonly ShutdownStep[];
    readonly timeoutMs: number;
    readonly clock: Clock;
    readonly reason: string;
    onPhase(phase: ShutdownPhase): void;
    onStep(step: StepReport): void;
}
/**
 * Runs the phases one after another and the steps of a phase side by side. A step that fails or hangs is reported
 * and stops nothing; each later phase keeps its turn, since some of the overall limit is kept for it.
 */
export declare function runShutdown(plan: ShutdownPlan): Promise<ShutdownReport>;

// shutdown-step.d.ts
import type { Clock } from '@holdfast/context/clock';
/**
 * The phases in the order in which they run: readiness answers 503 and the balancer is waited for; no new
 * connections; requests end; workers and consumers stop; what is buffered is written out; stores are closed.
 */
export declare const SHUTDOWN_PHASES: readonly ['readiness', 'accept', 'drain', 'workers', 'flush', 'close'];
/** In this order; the next begins when every step of the one before has ended or used up its time. */
export type ShutdownPhase = (typeof SHUTDOWN_PHASES)[number];
/** What a step is told. */
export interface StepContext {
    /** Aborts when the step has used up its time. */
    readonly signal: AbortSignal;
    /** What began the shutdown: the name of a signal, or what `shutdown()` was given. */
    readonly reason: string;
    /** Milliseconds until the signal aborts. */
    remainingMs(): number;
}
/** A step of a shutdown, sync or async; what it throws is reported and stops no other step. */
export type StepFunction = (context: StepContext) => unknown;
export interface ShutdownStep {
    readonly name: string;
    readonly phase: ShutdownPhase;
    readonly timeoutMs: number;
    readonly run: StepFunction;
}
/** How one step ended. */
export interface StepReport {
    readonly name: string;
    readonly phase: ShutdownPhase;
    /** `skipped`: no time was left, it was not run. */
    readonly outcome: 'done' | 'failed' | 'timed-out' | 'skipped';
    readonly durationMs: number;
    /** What the step threw, or that its time was up. */
    readonly error?: unknown;
}
/** Runs one step within its own limit and that of its phase. Never rejects. */
export declare function runStep(step: ShutdownStep, clock: Clock, phaseEndsAt: number, reason: string): Promise<StepReport>;

// health.d.ts
import { type Clock } from '@holdfast/context/clock';
import { type CheckFunction, type CheckResult, type CheckStatus } from './health-check.ts';
import { type StartupFunction, type StartupStepResult } from './warm-up.ts';
/** One check of `createHealth`. */
export interface CheckOptions {
    /** Fulfils when all is well, rejects when it is not; its signal aborts at `timeoutMs`. */
    check: CheckFunction;
    /** Whether the service cannot do its work without it. A check that is not critical can only degrade. Default true. */
    critical?: boolean;
    /** Default that of `createHealth`. */
    cacheMs?: number;
    /** Default that of `createHealth`. */
    timeoutMs?: number;
}
export interface HealthOptions {
    /** What readiness asks, by name. Default none. */
    checks?: Readonly<Record<string, CheckFunction | CheckOptions>>;
    /**
     * Steps that must end once before the service is ready, by name, run one after another by `start()` or the first
     * probe. Default none.
     */
    startup?: Readonly<Record<string, StartupFunction>>;
    /** Pause before a probe tries a failed start-up step again, ms, 0 to 3,600,000. Default 1000. */
    startupRetryMs?: number;
    /** How long a result is used again, ms, 0 to 3,600,000. Default 1000. */
    cacheMs?: number;
    /** Limit of each check, ms, 1 to 60,000. Default 800. */
    timeoutMs?: number;
    /** Whose shutdown makes the service unready. Default `gracefulShutdown`. */
    lifecycle?: {
        readonly isShuttingDown: boolean;
    };
    /** Time and timers. Default the system's. */
    clock?: Clock;
}
/** The worst of the checks, one that is not critical being `degraded` at most; or what the service itself is at. */
export type HealthStatus = CheckStatus | 'starting' | 'shutting-down';
/** An answer for a framework's adapter to send as JSON. */
export interface HealthAnswer<Body> {
    readonly status: 200 | 503;
    readonly body: Body;
}
export interface LiveBody {
    readonly status: 'up';
}
/** What is told of the start-up steps, by their names. */
export interface StartupBody {
    readonly status: 'up' | 'starting';
    readonly steps: Readonly<Record<string, StartupStepResult>>;
}
/** What is told to who sends requests here: no more than the state of each check. */
export interface ReadyBody {
    readonly status: HealthStatus;
    readonly checks: Readonly<Record<string, CheckStatus>>;
}
/** What is told to operators: every check with its age and duration. */
export interface DetailBody {
    readonly status: HealthStatus;
    readonly checks: Readonly<Record<string, CheckResult & {
        readonly critical: boolean;
    }>>;
}
/** What the probes of one service are answered, free of any HTTP framework. */
export interface Health {
    /** Whether the process works at all. Asks no dependency: restarting cannot mend one. */
    live(): HealthAnswer<LiveBody>;
    /**
     * Runs the start-up steps that are not done yet; joins the run that is under way.
     * @throws StartupStepError when one fails
     */
    start(): Promise<void>;
    /** Whether the start-up steps are done, at once: 503 until then. Sets them going where `start()` has not. */
    startup(): HealthAnswer<StartupBody>;
    /**
     * Whether to send requests here: 503 until the start-up steps are done, while shutting down, or when a critical
     * check is down. Never rejects.
     */
    ready(): Promise<HealthAnswer<ReadyBody>>;
    /** As `ready`, with durations and error codes. Error messages are never shown. */
    detail(): Promise<HealthAnswer<DetailBody>>;
}
/**
 * Liveness, readiness and detail, free of any HTTP framework. Results of checks are kept for `cacheMs`.
 * @throws LifecycleOptionError
 */
export declare function createHealth(options?: HealthOptions): Health;

// health-check.d.ts
import type { Clock } from '@holdfast/context/clock';
/** How a dependency is: `degraded` is still used; while a critical one is `down`, the service takes no requests. */
export type CheckStatus = 'up' | 'degraded' | 'down';
/**
 * Asks a dependency, sync or async. A throw, `false` or `'down'` is down, `'degraded'` is degraded, anything else is
 * up, so that `() => redis.ping()` is a check.
 * @param context `signal` aborts when the check has taken too long
 */
export type CheckFunction = (context: {
    readonly signal: AbortSignal;
}) => unknown;
/** What a check found, without a word that could give away its insides. */
export interface CheckResult {
    readonly status: CheckStatus;
    readonly durationMs: number;
    /** Epoch ms. */
    readonly checkedAt: number;
    /** Code or name of the error, never its message. */
    readonly error?: string;
}
export interface HealthCheck {
    /** The last result while it is fresh, else a new one; callers at the same time share it. Never rejects. */
    read(): Promise<CheckResult>;
}
export interface CheckSettings {
    readonly name: string;
    readonly check: CheckFunction;
    readonly cacheMs: number;
    readonly timeoutMs: number;
    readonly clock: Clock;
}
export declare function createHealthCheck(settings: CheckSettings): HealthCheck;

// warm-up.d.ts
import type { Clock } from '@holdfast/context/clock';
/** A step that must end once before the service takes requests: migrations, a cache to fill, a model to load. */
export type StartupFunction = () => unknown;
/** How far one start-up step is. */
export interface StartupStepResult {
    readonly status: 'waiting' | 'running' | 'done' | 'failed';
    /** How long it took, or has been running so far. 0 while it waits. */
    readonly durationMs: number;
    /** Calls of its function. */
    readonly attempts: number;
    /** Code or name of the last error, never its message. */
    readonly error?: string;
}
export interface WarmUp {
    readonly isDone: boolean;
    readonly steps: Readonly<Record<string, StartupStepResult>>;
    /**
     * Runs the steps that are not done, one after another; joins the run that is under way.
     * @throws StartupStepError, the steps after it not having run
     */
    run(): Promise<void>;
    /** As `run` for a probe: at most once within `retryMs` of a failure, and without an answer. */
    nudge(): void;
}
export interface WarmUpSettings {
    readonly steps: Readonly<Record<string, StartupFunction>>;
    readonly retryMs: number;
    readonly clock: Clock;
}
/**
 * A step has no limit of its own: to call it again while the first call goes on would do its work twice. The limit is
 * the orchestrator's, which restarts a container whose start-up probe fails for too long.
 */
export declare function createWarmUp({ steps: functions, retryMs, clock }: WarmUpSettings): WarmUp;

// server-drain.d.ts
import type { Server } from 'node:http';
import { type Clock } from '@holdfast/context/clock';
/** Ends the connections of an HTTP server without cutting a request. */
export interface ServerDrain extends Disposable {
    /** Open connections, those of upgraded protocols included. */
    readonly connections: number;
    /** From now on every answer asks the client to close the connection, so that clients move to other instances. */
    announce(): void;
    /** Takes no new connections, closes those that are idle now and those that become idle. */
    stopAccepting(): void;
    /** Resolves when the last connection is gone, after `stopAccepting`. */
    drained(): Promise<void>;
    /** Cuts every connection that is left. */
    destroy(): void;
    /** Stops watching the server; it and its connections stay as they are. */
    close(): void;
}
/**
 * Watches the connections of a server; call it before `listen()`. What it costs is paid for each connection, not
 * for each request.
 */
export declare function createServerDrain(server: Server, { clock }?: {
    clock?: Clock;
}): ServerDrain;
