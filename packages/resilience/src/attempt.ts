import type { Clock } from '@holdfast/context/clock';
import { contextStorage } from '@holdfast/context/storage';
import type { EngineWork } from './breaker-engine.ts';
import type { Lane } from './bulkhead-lane.ts';
import type { BulkheadSlots } from './bulkhead-slots.ts';
import { type AttemptOperation, attemptChannel } from './channels.ts';
import type { DeadlineList } from './deadline-list.ts';
import { NoTimeLeftError } from './errors.ts';
import { TimedRun } from './timed-run.ts';

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
export class Attempt<R> implements EngineWork<R> {
  readonly number: number;
  /** The attempt's own limit in ms, Infinity for none. */
  limitMs: number;
  /** The circuit's note of when the call was let in. */
  ticket: object | undefined = undefined;
  /** For whom the bulkhead counts the call, where the caller says so. */
  key: string | undefined = undefined;
  /** Whether the function was called. */
  began = false;
  /** When the function was called, monotonic ms. */
  startedAt = 0;
  readonly #limits: AttemptLimits;
  readonly #fn: AnyFunction;
  readonly #args: readonly unknown[];
  #run: TimedRun | undefined = undefined;
  /** Whose place in the bulkhead the call holds. */
  #lane: Lane | undefined = undefined;

  constructor(
    limits: AttemptLimits,
    fn: AnyFunction,
    args: readonly unknown[],
    limitMs: number,
    number: number,
  ) {
    this.#limits = limits;
    this.#fn = fn;
    this.#args = args;
    this.limitMs = limitMs;
    this.number = number;
  }

  /** Whether the limit passed before the function settled. */
  get timedOut(): boolean {
    return this.#run?.timedOut ?? false;
  }

  /** Whether the caller gave up, which says nothing about the dependency. */
  get wasCancelled(): boolean {
    return this.#run?.wasCancelled ?? false;
  }

  /** Aborts at the limit, or when the caller gives up. */
  get signal(): AbortSignal {
    return this.#run?.signal ?? new AbortController().signal;
  }

  /** Waits for a place if there is a bulkhead, then calls the function. Never throws. */
  start(): Promise<R> {
    const { bulkhead } = this.#limits;
    if (bulkhead === undefined) return this.#enter(undefined);
    const lane = bulkhead.laneFor(this.key, this.#args);
    if (bulkhead.tryEnter(lane)) return this.#enter(lane);
    return bulkhead.enter(lane).then(() => this.#enter(lane));
  }

  /** Calls the function: what it throws becomes a rejection, what it returns a promise. */
  call(): Promise<R> {
    this.began = true;
    try {
      return Promise.resolve(this.#fn.apply(undefined, this.#args as never[]) as R | PromiseLike<R>);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  /** Gives the place in the bulkhead back, once. */
  leave(): void {
    const lane = this.#lane;
    if (lane === undefined) return;
    this.#lane = undefined;
    this.#limits.bulkhead?.release(lane);
  }

  #enter(lane: Lane | undefined): Promise<R> {
    this.#lane = lane;
    if (!attemptChannel.hasSubscribers) return this.#begin();
    const operation: AttemptOperation = { name: this.#limits.name, attempt: this.number };
    return attemptChannel.tracePromise(() => this.#begin(), operation);
  }

  #begin(): Promise<R> {
    const scope = contextStorage.getStore();
    const outer = scope?.deadline;
    this.startedAt = this.#limits.clock.now();
    let { limitMs } = this;
    if (outer === undefined && limitMs === Number.POSITIVE_INFINITY) return this.#runUnlimited();
    if (outer !== undefined) {
      if (outer.external?.aborted === true) return this.#refuse(outer.external.reason);
      const remainingMs = outer.remainingMs();
      if (remainingMs <= 0) return this.#refuse(new NoTimeLeftError(this.#limits.name));
      limitMs = Math.min(limitMs, remainingMs);
    }
    this.#run = new TimedRun(this.#limits, this, outer?.external, limitMs);
    return this.#run.run(scope) as Promise<R>;
  }

  #runUnlimited(): Promise<R> {
    const work = this.call();
    if (this.#lane !== undefined) {
      const leave = () => this.leave();
      work.then(leave, leave);
    }
    return work;
  }

  #refuse(reason: unknown): Promise<never> {
    this.leave();
    return Promise.reject(reason as Error);
  }
}
