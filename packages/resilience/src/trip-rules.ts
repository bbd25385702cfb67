import type { TransitionReason } from './channels.ts';
import type { ResolvedCircuitSettings } from './circuit-options.ts';
import type { CircuitStatistics } from './circuit-statistics.ts';
import { FailureStreak } from './failure-streak.ts';

/** When a closed circuit opens, judged from the calls of its window as they settle. */
export class TripRules {
  readonly #settings: ResolvedCircuitSettings;
  readonly #statistics: CircuitStatistics;
  readonly #streak: FailureStreak;

  constructor(settings: ResolvedCircuitSettings, statistics: CircuitStatistics) {
    this.#settings = settings;
    this.#statistics = statistics;
    this.#streak = new FailureStreak(settings.failureThreshold, settings.windowMs);
  }

  /** Counts a success that settled at `now`, monotonic ms. */
  succeeded(now: number): void {
    this.#statistics.countSuccess(now);
    this.#streak.clear();
  }

  /** Counts a failure; why it opens the circuit, if it does. */
  failed(now: number): TransitionReason | undefined {
    this.#statistics.countFailure(now);
    const streak = this.#streak.add(now);
    const { volumeThreshold, countVolumeThreshold, errorThresholdPercentage } = this.#settings;
    const volume = this.#statistics.volume(now);
    if (streak && volume >= countVolumeThreshold) return 'threshold';
    const tooMany =
      volume >= volumeThreshold && this.#statistics.failedAtLeast(errorThresholdPercentage, now);
    return tooMany ? 'threshold' : undefined;
  }

  /** Counts as slow a call that was counted already; why that opens the circuit, if it does. */
  wasSlow(now: number): TransitionReason | undefined {
    this.#statistics.countSlow(now);
    const { volumeThreshold, slowCallRateThreshold } = this.#settings;
    const tooMany =
      this.#statistics.volume(now) >= volumeThreshold &&
      this.#statistics.slowAtLeast(slowCallRateThreshold, now);
    return tooMany ? 'slow-calls' : undefined;
  }

  /** Forgets the calls of the window. */
  clear(): void {
    this.#statistics.clearWindow();
    this.#streak.clear();
  }
}
