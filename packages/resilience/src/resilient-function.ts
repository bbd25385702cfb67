import { withDeadline } from '@holdfast/context';
import { type Clock, systemClock } from '@holdfast/context/clock';
import { Attempt, type AttemptLimits } from './attempt.ts';
import { type Bulkhead, type BulkheadStats, createBulkhead, slotsOf } from './bulkhead.ts';
import type { BulkheadOptions } from './bulkhead-options.ts';
import type { Circuit } from './circuit.ts';
import { type CircuitBreakerControl, circuitOf, createCircuitBreaker } from './circuit-breaker.ts';
import type { CircuitBreakerSettings } from './circuit-options.ts';
import type { CircuitStats } from './circuit-statistics.ts';
import { DeadlineList } from './deadline-list.ts';
import { classifyFailure, isAnswerable } from './failure-class.ts';
import { durationOption, functionOption, nameOption, requiredFunction } from './options.ts';
import { createRetryBudget, type RetryBudget } from './retry-budget.ts';
import { type RetryOptions, resolveRetryOptions } from './retry-options.ts';
import { type Retryable, RetryPolicy, type RetryStats } from './retry-policy.ts';

export interface ResilientFunctionOptions<Args extends readonly unknown[] = readonly unknown[], F = unknown> {
  /** Default: the circuit's name, the bulkhead's, the function's. */
  name?: string;
  /** Settings of a circuit of its own, or a breaker to share with other functions of the same dependency. */
  circuitBreaker?: CircuitBreakerSettings | CircuitBreakerControl;
  /** `budget` is one of its own unless given; `false` for none. */
  retry?: Omit<RetryOptions, 'budget'> & { budget?: RetryBudget | false };
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

type AnyFunction = (...args: unknown[]) => unknown;

class ResilientFunctionObject implements Retryable<readonly unknown[], unknown> {
  readonly name: string;
  readonly #fn: AnyFunction;
  readonly #limits: AttemptLimits;
  readonly #timeoutMs: number;
  readonly #deadlineMs: number;
  readonly #fallback: AnyFunction | undefined;
  readonly #breaker: CircuitBreakerControl | undefined;
  readonly #circuit: Circuit | undefined;
  readonly #bulkhead: Bulkhead | undefined;
  readonly #retry: RetryPolicy | undefined;

  constructor(fn: AnyFunction, options: ResilientFunctionOptions) {
    requiredFunction('fn', fn);
    functionOption('fallback', options.fallback);
    const clock = options.clock ?? systemClock;
    this.#fn = fn;
    this.#fallback = options.fallback as AnyFunction | undefined;
    this.#timeoutMs = durationOption('timeoutMs', options.timeoutMs, Number.POSITIVE_INFINITY);
    this.#deadlineMs = durationOption('deadlineMs', options.deadlineMs, Number.POSITIVE_INFINITY);
    this.#bulkhead = bulkheadOf(options, clock);
    this.#breaker = breakerOf(options, fn, clock);
    this.#circuit = this.#breaker === undefined ? undefined : circuitOf(this.#breaker);
    this.name = nameOption('name', options.name ?? this.#breaker?.name ?? this.#bulkhead?.name, fn);
    this.#retry = retryOf(options, this.name, clock);
    this.#limits = {
      name: this.name,
      clock,
      bulkhead: this.#bulkhead === undefined ? undefined : slotsOf(this.#bulkhead),
      deadlines: deadlinesFor(
        Math.min(this.#timeoutMs, this.#circuit?.timeoutMs ?? Number.POSITIVE_INFINITY),
        clock,
      ),
    };
  }

  execute(...args: unknown[]): Promise<unknown> {
    const result =
      this.#deadlineMs === Number.POSITIVE_INFINITY
        ? this.#run(args)
        : withDeadline(this.#deadlineMs, () => this.#run(args), { clock: this.#limits.clock });
    return this.#fallback === undefined ? result : this.#answerInstead(result, this.#fallback, args);
  }

  runAttempt(args: readonly unknown[], number: number): Promise<unknown> {
    const attempt = new Attempt<unknown>(this.#limits, this.#fn, args, this.#timeoutMs, number);
    return this.#circuit === undefined ? attempt.start() : this.#circuit.run(attempt);
  }

  getStats(): ResilientFunctionStats {
    return {
      name: this.name,
      ...(this.#breaker !== undefined && { circuitBreaker: this.#breaker.getStats() }),
      ...(this.#retry !== undefined && { retry: this.#retry.getStats() }),
      ...(this.#bulkhead !== undefined && { bulkhead: this.#bulkhead.getStats() }),
    };
  }

  #run(args: readonly unknown[]): Promise<unknown> {
    return this.#retry === undefined ? this.runAttempt(args, 1) : this.#retry.run(this, args);
  }

  async #answerInstead(
    result: Promise<unknown>,
    fallback: AnyFunction,
    args: readonly unknown[],
  ): Promise<unknown> {
    try {
      return await result;
    } catch (error) {
      const answerable = this.#circuit?.mayAnswerInstead(error) ?? isAnswerable(classifyFailure(error));
      if (!answerable) throw error;
      const answer = await fallback(...args, error);
      this.#circuit?.answeredByFallback(error);
      return answer;
    }
  }
}

function bulkheadOf({ bulkhead }: ResilientFunctionOptions, clock: Clock): Bulkhead | undefined {
  if (bulkhead === undefined || slotsOf(bulkhead) !== undefined) return bulkhead as Bulkhead | undefined;
  return createBulkhead({ clock, ...(bulkhead as BulkheadOptions) });
}

function breakerOf(
  { circuitBreaker, timeoutMs }: ResilientFunctionOptions,
  fn: AnyFunction,
  clock: Clock,
): CircuitBreakerControl | undefined {
  if (circuitBreaker === undefined) return undefined;
  if (circuitOf(circuitBreaker) !== undefined) return circuitBreaker as CircuitBreakerControl;
  const settings = circuitBreaker as CircuitBreakerSettings;
  // Where the attempts have a limit of their own, the circuit's default must not cut them short.
  const timeout = settings.timeout ?? (timeoutMs === undefined ? undefined : false);
  return createCircuitBreaker(fn, { clock, ...settings, ...(timeout !== undefined && { timeout }) });
}

function retryOf(options: ResilientFunctionOptions, name: string, clock: Clock): RetryPolicy | undefined {
  if (options.retry === undefined) return undefined;
  const { budget, ...retry } = options.retry;
  const shared = budget === undefined ? createRetryBudget({ clock: retry.clock ?? clock }) : budget;
  return new RetryPolicy(
    resolveRetryOptions({ name, clock, ...retry, ...(shared !== false && { budget: shared }) }),
  );
}

function deadlinesFor(durationMs: number, clock: Clock): DeadlineList | undefined {
  return durationMs === Number.POSITIVE_INFINITY ? undefined : new DeadlineList(clock, durationMs);
}

/**
 * Makes `fn` survive the failure of what it calls. The parts work in this order, each left out where it is not given:
 * fallback, total deadline, retry, circuit breaker, bulkhead, attempt timeout, call. A refusal by the circuit or the
 * bulkhead is never retried.
 * @throws ResilienceOptionError for an option that cannot be used
 */
export function createResilientFunction<Args extends unknown[], R, F = never>(
  fn: (...args: Args) => R | PromiseLike<R>,
  options: ResilientFunctionOptions<Args, F> = {},
): ResilientFunction<Args, R | F> {
  return new ResilientFunctionObject(
    fn as unknown as AnyFunction,
    options as unknown as ResilientFunctionOptions,
  ) as unknown as ResilientFunction<Args, R | F>;
}
