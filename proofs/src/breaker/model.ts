/** What the documents say about a circuit, written down once more and without knowing how it is built. */

export interface ModelSettings {
  /** Failures in a row that open. */
  readonly failureThreshold: number;
  /** Failed share, in percent, that opens, once `volumeThreshold` calls have settled. */
  readonly errorThresholdPercentage: number;
  readonly volumeThreshold: number;
  readonly successThreshold: number;
  readonly halfOpenMaxCalls: number;
  readonly resetTimeoutMs: number;
  readonly timeoutMs: number;
}

export type ModelState = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

/** How a call ends: `neutral` says nothing about the dependency. */
export type Outcome = 'success' | 'failure' | 'neutral';

/** A call that was let in, by the period in which it began. */
export interface ModelCall {
  readonly period: number;
  readonly deadlineAt: number;
}

export class CircuitModel {
  readonly #settings: ModelSettings;
  #now = 0;
  #state: ModelState = 'CLOSED';
  /** Grows with every change of state: an outcome counts only in the period of its call. */
  #period = 0;
  #openedAt = 0;
  #trialsRunning = 0;
  #trialSuccesses = 0;
  #successes = 0;
  #failures = 0;
  #streak = 0;

  constructor(settings: ModelSettings) {
    this.#settings = settings;
  }

  get state(): ModelState {
    return this.#state;
  }

  get now(): number {
    return this.#now;
  }

  /** Moves to a later time; what falls due until then is for the caller to settle first. */
  moveTo(now: number): void {
    this.#now = now;
  }

  /** A call is asked for: what it becomes, or undefined where it is refused. */
  call(): ModelCall | undefined {
    const { resetTimeoutMs, halfOpenMaxCalls, timeoutMs } = this.#settings;
    if (this.#state === 'OPEN' && this.#now - this.#openedAt >= resetTimeoutMs) this.#enter('HALF_OPEN');
    if (this.#state === 'OPEN') return undefined;
    if (this.#state === 'HALF_OPEN') {
      if (this.#trialsRunning >= halfOpenMaxCalls) return undefined;
      this.#trialsRunning += 1;
    }
    return { period: this.#period, deadlineAt: this.#now + timeoutMs };
  }

  /** Whether the outcome of this call still says something. */
  counts(call: ModelCall): boolean {
    return call.period === this.#period;
  }

  settle(call: ModelCall, outcome: Outcome): void {
    if (!this.counts(call)) return;
    if (this.#state === 'HALF_OPEN') this.#settleTrial(outcome);
    else this.#settleClosed(outcome);
  }

  /** So much time passes without a call that the window is empty. */
  forget(): void {
    this.#successes = this.#failures = this.#streak = 0;
  }

  #settleTrial(outcome: Outcome): void {
    this.#trialsRunning -= 1;
    if (outcome === 'failure') this.#enter('OPEN');
    if (outcome !== 'success') return;
    this.#trialSuccesses += 1;
    if (this.#trialSuccesses >= this.#settings.successThreshold) this.#enter('CLOSED');
  }

  #settleClosed(outcome: Outcome): void {
    if (outcome === 'neutral') return;
    if (outcome === 'success') {
      this.#successes += 1;
      this.#streak = 0;
      return;
    }
    this.#failures += 1;
    this.#streak += 1;
    if (this.#trips()) this.#enter('OPEN');
  }

  #trips(): boolean {
    const { failureThreshold, errorThresholdPercentage, volumeThreshold } = this.#settings;
    const volume = this.#successes + this.#failures;
    if (volume < volumeThreshold) return false;
    return this.#streak >= failureThreshold || this.#failures * 100 >= errorThresholdPercentage * volume;
  }

  #enter(state: ModelState): void {
    this.#state = state;
    this.#period += 1;
    this.#trialsRunning = this.#trialSuccesses = 0;
    this.forget();
    if (state === 'OPEN') this.#openedAt = this.#now;
  }
}
