import type { Clock, Timer } from './clock.ts';
import { DeadlineExceededError } from './errors.ts';

/** A point in time, and an AbortSignal that is made when somebody asks for it. */
export class Deadline {
  /** Monotonic ms; Infinity where only the outer signal can end the work. */
  readonly at: number;
  readonly #clock: Clock;
  readonly #outer: AbortSignal | undefined;
  #signal: AbortSignal | undefined;
  #timer: Timer | undefined;

  constructor(clock: Clock, at: number, outer: AbortSignal | undefined) {
    this.at = at;
    this.#clock = clock;
    this.#outer = outer;
  }

  remainingMs(): number {
    return Math.max(0, this.at - this.#clock.now());
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
    if (this.at === Number.POSITIVE_INFINITY) return this.#outer;
    const controller = new AbortController();
    const expire = () => controller.abort(new DeadlineExceededError());
    const remainingMs = this.remainingMs();
    if (remainingMs === 0) expire();
    else this.#timer = this.#clock.setTimer(expire, remainingMs);
    return this.#outer === undefined ? controller.signal : AbortSignal.any([this.#outer, controller.signal]);
  }
}
