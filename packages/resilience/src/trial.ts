import type { ResolvedCircuitSettings } from './circuit-options.ts';

/** The calls that decide whether a half-open circuit closes. */
export class Trial {
  readonly #places: number;
  readonly #neededSuccesses: number;
  readonly #limitMs: number;
  #active = 0;
  #successes = 0;
  #lastAdmittedAt = 0;

  constructor(settings: ResolvedCircuitSettings) {
    this.#places = settings.halfOpenMaxCalls;
    this.#neededSuccesses = settings.successThreshold;
    this.#limitMs = settings.probeTimeoutMs;
  }

  /** Takes a place for a trial call at `now`, monotonic ms; false when all are taken. */
  admit(now: number): boolean {
    if (this.#active >= this.#places) return false;
    this.#active += 1;
    this.#lastAdmittedAt = now;
    return true;
  }

  /**
   * Whether no trial call has answered in time. Each has a limit of its own, but not one that began in monitor mode.
   */
  isStuck(now: number): boolean {
    return now - this.#lastAdmittedAt > this.#limitMs;
  }

  /** A trial call has succeeded; true when it was the last one needed. */
  succeeded(): boolean {
    this.giveBack();
    this.#successes += 1;
    return this.#successes >= this.#neededSuccesses;
  }

  /** A trial call says nothing about the dependency: another may take its place. */
  giveBack(): void {
    this.#active -= 1;
  }
}
