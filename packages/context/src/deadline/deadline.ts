import type { Clock, Timer } from '../clock.ts';
import { DeadlineExceededError } from '../errors.ts';

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
export class Deadline implements DeadlineLike {
  readonly at: number;
  readonly external: AbortSignal | undefined;
  readonly #clock: Clock;
  #signal: AbortSignal | undefined;
  #timer: Timer | undefined;

  /** @param external joins the signals of every deadline around this one; their times are never earlier than `at` */
  constructor(clock: Clock, at: number, external: AbortSignal | undefined) {
    this.at = at;
    this.external = external;
    this.#clock = clock;
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
    const { external } = this;
    if (this.at === Number.POSITIVE_INFINITY) return external;
    const controller = new AbortController();
    const expire = () => controller.abort(new DeadlineExceededError());
    const remainingMs = this.remainingMs();
    if (remainingMs === 0) expire();
    else this.#timer = this.#clock.setTimer(expire, remainingMs);
    return external === undefined ? controller.signal : AbortSignal.any([external, controller.signal]);
  }
}
