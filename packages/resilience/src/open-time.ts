import type { ResolvedCircuitSettings } from './circuit-options.ts';

/** Keeps the power of the multiplier a finite number. */
const LONGEST_GROWTH = 64;

/** How long an open circuit stays open: longer after each trial that failed, and for ever once it was isolated. */
export class OpenTime {
  readonly #settings: ResolvedCircuitSettings;
  /** Since the circuit was last closed. */
  #failedTrials = 0;
  /** Monotonic ms; Infinity while isolated. */
  until = 0;

  constructor(settings: ResolvedCircuitSettings) {
    this.#settings = settings;
  }

  get isolated(): boolean {
    return this.until === Number.POSITIVE_INFINITY;
  }

  /** The circuit opens at `now`, monotonic ms. An isolated one stays isolated. */
  begin(now: number): void {
    if (this.isolated) return;
    const { resetTimeoutMs, resetTimeoutMultiplier, maxResetTimeoutMs, resetTimeoutJitterRatio, random } =
      this.#settings;
    const longestMs = Math.min(
      maxResetTimeoutMs,
      resetTimeoutMs * resetTimeoutMultiplier ** this.#failedTrials,
    );
    this.until = now + longestMs * (1 - resetTimeoutJitterRatio * random());
  }

  trialFailed(): void {
    this.#failedTrials = Math.min(LONGEST_GROWTH, this.#failedTrials + 1);
  }

  isolate(): void {
    this.until = Number.POSITIVE_INFINITY;
  }

  /** The circuit has closed: the next open time is the first again. */
  clear(): void {
    this.#failedTrials = 0;
    this.until = 0;
  }

  /** How long to wait before asking again, ms. Nobody knows when an isolated circuit is closed: one open time. */
  retryAfterMs(now: number): number {
    return this.isolated ? this.#settings.resetTimeoutMs : this.until - now;
  }
}
