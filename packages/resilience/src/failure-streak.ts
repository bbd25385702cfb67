/** Whether as many failures as the threshold came one after the other within the window. */
export class FailureStreak {
  readonly #threshold: number;
  readonly #windowMs: number;
  /** When the last failures were, as a ring. */
  readonly #times: number[] = [];
  #length = 0;

  /** @param threshold 1 or more; Infinity never reports a streak */
  constructor(threshold: number, windowMs: number) {
    this.#threshold = threshold;
    this.#windowMs = windowMs;
  }

  /** A failure at `now`, monotonic ms. True when it completes a streak. */
  add(now: number): boolean {
    if (this.#threshold === Number.POSITIVE_INFINITY) return false;
    this.#times[this.#length % this.#threshold] = now;
    this.#length += 1;
    if (this.#length < this.#threshold) return false;
    const first = this.#times[this.#length % this.#threshold] ?? now;
    return now - first < this.#windowMs;
  }

  /** A success ends the streak. */
  clear(): void {
    this.#length = 0;
  }
}
