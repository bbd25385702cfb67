import { Attempt, type AttemptLimits } from './attempt.ts';
import type { CircuitSnapshot } from './channels.ts';
import { Circuit } from './circuit.ts';
import type { CircuitEvents } from './circuit-listeners.ts';
import { type CircuitBreakerOptions, resolveCircuitSettings } from './circuit-options.ts';
import {
  type CircuitMode,
  type CircuitState,
  type PrometheusState,
  prometheusState,
} from './circuit-state.ts';
import type { CircuitMetrics, CircuitStats } from './circuit-statistics.ts';
import { DeadlineList } from './deadline-list.ts';
import { answerInstead } from './fallback.ts';
import { LiveObjects } from './live-objects.ts';
import { OpossumEngine } from './opossum-engine.ts';
import { functionOption, requiredFunction } from './options.ts';

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
  getMetrics(): CircuitMetrics & { readonly name: string };
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
  executeWithFallback<F>(
    fallback: (...args: [...Args, error: unknown]) => F | PromiseLike<F>,
    ...args: Args
  ): Promise<R | F>;
}

/** A circuit breaker around whatever operation it is given. */
export interface OperationCircuitBreaker extends CircuitBreakerControl {
  /**
   * Calls the operation, or refuses.
   * @throws CircuitOpenError when the circuit is open; CallTimeoutError; whatever the operation throws
   */
  execute<R>(operation: () => R | PromiseLike<R>): Promise<R>;
  /** As `execute`, with an answer for this call should it fail or be refused. */
  executeWithFallback<R, F>(
    fallback: (error: unknown) => F | PromiseLike<F>,
    operation: () => R | PromiseLike<R>,
  ): Promise<R | F>;
}

/** A circuit breaker around one function, or without type arguments around any operation. */
export type CircuitBreaker<Args extends readonly unknown[] = never, R = unknown> = [Args] extends [never]
  ? OperationCircuitBreaker
  : FunctionCircuitBreaker<Args, R>;

/** Both ways to make a circuit breaker. */
export interface CircuitBreakerConstructor {
  new (options: CircuitBreakerOptions<readonly []>): OperationCircuitBreaker;
  new <Args extends unknown[], R, F = never>(
    fn: (...args: Args) => R | PromiseLike<R>,
    options?: CircuitBreakerOptions<Args, F>,
  ): FunctionCircuitBreaker<Args, R | F>;
  readonly prototype: CircuitBreakerControl;
}

type AnyFunction = (...args: unknown[]) => unknown;
type AnyFallback = (...args: unknown[]) => unknown;

const NO_ARGS: readonly unknown[] = Object.freeze([]);
const liveCircuits = new LiveObjects('resilience.circuit');
const circuits = new WeakMap<object, Circuit>();

/** The circuit inside a breaker, for a policy that composes it. Undefined for anything else. */
export function circuitOf(breaker: object): Circuit | undefined {
  return circuits.get(breaker);
}

class CircuitBreakerObject implements CircuitBreakerControl {
  readonly #circuit: Circuit;
  readonly #limits: AttemptLimits;
  readonly #fn: AnyFunction | undefined;
  readonly #fallback: AnyFallback | undefined;

