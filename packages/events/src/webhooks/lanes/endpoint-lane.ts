import type { Clock } from '@holdfast/context/clock';
import { CircuitBreaker, type OperationCircuitBreaker, WEBHOOK_DELIVERY_CONFIG } from '@holdfast/resilience';

export interface LaneSettings {
  /** Attempts at once. */
  readonly concurrency: number;
  /** Attempts a second; Infinity for no limit. */
  readonly ratePerSecond: number;
}

/** What an attempt says of its endpoint. */
export type LaneVerdict = 'good' | 'bad' | 'unknown';

/** Whether an attempt may begin now, or when it may be tried again. */
export type LaneEntry = { readonly enter: true } | { readonly enter: false; readonly waitMs: number };

/** An endpoint that takes longer than this is slow. */
export const SLOW_MS = 1000;
const UNKNOWN_DURATION_MS = 50;
const DURATION_WEIGHT = 0.2;
const SHORTEST_WAIT_MS = 5;
/** For each attempt at once so many deliveries may wait in their places, so long. */
const WAITING_PER_TURN = 2;
const LONGEST_WAIT_MS = 250;
const LONGEST_SPREAD_MS = 600_000;
/** What an open circuit grows to, so that a dead endpoint costs little. */
const LONGEST_OPEN_MS = 600_000;
/** Failures in a row that open the circuit, however rare they are. */
const FAILURES_TO_OPEN = 5;
const WINDOW_MS = 3_600_000;

/**
 * The turns of one endpoint in this process. It begins with one attempt at a time, gets one more with each success, and
 * is back to one after a failure or while it is slow: a dead or slow endpoint holds few places, and nobody has to have
 * been told which ones are.
 *
 * Whoever may not enter is told a turn of its own, behind those told before, so that a backlog comes back spread over
 * the time in which it can be served instead of all at once.
 */
export class EndpointLane {
  readonly #clock: Clock;
  readonly #breaker: OperationCircuitBreaker;
  readonly #startedAt = new Set<{ readonly at: number }>();
  #settings: LaneSettings;
  readonly #waiting = new Set<() => void>();
  #limit = 1;
  #averageMs = UNKNOWN_DURATION_MS;
  #lastWasBad = false;
  #pausedUntil = 0;
  #nextByRateAt = 0;
  #nextTurnAt = 0;
  #usedAt: number;

