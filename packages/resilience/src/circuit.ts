import type { Clock } from '@holdfast/context/clock';
import type { Attempt } from './attempt.ts';
import type { BreakerEngine } from './breaker-engine.ts';
import { type CallOutcome, callChannel, type TransitionReason, transitionChannel } from './channels.ts';
import { CircuitListeners } from './circuit-listeners.ts';
import { modeOption, type ResolvedCircuitSettings } from './circuit-options.ts';
import type { CircuitMode, CircuitState } from './circuit-state.ts';
import { CircuitStatistics } from './circuit-statistics.ts';
import { CircuitOpenError } from './errors.ts';
import { isAnswerable } from './failure-class.ts';
import { OpenTime } from './open-time.ts';
import { Trial } from './trial.ts';
import { TripRules } from './trip-rules.ts';
import { withoutStack } from './without-stack.ts';

/** A stretch of time in one state, told from every other by its identity. */
class Period {}

/**
 * The circuit itself: lets calls in or refuses them, counts how they settle, and decides when the engine changes its
 * state. An outcome counts only in the period (closed, or half-open) in which its call began.
 */
export class Circuit {
  readonly name: string;
  readonly listeners: CircuitListeners;
  readonly statistics: CircuitStatistics;
  readonly #settings: ResolvedCircuitSettings;
  readonly #clock: Clock;
  readonly #engine: BreakerEngine;
  readonly #rules: TripRules;
  readonly #openTime: OpenTime;
  readonly #slowMs: number;
  #mode: CircuitMode;
  #state: CircuitState = 'CLOSED';
  #period = new Period();
  /** Set while half-open. */
  #trial: Trial | undefined = undefined;

  constructor(settings: ResolvedCircuitSettings, engine: BreakerEngine) {
    this.name = settings.name;
    this.#settings = settings;
    this.#clock = settings.clock;
    this.#engine = engine;
    this.#mode = settings.mode;
    this.listeners = new CircuitListeners(settings);
    this.statistics = new CircuitStatistics(settings.clock, settings.windowMs);
    this.#rules = new TripRules(settings, this.statistics);
    this.#openTime = new OpenTime(settings);
    this.#slowMs = settings.slowCallDurationThresholdMs;
  }

  get state(): CircuitState {
    return this.#state;
  }

  get mode(): CircuitMode {
    return this.#mode;
  }

  set mode(mode: CircuitMode) {
    this.#mode = modeOption(mode);
  }

  /** Whether the circuit stays open until it is closed by hand. */
  get isolated(): boolean {
    return this.#openTime.isolated;
  }

  /** The limit of a call while closed, ms. */
  get timeoutMs(): number {
    return this.#settings.timeoutMs;
  }

