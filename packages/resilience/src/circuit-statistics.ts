import type { Clock } from '@holdfast/context/clock';
import type { CircuitState } from './circuit-state.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import { RollingCounter } from './rolling-counter.ts';

/** What a circuit knows of its calls. The first five and the error rate are of the window, the rest since it was made. */
export interface CircuitStats {
  readonly state: CircuitState;
  /** Failed calls in the window. */
  readonly failureCount: number;
  /** Successful calls in the window. */
  readonly successCount: number;
  /** Settled calls in the window that counted. */
  readonly recentRequests: number;
  /** Failed share of the settled calls of the window, 0 to 1; 0 without calls. */
  readonly errorRate: number;
  /** Calls asked for since the circuit was made or reset, refused ones among them. */
  readonly totalRequests: number;
  readonly lastFailureTime: Date | undefined;
  readonly lastSuccessTime: Date | undefined;
}

/** Everything counted, since the circuit was made or reset. */
export interface CircuitMetrics extends CircuitStats {
  readonly successes: number;
  /** Timeouts among them. */
  readonly failures: number;
  readonly timeouts: number;
  /** Calls that took `slowCallDurationThresholdMs` or longer, however they ended; 0 without that option. */
  readonly slowCalls: number;
  /** Calls that the circuit refused; in monitor mode those that it would have refused. */
  readonly rejections: number;
  /** Errors that say nothing about the dependency. */
  readonly ignored: number;
  /** Calls answered by the fallback. */
  readonly fallbacks: number;
  /** Listeners, filters and classifiers of the application that threw. */
  readonly listenerFailures: number;
  /** Durations in ms of the calls of the last one to two windows, at most 12.5 % off. */
  readonly latency: { readonly p50Ms: number; readonly p95Ms: number; readonly p99Ms: number };
}

export class CircuitStatistics {
  readonly #clock: Clock;
  readonly #successWindow: RollingCounter;
  readonly #failureWindow: RollingCounter;
  readonly #windowMs: number;
  /** Made with the first slow call. */
  #slowWindow: RollingCounter | undefined;
  readonly #latency: LatencyHistogram;
  #lastFailureAt: number | undefined;
  #lastSuccessAt: number | undefined;
  calls = 0;
  successes = 0;
  failures = 0;
  timeouts = 0;
  slowCalls = 0;
  rejections = 0;
  ignored = 0;
  fallbacks = 0;

  constructor(clock: Clock, windowMs: number) {
    this.#clock = clock;
    this.#successWindow = new RollingCounter(windowMs);
    this.#failureWindow = new RollingCounter(windowMs);
    this.#windowMs = windowMs;
    this.#latency = new LatencyHistogram(windowMs);
  }

  success(durationMs: number, now: number): void {
    this.successes += 1;
    this.#lastSuccessAt = now;
    this.#latency.record(durationMs, now);
  }

  failure(durationMs: number, now: number): void {
    this.failures += 1;
    this.#lastFailureAt = now;
    this.#latency.record(durationMs, now);
  }

  /** A success that counts in the window. */
  countSuccess(now: number): void {
    this.#successWindow.add(now);
  }

  /** A failure that counts in the window. */
  countFailure(now: number): void {
    this.#failureWindow.add(now);
  }

  /** A call that counts in the window was slow. */
  countSlow(now: number): void {
    this.#slowWindow ??= new RollingCounter(this.#windowMs);
    this.#slowWindow.add(now);
  }

  /** Settled calls in the window. */
  volume(now: number): number {
    return this.#successWindow.total(now) + this.#failureWindow.total(now);
  }

  /** Whether at least `percentage` of the settled calls of the window failed. */
  failedAtLeast(percentage: number, now: number): boolean {
    return this.#failureWindow.total(now) * 100 >= percentage * this.volume(now);
  }

  /** Whether at least `percentage` of the settled calls of the window were slow. */
  slowAtLeast(percentage: number, now: number): boolean {
    return (this.#slowWindow?.total(now) ?? 0) * 100 >= percentage * this.volume(now);
  }

  clearWindow(): void {
    this.#slowWindow?.clear();
    this.#successWindow.clear();
    this.#failureWindow.clear();
  }

  reset(): void {
    this.clearWindow();
    this.#latency.clear();
    this.#lastFailureAt = undefined;
    this.#lastSuccessAt = undefined;
    this.calls = this.successes = this.failures = this.timeouts = this.slowCalls = 0;
    this.rejections = this.ignored = this.fallbacks = 0;
  }

  stats(state: CircuitState): CircuitStats {
    const now = this.#clock.now();
    const failureCount = this.#failureWindow.total(now);
    const successCount = this.#successWindow.total(now);
    const recentRequests = failureCount + successCount;
    return {
      state,
      failureCount,
      successCount,
      recentRequests,
      errorRate: recentRequests === 0 ? 0 : failureCount / recentRequests,
      totalRequests: this.calls,
      lastFailureTime: this.#dateOf(this.#lastFailureAt, now),
      lastSuccessTime: this.#dateOf(this.#lastSuccessAt, now),
    };
  }

  metrics(state: CircuitState, listenerFailures: number): CircuitMetrics {
    const { successes, failures, timeouts, slowCalls, rejections, ignored, fallbacks } = this;
    const [p50Ms = 0, p95Ms = 0, p99Ms = 0] = this.#latency.percentiles([0.5, 0.95, 0.99], this.#clock.now());
    const latency = { p50Ms, p95Ms, p99Ms };
    const counts = {
      successes,
      failures,
      timeouts,
      slowCalls,
      rejections,
      ignored,
      fallbacks,
      listenerFailures,
    };
    return { ...this.stats(state), ...counts, latency };
  }

  #dateOf(at: number | undefined, now: number): Date | undefined {
    return at === undefined ? undefined : new Date(this.#clock.wallTime() - (now - at));
  }
}