  constructor(name: string, settings: LaneSettings, clock: Clock) {
    this.#clock = clock;
    this.#settings = settings;
    this.#usedAt = clock.now();
    this.#breaker = new CircuitBreaker({
      ...WEBHOOK_DELIVERY_CONFIG,
      name,
      // The attempt has a limit of its own.
      timeout: false,
      failureThreshold: FAILURES_TO_OPEN,
      windowSize: WINDOW_MS,
      successThreshold: 1,
      resetTimeoutMultiplier: 2,
      maxResetTimeoutMs: LONGEST_OPEN_MS,
      clock,
    });
  }

  set settings(settings: LaneSettings) {
    this.#settings = settings;
  }

  get breaker(): OperationCircuitBreaker {
    return this.#breaker;
  }

  get active(): number {
    return this.#startedAt.size;
  }

  /** Whether it can be forgotten: nothing runs and it knows nothing that matters. */
  isIdleSince(now: number): boolean {
    const isQuiet =
      this.active === 0 && this.#usedAt < now && this.#pausedUntil < now && this.#nextTurnAt < now;
    return isQuiet && String(this.#breaker.state).toUpperCase() === 'CLOSED';
  }

  /** Whether it may hold up others: its last attempt failed or was slow, or one under way is. */
  isSuspect(now: number): boolean {
    if (this.#lastWasBad || this.#averageMs > SLOW_MS) return true;
    const [oldest] = this.#startedAt;
    return oldest !== undefined && now - oldest.at > SLOW_MS;
  }

  isFull(now: number): boolean {
    return (
      Math.max(this.#pausedUntil, this.#nextByRateAt) > now ||
      this.active >= this.#limitAt(this.isSuspect(now))
    );
  }

  /** How long somebody has to wait who cannot enter whatever else is so; undefined where he may ask to. */
  peek(now: number): number | undefined {
    this.#usedAt = now;
    const earliest = Math.max(this.#pausedUntil, this.#nextByRateAt);
    if (earliest > now) return this.#turn(now, earliest).waitMs;
    const limit = this.#limitAt(this.isSuspect(now));
    return this.active >= limit ? this.#turn(now, now + this.#averageMs / limit).waitMs : undefined;
  }

  /** @param hasPlace whether the process has a place for it */
  tryEnter(hasPlace: (isSuspect: boolean) => boolean): LaneEntry {
    const now = this.#clock.now();
    const waitMs = this.peek(now);
    if (waitMs !== undefined) return { enter: false, waitMs };
    if (!hasPlace(this.isSuspect(now))) return this.#turn(now, now + this.#averageMs);
    const { ratePerSecond } = this.#settings;
    if (ratePerSecond !== Number.POSITIVE_INFINITY)
      this.#nextByRateAt = Math.max(now, this.#nextByRateAt) + 1000 / ratePerSecond;
    return { enter: true };
  }

  /**
   * Waits in its place for an attempt to end, where that is soon: the endpoint has answered well, answers fast, and few
   * wait. Whether it did; undefined at once where it is better put off.
   */
  wait(): Promise<void> | undefined {
    const now = this.#clock.now();
    const isSoon =
      this.#limit > 1 && this.#pausedUntil <= now && this.#nextByRateAt <= now && !this.isSuspect(now);
    if (!isSoon || this.#waiting.size >= WAITING_PER_TURN * this.#settings.concurrency) return undefined;
    return new Promise((resolve) => {
      const wake = () => {
        timer.cancel();
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = this.#clock.setTimer(wake, LONGEST_WAIT_MS);
      this.#waiting.add(wake);
    });
  }

  #wakeOne(): void {
    const [wake] = this.#waiting;
    wake?.();
  }

  #limitAt(isSuspect: boolean): number {
    return isSuspect ? 1 : Math.min(this.#limit, this.#settings.concurrency);
  }

  /** Begins an attempt; what it returns ends it. */
  begin(): (verdict: LaneVerdict) => void {
    const start = { at: this.#clock.now() };
    this.#startedAt.add(start);
    return (verdict) => {
      this.#startedAt.delete(start);
      this.#wakeOne();
      if (verdict === 'unknown') return;
      const durationMs = this.#clock.now() - start.at;
      this.#averageMs += DURATION_WEIGHT * (durationMs - this.#averageMs);
      // Turns were given out at the pace of an endpoint that is well again.
      if (this.#lastWasBad && verdict === 'good') this.#nextTurnAt = 0;
      this.#lastWasBad = verdict === 'bad';
      this.#limit = verdict === 'good' ? Math.min(this.#limit + 1, this.#settings.concurrency) : 1;
    };
  }

  /** The endpoint asked for a pause. */
  pause(durationMs: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + durationMs);
  }

  /** A turn for somebody whom the circuit refused. */
  turnAfter(delayMs: number): number {
    const now = this.#clock.now();
    return this.#turn(now, now + delayMs).waitMs;
  }

  #turn(now: number, earliest: number): { readonly enter: false; readonly waitMs: number } {
    const limit = this.#limitAt(this.isSuspect(now));
    const spacingMs = Math.max(1, this.#averageMs / limit, 1000 / this.#settings.ratePerSecond);
    this.#nextTurnAt = Math.max(this.#nextTurnAt, earliest) + spacingMs;
    if (this.#nextTurnAt - earliest > LONGEST_SPREAD_MS) this.#nextTurnAt = earliest + spacingMs;
    return { enter: false, waitMs: Math.ceil(Math.max(SHORTEST_WAIT_MS, this.#nextTurnAt - now)) };
  }
}
