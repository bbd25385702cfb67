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
  readonly resetTimeoutMultiplier: number;
  readonly maxResetTimeoutMs: number;
  /** `undefined`: no call is slow. */
  readonly slowCallDurationThresholdMs: number | undefined;
  readonly slowCallRateThreshold: number;
  readonly windowSize: number;
  /** The limit of each call; `false` leaves only that of trial calls, `probeTimeoutMs`. */
  readonly timeout: number | false;
  readonly probeTimeoutMs: number;
}

export type ReferenceOutcome = 'success' | 'failure' | 'ignored';

interface ReferenceRecord {
  readonly slice: number;
  readonly failed: boolean;
  readonly slow: boolean;
}

interface ReferenceCall {
  readonly era: number;
  readonly trial: boolean;
  readonly startedAt: number;
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
  #openUntil = 0;
  #isolated = false;
  #failedTrials = 0;
  #outcomes: ReferenceRecord[] = [];
  #streak: number[] = [];

  constructor(settings: ReferenceSettings) {
    this.#settings = settings;
  }

  /** A call is asked for; true when it is let in, and then it is the next entry of `calls`. */
  ask(): boolean {
    if (this.state === 'OPEN' && !this.#isolated && this.#now >= this.#openUntil) this.#enter('HALF_OPEN');
    const trial = this.state === 'HALF_OPEN';
    const underWay = this.calls.filter((call) => call.open && call.era === this.#era).length;
    if (this.state === 'OPEN' || (trial && underWay >= this.#settings.halfOpenMaxCalls)) {
      this.rejections += 1;
      return false;
    }
    const { timeout, probeTimeoutMs } = this.#settings;
    const ownLimit = timeout === false ? Number.POSITIVE_INFINITY : timeout;
    const limit = trial ? Math.min(ownLimit, probeTimeoutMs) : ownLimit;
    this.calls.push({
      era: this.#era,
      trial,
      startedAt: this.#now,
      expiresAt: this.#now + limit,
      open: true,
    });
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
    const { slowCallDurationThresholdMs: slowMs } = this.#settings;
    const slow = slowMs !== undefined && this.#now - call.startedAt >= slowMs;
    this.#outcomes.push({ slice: this.#slice(), failed, slow });
    if (failed) this.#streak.push(this.#now);
    else this.#streak = [];
    if (call.trial) this.#afterTrialCall(failed || slow);
    else if ((failed && this.#tooManyFailed()) || (slow && this.#tooManySlow())) this.#open();
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

  isolate(): void {
    this.#isolated = true;
    this.#enter('OPEN');
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

  #afterTrialCall(bad: boolean): void {
    if (bad) {
      this.#failedTrials += 1;
      this.#open();
      return;
    }
    this.#trialSuccesses += 1;
    if (this.#trialSuccesses >= this.#settings.successThreshold) this.#enter('CLOSED');
  }

  #tooManyFailed(): boolean {
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

  #tooManySlow(): boolean {
    const recent = this.#recent();
    const slow = recent.filter((outcome) => outcome.slow).length;
    const { volumeThreshold, slowCallRateThreshold } = this.#settings;
    return recent.length >= volumeThreshold && (slow / recent.length) * 100 >= slowCallRateThreshold;
  }

  #open(): void {
    this.#enter('OPEN');
    const { resetTimeout, resetTimeoutMultiplier, maxResetTimeoutMs } = this.#settings;
    let openMs = resetTimeout;
    for (let trial = 0; trial < this.#failedTrials; trial += 1)
      openMs = Math.min(maxResetTimeoutMs, openMs * resetTimeoutMultiplier);
    this.#openUntil = this.#now + openMs;
  }

  #enter(state: 'CLOSED' | 'OPEN' | 'HALF_OPEN'): void {
    this.state = state;
    this.#era += 1;
    this.#trialSuccesses = 0;
    if (state === 'CLOSED') {
      this.#isolated = false;
      this.#failedTrials = 0;
      this.#outcomes = [];
      this.#streak = [];
    }
  }

  #slice(): number {
    return Math.floor(this.#now / (this.#settings.windowSize / 10));
  }

  #recent(): ReferenceRecord[] {
    return this.#outcomes.filter((outcome) => outcome.slice > this.#slice() - 10);
  }
}
