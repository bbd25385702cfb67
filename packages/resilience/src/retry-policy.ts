import { remainingMs } from '@holdfast/context';
import { contextStorage } from '@holdfast/context/storage';
import { type RetryFact, retryChannel } from './channels.ts';
import type { FailureClass } from './failure-class.ts';
import { retryAfterMs } from './retry-after.ts';
import type { ResolvedRetryOptions } from './retry-options.ts';
import { ListenerGuard } from './safe-emitter.ts';
import { wait } from './wait.ts';

/** What is tried again. An object and arguments rather than a closure, since it is needed for each call. */
export interface Retryable<Args, R> {
  runAttempt(args: Args, attempt: number): Promise<R>;
}

/** What was counted since the function was made. */
export interface RetryStats {
  /** Calls asked for. */
  readonly calls: number;
  /** Attempts after a first one. */
  readonly retries: number;
  /** Calls whose last attempt failed. */
  readonly gaveUp: number;
}

/** Tries again what failed for a reason that passes, as long as attempts, budget and time allow. */
export class RetryPolicy {
  readonly #options: ResolvedRetryOptions;
  readonly #guard = new ListenerGuard();
  #calls = 0;
  #retries = 0;
  #gaveUp = 0;

  constructor(options: ResolvedRetryOptions) {
    this.#options = options;
  }

  async run<Args, R>(target: Retryable<Args, R>, args: Args): Promise<R> {
    this.#calls += 1;
    this.#options.budget?.recordCall();
    for (let attempt = 1; ; attempt += 1) {
      try {
        const value = await target.runAttempt(args, attempt);
        this.#report(attempt, 'succeeded');
        return value;
      } catch (error) {
        await this.#waitToTryAgain(error, attempt);
      }
    }
  }

  getStats(): RetryStats {
    return { calls: this.#calls, retries: this.#retries, gaveUp: this.#gaveUp };
  }

  /** @throws the error when it is not to be tried again; the reason of a signal that ends the wait */
  async #waitToTryAgain(error: unknown, attempt: number): Promise<void> {
    const { onRetry, clock, signal, keepAlive } = this.#options;
    const failureClass = this.#classify(error);
    const delayMs = this.#delayMs(error, failureClass, attempt);
    if (delayMs === undefined) {
      this.#gaveUp += 1;
      this.#report(attempt, 'gave-up', { failureClass });
      throw error;
    }
    this.#retries += 1;
    this.#report(attempt, 'retried', { failureClass, delayMs });
    if (onRetry !== undefined) this.#guard.call(onRetry, error, attempt, delayMs);
    // The wait ends before the deadline of the context; this is what else can end it.
    const external = contextStorage.getStore()?.deadline?.external;
    await wait(delayMs, clock, [signal, external], keepAlive);
  }

  /** How long to wait, or undefined to give up. */
  #delayMs(error: unknown, failureClass: FailureClass, attempt: number): number | undefined {
    const { maxAttempts, maxRetryAfterMs, budget, signal, clock } = this.#options;
    if (attempt >= maxAttempts || signal?.aborted === true) return undefined;
    if (failureClass !== 'transient' && failureClass !== 'throttled') return undefined;
    const askedMs = retryAfterMs(error, clock) ?? 0;
    if (askedMs > maxRetryAfterMs) return undefined;
    const delayMs = Math.max(askedMs, this.#backoffMs(attempt));
    if (delayMs >= remainingMs()) return undefined;
    return budget === undefined || budget.tryRetry() ? delayMs : undefined;
  }

  #backoffMs(attempt: number): number {
    const { initialDelayMs, maxDelayMs, backoffMultiplier, jitter, random } = this.#options;
    const longestMs = Math.min(maxDelayMs, initialDelayMs * backoffMultiplier ** (attempt - 1));
    return jitter ? longestMs * random() : longestMs;
  }

  #classify(error: unknown): FailureClass {
    try {
      return this.#options.classifyFailure(error);
    } catch {
      return 'transient';
    }
  }

  #report(attempt: number, outcome: RetryFact['outcome'], detail?: Partial<RetryFact>): void {
    if (!retryChannel.hasSubscribers) return;
    const fact: RetryFact = { name: this.#options.name, attempt, outcome, ...detail };
    retryChannel.publish(fact);
  }
}
