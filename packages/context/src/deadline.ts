import type { Clock, Timer } from './clock.ts';
import { DeadlineExceededError } from './errors.ts';

/** What a scope knows of the end of its work. Made here, or by a package with a limit of its own. */
export interface DeadlineLike {
  /** Monotonic ms; Infinity where only a signal can end the work. */
  readonly at: number;
  /** Whether something other than time can end the work. */
  readonly cancellable: boolean;
  /** Aborts when the work must end; made when first read. */
  readonly signal: AbortSignal | undefined;
  remainingMs(): number;
  /** Frees what the deadline holds: the work is over. */
  release(): void;
}

/** A point in time, and an AbortSignal that is made when somebody asks for it. */
export class Deadline implements DeadlineLike {
  /** Monotonic ms; Infinity where only `external` can end the work. */
  readonly at: number;
  /** What else can end the work; the time of an outer deadline is never earlier than `at`. */
  readonly external: AbortSignal | undefined;
  readonly #clock: Clock;
  #signal: AbortSignal | undefined;
  #timer: Timer | undefined;

  constructor(clock: Clock, at: number, external: AbortSignal | undefined) {
    this.at = at;
    this.#clock = clock;
    this.external = external;
  }

  remainingMs(): number {
    return Math.max(0, this.at - this.#clock.now());
  }

  get cancellable(): boolean {
    return this.#outer !== undefined;
  }

  get signal(): AbortSignal | undefined {
    return (this.#signal ??= this.#makeSignal());
  }

  /** Ends the timer: what the deadline was for is over, and the signal stays as it is. */
  release(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #makeSignal(): AbortSignal | undefined {
    if (this.at === Number.POSITIVE_INFINITY) return this.external;
    const controller = new AbortController();
    const expire = () => controller.abort(new DeadlineExceededError());
    const remainingMs = this.remainingMs();
    if (remainingMs === 0) expire();
    else this.#timer = this.#clock.setTimer(expire, remainingMs);
    return this.external === undefined
      ? controller.signal
      : AbortSignal.any([this.external, controller.signal]);
  }
}
