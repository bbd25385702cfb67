/** Time and timers in one object, so that tests decide when time passes. */
export interface Clock {
  /** Monotonic milliseconds with a fraction, for durations and deadlines. */
  now(): number;
  /** Epoch milliseconds, only for what is stored or shown. */
  wallTime(): number;
  /** Runs `callback` once after `delayMs`; a delay over 2^31-1 ms is waited out in full. */
  setTimer(callback: () => void, delayMs: number, options?: TimerOptions): Timer;
}

export interface TimerOptions {
  /** Whether the timer alone keeps the process alive. Default false. */
  keepAlive?: boolean;
}

/** A timer that has been set. */
export interface Timer {
  /** The callback will not run; does nothing when it has. */
  cancel(): void;
}

/** Node fires a longer `setTimeout` after 1 ms. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

class SystemTimer implements Timer {
  readonly #callback: () => void;
  readonly #keepAlive: boolean;
  #remainingMs: number;
  #handle: NodeJS.Timeout;

  constructor(callback: () => void, delayMs: number, keepAlive: boolean) {
    this.#callback = callback;
    this.#keepAlive = keepAlive;
    this.#remainingMs = Math.max(0, delayMs);
    this.#handle = this.#start();
  }

  cancel(): void {
    clearTimeout(this.#handle);
  }

  #start(): NodeJS.Timeout {
    const step = Math.min(this.#remainingMs, LONGEST_TIMEOUT_MS);
    this.#remainingMs -= step;
    const handle = setTimeout(() => this.#fire(), step);
    if (!this.#keepAlive) handle.unref();
    return handle;
  }

  #fire(): void {
    if (this.#remainingMs > 0) this.#handle = this.#start();
    else this.#callback();
  }
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  setTimer: (callback, delayMs, options) => new SystemTimer(callback, delayMs, options?.keepAlive ?? false),
};