  constructor(first: AnyFunction | CircuitBreakerOptions, second: CircuitBreakerOptions = {}) {
    const options = typeof first === 'function' ? second : first;
    this.#fn = typeof first === 'function' ? first : undefined;
    const settings = resolveCircuitSettings(options, this.#fn);
    functionOption('fallback', options.fallback);
    this.#fallback = options.fallback as AnyFallback | undefined;
    const { name, clock, timeoutMs } = settings;
    this.#circuit = new Circuit(settings, new OpossumEngine(name));
    const deadlines = timeoutMs === Number.POSITIVE_INFINITY ? undefined : new DeadlineList(clock, timeoutMs);
    this.#limits = { name, clock, bulkhead: undefined, deadlines };
    circuits.set(this, this.#circuit);
    liveCircuits.add(this);
  }

  get name(): string {
    return this.#circuit.name;
  }

  get state(): CircuitState {
    return this.#circuit.state;
  }

  get mode(): CircuitMode {
    return this.#circuit.mode;
  }

  get isolated(): boolean {
    return this.#circuit.isolated;
  }

  setMode(mode: CircuitMode): void {
    this.#circuit.mode = mode;
  }

  fire(...args: unknown[]): Promise<unknown> {
    return this.#call(args);
  }

  execute(...args: unknown[]): Promise<unknown> {
    return this.#call(args);
  }

  /** The fallback of a call is the caller's own, and answers in every mode. */
  executeWithFallback(fallback: AnyFallback, ...args: unknown[]): Promise<unknown> {
    return this.#answerInstead(this.#run(args), fallback, args);
  }

  getStats(): CircuitStats {
    return this.#circuit.statistics.stats(this.state);
  }

  getMetrics(): CircuitMetrics & { readonly name: string } {
    const { statistics, listeners } = this.#circuit;
    return { name: this.name, ...statistics.metrics(this.state, listeners.guard.failures) };
  }

  getPrometheusState(): PrometheusState {
    return prometheusState(this.state);
  }

  snapshot(): CircuitSnapshot {
    return { ...this.getMetrics(), prometheusState: this.getPrometheusState() };
  }

  open(): void {
    this.#circuit.open();
  }

  isolate(): void {
    this.#circuit.isolate();
  }

  close(): void {
    this.#circuit.close();
  }

  reset(): void {
    this.#circuit.reset();
  }

  on<E extends keyof CircuitEvents>(event: E, listener: (...args: CircuitEvents[E]) => unknown): this {
    this.#circuit.listeners.emitter.on(event, listener);
    return this;
  }

  off<E extends keyof CircuitEvents>(event: E, listener: (...args: CircuitEvents[E]) => unknown): this {
    this.#circuit.listeners.emitter.off(event, listener);
    return this;
  }

  #call(args: unknown[]): Promise<unknown> {
    const result = this.#run(args);
    if (this.#fallback === undefined || this.mode !== 'enforce') return result;
    return this.#answerInstead(result, this.#fallback, args);
  }

  #run(args: unknown[]): Promise<unknown> {
    const attempt =
      this.#fn === undefined
        ? new Attempt<unknown>(this.#limits, operationOf(args), NO_ARGS, Number.POSITIVE_INFINITY, 1)
        : new Attempt<unknown>(this.#limits, this.#fn, args, Number.POSITIVE_INFINITY, 1);
    return this.#circuit.run(attempt);
  }

  #answerInstead(
    result: Promise<unknown>,
    fallback: AnyFallback,
    args: readonly unknown[],
  ): Promise<unknown> {
    return answerInstead(result, fallback, this.#fn === undefined ? NO_ARGS : args, this.#circuit);
  }
}

function operationOf(args: readonly unknown[]): AnyFunction {
  const [operation] = args;
  requiredFunction('operation', operation);
  return operation as AnyFunction;
}

/**
 * A circuit breaker: `new CircuitBreaker(options)` runs any operation, `new CircuitBreaker(fn, options)` one function.
 * @throws ResilienceOptionError for an option that cannot be used
 */
export const CircuitBreaker: CircuitBreakerConstructor =
  CircuitBreakerObject as unknown as CircuitBreakerConstructor;

/**
 * A circuit breaker around `fn`.
 * @example createCircuitBreaker(chargeCard, { name: 'payments', timeout: 5000 })
 * @throws ResilienceOptionError for an option that cannot be used
 */
export function createCircuitBreaker<Args extends unknown[], R, F = never>(
  fn: (...args: Args) => R | PromiseLike<R>,
  options: CircuitBreakerOptions<Args, F> = {},
): FunctionCircuitBreaker<Args, R | F> {
  requiredFunction('fn', fn);
  return new CircuitBreaker(fn, options);
}
