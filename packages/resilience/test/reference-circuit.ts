/**
 * A second circuit breaker, written by hand and as plainly as possible, to be compared with the real one: no engine, no
 * ring, no promise. It keeps every outcome in a list and counts the list.
 */
export interface ReferenceSettings {
  readonly failureThreshold: number | false;
  readonly errorThresholdPercentage: number | false;
  readonly volumeThreshold: number;
  readonly successThreshold: number;
  readonly halfOpenMaxCalls: number;
  readonly resetTimeout: number;
  readonly windowSize: number;
  /** The limit of each call; `false` leaves only that of trial calls, `probeTimeoutMs`. */
  readonly timeout: number | false;
  readonly probeTimeoutMs: number;
}

export type ReferenceOutcome = 'success' | 'failure' | 'ignored';

interface ReferenceCall {
  readonly era: number;
  readonly trial: boolean;
  readonly expiresAt: number;
  open: boolean;
}

export class ReferenceCircuit {
  state: 'CLOSED' | 'OPEN' | 'HALF_OPEN' = 'CLOSED';
  readonly calls: ReferenceCall[] = [];
  successes = 0;
  failures = 0;
  rejections = 0;
  readonly #settings: ReferenceSettings;
  #now = 0;
  #era = 0;
  #openedAt = 0;
  #outcomes: { slice: number; failed: boolean }[] = [];
  #streak: number[] = [];

  constructor(settings: ReferenceSettings) {
    this.#settings = settings;
  }

  /** A call is asked for; true when it is let in, and then it is the next entry of `calls`. */
  ask(): boolean {
    if (this.state === 'OPEN' && this.#now >= this.#openedAt + this.#settings.resetTimeout)
      this.#enter('HALF_OPEN');
    const trial = this.state === 'HALF_OPEN';
    const underWay = this.calls.filter((call) => call.open && call.era === this.#era).length;
    if (this.state === 'OPEN' || (trial && underWay >= this.#settings.halfOpenMaxCalls)) {
      this.rejections += 1;
      return false;
    }
    const { timeout, probeTimeoutMs } = this.#settings;
    const ownLimit = timeout === false ? Number.POSITIVE_INFINITY : timeout;
    const limit = trial ? Math.min(ownLimit, probeTimeoutMs) : ownLimit;
    this.calls.push({ era: this.#era, trial, expiresAt: this.#now + limit, open: true });
    return true;
  }

  settle(index: number, outcome: ReferenceOutcome): void {
    const call = this.calls[index];
    if (call?.open !== true) return;
    call.open = false;
    if (outcome === 'success') this.successes += 1;
    if (outcome === 'failure') this.failures += 1;
    if (call.era !== this.#era || outcome === 'ignored') return;
    const failed = outcome === 'failure';
    this.#outcomes.push({ slice: this.#slice(), failed });
    if (failed) this.#streak.push(this.#now);
    else this.#streak = [];
    if (call.trial) this.#afterTrialCall(failed);
    else if (failed && this.#mustOpen()) this.#open();
  }

  advance(ms: number): void {
    const target = this.#now + ms;
    for (;;) {
      const due = this.calls
        .filter((call) => call.open && call.expiresAt <= target)
        .toSorted((a, b) => a.expiresAt - b.expiresAt)[0];
      if (due === undefined) break;
      this.#now = due.expiresAt;
      this.settle(this.calls.indexOf(due), 'failure');
    }
    this.#now = target;
  }

  open(): void {
    this.#open();
  }

  close(): void {
    this.#enter('CLOSED');
  }

  get windowCounts(): { successes: number; failures: number } {
    const recent = this.#recent();
    const failures = recent.filter((outcome) => outcome.failed).length;
    return { failures, successes: recent.length - failures };
  }

  #trialSuccesses = 0;

  #afterTrialCall(failed: boolean): void {
    if (failed) {
      this.#open();
      return;
    }
    this.#trialSuccesses += 1;
    if (this.#trialSuccesses >= this.#settings.successThreshold) this.#enter('CLOSED');
  }

  #mustOpen(): boolean {
    const { failureThreshold, errorThresholdPercentage, volumeThreshold, windowSize } = this.#settings;
    const recent = this.#recent();
    if (recent.length < volumeThreshold) return false;
    if (failureThreshold !== false) {
      const first = this.#streak.at(-failureThreshold);
      if (this.#streak.length >= failureThreshold && first !== undefined && this.#now - first < windowSize)
        return true;
    }
    if (errorThresholdPercentage === false) return false;
    const failed = recent.filter((outcome) => outcome.failed).length;
    return (failed / recent.length) * 100 >= errorThresholdPercentage;
  }

  #open(): void {
    this.#enter('OPEN');
    this.#openedAt = this.#now;
  }

  #enter(state: 'CLOSED' | 'OPEN' | 'HALF_OPEN'): void {
    this.state = state;
    this.#era += 1;
    this.#trialSuccesses = 0;
    if (state === 'CLOSED') {
      this.#outcomes = [];
      this.#streak = [];
    }
  }

  #slice(): number {
    return Math.floor(this.#now / (this.#settings.windowSize / 10));
  }

  #recent(): { slice: number; failed: boolean }[] {
    return this.#outcomes.filter((outcome) => outcome.slice > this.#slice() - 10);
  }
}
