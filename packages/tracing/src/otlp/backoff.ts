import type { Clock } from '@holdfast/context/clock';

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;
/** A collector may ask for a longer wait, within reason: the queue is bounded and drops meanwhile. */
const LONGEST_RETRY_AFTER_MS = 300_000;

/** Waits between attempts: doubling with full jitter, or as long as the collector asked for. */
export class Backoff {
  readonly #clock: Clock;
  readonly #random: () => number;
  #wake: (() => void) | undefined;

  constructor(clock: Clock, random: () => number = Math.random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** @param attempt the attempt that just failed, 1-based */
  async wait(attempt: number, retryAfterMs: number | undefined): Promise<void> {
    const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
    const delayMs =
      retryAfterMs === undefined ? this.#random() * ceiling : Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = this.#clock.setTimer(resolve, delayMs);
    await promise;
    timer.cancel();
    this.#wake = undefined;
  }

  /** Ends the wait under way: somebody flushes. */
  hurry(): void {
    this.#wake?.();
  }
}
