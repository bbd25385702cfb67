import { AsyncLocalStorage } from 'node:async_hooks';
import type { Timer } from '@holdfast/context/clock';
import { contextStorage, type DeadlineLike, Scope } from '@holdfast/context/storage';
import type { Attempt, AttemptLimits } from './attempt.ts';
import type { DeadlineEntry } from './deadline-list.ts';
import { CallTimeoutError } from './errors.ts';

/**
 * An attempt under a time limit. It is the deadline of the context in which the function runs, so `currentSignal()` and
 * `remainingMs()` speak of it. An AbortController is made only when the signal is read: most functions never do.
 */
export class TimedRun implements DeadlineLike, DeadlineEntry {
  readonly at: number;
  /** What other than time can end the run: the signal of the caller's context. */
  readonly external: AbortSignal | undefined;
  timedOut = false;
  previous: DeadlineEntry | undefined = undefined;
  next: DeadlineEntry | undefined = undefined;
  listed = false;
  readonly #limits: AttemptLimits;
  readonly #attempt: Attempt<unknown>;
  readonly #limitMs: number;
  #resolve: ((value: unknown) => void) | undefined = undefined;
  #reject: ((error: unknown) => void) | undefined = undefined;
  #timer: Timer | undefined = undefined;
  #controller: AbortController | undefined = undefined;
  #signal: AbortSignal | undefined = undefined;
  #inContextOfReader: ((abort: () => void) => void) | undefined = undefined;
  #endReason: unknown = undefined;

  /** @param limitMs above 0; Infinity where only the caller's signal can end the run */
  constructor(
    limits: AttemptLimits,
    attempt: Attempt<unknown>,
    external: AbortSignal | undefined,
    limitMs: number,
  ) {
    this.#limits = limits;
    this.#attempt = attempt;
    this.external = external;
    this.#limitMs = limitMs;
    this.at = attempt.startedAt + limitMs;
  }

  get wasCancelled(): boolean {
    return this.external?.aborted === true;
  }

  get signal(): AbortSignal {
    return (this.#signal ??= this.#makeSignal());
  }

  remainingMs(): number {
    return Math.max(0, this.at - this.#limits.clock.now());
  }

  /** Runs the attempt's function in a scope of its own inside `outer`. */
  run(outer: Scope | undefined): Promise<unknown> {
    const result = new Promise<unknown>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#arm();
    const scope = new Scope(outer);
    scope.deadline = this;
    contextStorage.run(scope, callAttempt, this.#attempt).then(
      (value) => {
        this.#settled();
        this.#resolve?.(value);
      },
      (error: unknown) => {
        this.#settled();
        this.#reject?.(error);
      },
    );
    return result;
  }

  /** The limit has passed. Called in the context of a shared timer. */
  expire(): void {
    this.timedOut = true;
    this.#endEarly(new CallTimeoutError(this.#limits.name, this.#limitMs));
  }

  /** The caller's signal has aborted. */
  handleEvent(): void {
    this.#endEarly(this.external?.reason);
  }

  /** Takes the run out of the list, timer and signal that could end it. */
  release(): void {
    this.#limits.deadlines?.remove(this);
    this.#timer?.cancel();
    this.#timer = undefined;
    this.external?.removeEventListener('abort', this);
  }

  #arm(): void {
    const { clock, deadlines } = this.#limits;
    const limitMs = this.#limitMs;
    if (deadlines !== undefined && limitMs === deadlines.durationMs) deadlines.add(this);
    else if (limitMs !== Number.POSITIVE_INFINITY) this.#timer = clock.setTimer(() => this.expire(), limitMs);
    this.external?.addEventListener('abort', this);
  }

  #settled(): void {
    this.release();
    this.#attempt.leave();
  }

  /** The caller goes on; the work is told to stop and keeps its place until it does, or its grace is over. */
  #endEarly(reason: unknown): void {
    this.release();
    this.#endReason = reason;
    this.#reject?.(reason);
    const graceMs = this.#limits.bulkhead?.abortGraceMs ?? Number.POSITIVE_INFINITY;
    if (graceMs !== Number.POSITIVE_INFINITY) {
      this.#timer = this.#limits.clock.setTimer(() => this.#attempt.leave(), graceMs);
    }
    this.#inContextOfReader?.(() => this.#controller?.abort(reason));
  }

  #makeSignal(): AbortSignal {
    const controller = new AbortController();
    this.#controller = controller;
    // An abort listener belongs to whoever asked for the signal, not to the shared timer that ends the call.
    this.#inContextOfReader = AsyncLocalStorage.snapshot();
    if (this.#endReason !== undefined) controller.abort(this.#endReason);
    const { external } = this;
    return external === undefined ? controller.signal : AbortSignal.any([external, controller.signal]);
  }
}

function callAttempt(this: void, attempt: Attempt<unknown>): Promise<unknown> {
  return attempt.call();
}