  /**
   * Runs the attempt if the circuit lets it in.
   * @throws CircuitOpenError, as a rejection, without having run it
   */
  run<R>(attempt: Attempt<R>): Promise<R> {
    if (this.#mode === 'disabled') return attempt.start();
    this.statistics.calls += 1;
    if (this.#state !== 'CLOSED') {
      const now = this.#clock.now();
      if (!this.#admitToTrial(now)) return this.#refuse(attempt, now);
    }
    attempt.ticket = this.#period;
    if (this.#mode === 'enforce') this.#limit(attempt);
    const result = this.#trial === undefined ? this.#engine.run(attempt) : attempt.start();
    return result.then(
      (value) => {
        this.#succeeded(attempt);
        return value;
      },
      (error: unknown) => {
        this.#failed(attempt, error);
        throw error;
      },
    );
  }

  /** Opens by hand, for one open time. An isolated circuit stays isolated. */
  open(): void {
    this.#open('manual');
  }

  /** Opens by hand, until `close()` or `reset()`. */
  isolate(): void {
    this.#openTime.isolate();
    this.#open('manual');
  }

  /** Closes by hand, with a fresh window. */
  close(): void {
    this.#engine.close();
    this.#enterClosed('manual');
  }

  /** Closes by hand and forgets every count. */
  reset(): void {
    this.statistics.reset();
    this.close();
  }

  /** Whether a fallback may stand in for this failure: not for one the filter excuses, which is the caller's. */
  mayAnswerInstead(error: unknown): boolean {
    const { errorFilter, classifyFailure } = this.#settings;
    try {
      return errorFilter?.(error) !== true && isAnswerable(classifyFailure(error));
    } catch {
      this.listeners.guard.failed();
      return true;
    }
  }

  /** A fallback has answered. */
  answeredByFallback(error: unknown): void {
    if (this.#mode === 'disabled') return;
    this.statistics.fallbacks += 1;
    this.#report('fallback', 0, error);
    this.listeners.fallback(error);
  }

  #limit(attempt: Attempt<unknown>): void {
    const { timeoutMs, probeTimeoutMs } = this.#settings;
    const limitMs = this.#trial === undefined ? timeoutMs : Math.min(timeoutMs, probeTimeoutMs);
    if (limitMs < attempt.limitMs) attempt.limitMs = limitMs;
  }

  #admitToTrial(now: number): boolean {
    if (this.#state === 'OPEN') {
      if (now < this.#openTime.until) return false;
      this.#enterHalfOpen();
    }
    if (this.#trial?.admit(now) === true) return true;
    if (this.#trial?.isStuck(now) === true) this.#reopen();
    return false;
  }

  /** In monitor mode the call is made all the same, and its outcome does not count. */
  #refuse<R>(attempt: Attempt<R>, now: number): Promise<R> {
    const retryAfterMs = this.#state === 'OPEN' ? this.#openTime.retryAfterMs(now) : 0;
    const error = withoutStack(CircuitOpenError, this.name, retryAfterMs, this.isolated);
    this.statistics.rejections += 1;
    this.#report('rejected', 0, error);
    this.listeners.reject(error);
    return this.#mode === 'monitor' ? attempt.start() : Promise.reject(error);
  }

  #succeeded(attempt: Attempt<unknown>): void {
    const now = this.#clock.now();
    const durationMs = now - attempt.startedAt;
    if (this.#mode === 'monitor' && durationMs >= this.#settings.timeoutMs) {
      this.#countFailure(attempt, 'timeout', durationMs, now, undefined);
      return;
    }
    this.statistics.success(durationMs, now);
    const slow = durationMs >= this.#slowMs;
    if (slow) this.statistics.slowCalls += 1;
    if (attempt.ticket === this.#period) {
      this.#rules.succeeded(now);
      if (slow) this.#judge(this.#rules.wasSlow(now));
      else if (this.#trial?.succeeded() === true) this.#recover();
    }
    this.#report('success', durationMs, undefined);
    this.listeners.success(durationMs);
  }

  #failed(attempt: Attempt<unknown>, error: unknown): void {
    const now = this.#clock.now();
    const durationMs = attempt.began ? now - attempt.startedAt : 0;
    if (this.#blamesDependency(attempt, error)) {
      this.#countFailure(attempt, attempt.timedOut ? 'timeout' : 'failure', durationMs, now, error);
      return;
    }
    this.statistics.ignored += 1;
    if (attempt.ticket === this.#period) this.#trial?.giveBack();
    this.#report('ignored', durationMs, error);
  }

  #blamesDependency(attempt: Attempt<unknown>, error: unknown): boolean {
    if (!attempt.began || attempt.wasCancelled) return false;
    const { errorFilter, classifyFailure } = this.#settings;
    try {
      return errorFilter?.(error) !== true && classifyFailure(error) === 'transient';
    } catch {
      this.listeners.guard.failed();
      return true;
    }
  }

  #countFailure(
    attempt: Attempt<unknown>,
    outcome: 'failure' | 'timeout',
    durationMs: number,
    now: number,
    error: unknown,
  ): void {
    this.statistics.failure(durationMs, now);
    if (outcome === 'timeout') this.statistics.timeouts += 1;
    const slow = durationMs >= this.#slowMs;
    if (slow) this.statistics.slowCalls += 1;
    if (attempt.ticket === this.#period) {
      const failed = this.#rules.failed(now);
      const wasSlow = slow ? this.#rules.wasSlow(now) : undefined;
      this.#judge(failed ?? wasSlow);
    }
    this.#report(outcome, durationMs, error);
    if (outcome === 'timeout') this.listeners.timeout(error, durationMs);
    this.listeners.failure(error, durationMs);
  }

  /** A call failed or was slow. One such call ends a trial; a closed circuit opens where a rule says why. */
  #judge(reason: TransitionReason | undefined): void {
    if (this.#trial !== undefined) this.#reopen();
    else if (reason !== undefined) this.#open(reason);
  }

  #open(reason: TransitionReason): void {
    if (this.#state !== 'OPEN') this.#engine.open();
    this.#enterOpen(reason);
  }

  #reopen(): void {
    this.#engine.decide(false);
    this.#openTime.trialFailed();
    this.#enterOpen('probe-failed');
  }

  #recover(): void {
    this.#engine.decide(true);
    this.#enterClosed('recovered');
  }

  #enterOpen(reason: TransitionReason): void {
    this.#openTime.begin(this.#clock.now());
    this.#moveTo('OPEN', reason);
  }

  #enterHalfOpen(): void {
    this.#engine.halfOpen();
    this.#trial = new Trial(this.#settings);
    this.#moveTo('HALF_OPEN', 'reset-timeout');
  }

  #enterClosed(reason: TransitionReason): void {
    this.#rules.clear();
    this.#openTime.clear();
    this.#moveTo('CLOSED', reason);
  }

  #moveTo(to: CircuitState, reason: TransitionReason): void {
    const from = this.#state;
    this.#state = to;
    this.#period = new Period();
    if (to !== 'HALF_OPEN') this.#trial = undefined;
    if (from === to) return;
    if (transitionChannel.hasSubscribers) {
      transitionChannel.publish({ name: this.name, from, to, at: this.#clock.wallTime(), reason });
    }
    this.listeners.transition(from, to);
  }

  #report(outcome: CallOutcome, durationMs: number, error: unknown): void {
    if (!callChannel.hasSubscribers) return;
    const call = { name: this.name, outcome, durationMs };
    callChannel.publish(error === undefined ? call : { ...call, error });
  }
}
