import type { Clock } from '@holdfast/context/clock';

/** Waits, at most until the signal is aborted. */
export function pause(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const end = () => {
      timer.cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.setTimer(end, ms, { keepAlive: true });
    signal?.addEventListener('abort', end, { once: true });
  });
}

/** Lets callers through one after the other, `perSecond` of them in a second, evenly. */
export class Pace {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #signal: AbortSignal | undefined;
  #next = 0;

  constructor(clock: Clock, perSecond: number, signal: AbortSignal | undefined) {
    this.#clock = clock;
    this.#intervalMs = 1000 / perSecond;
    this.#signal = signal;
  }

  async turn(): Promise<void> {
    const now = this.#clock.now();
    const at = Math.max(now, this.#next);
    this.#next = at + this.#intervalMs;
    if (at > now) await pause(this.#clock, at - now, this.#signal);
  }
}

/** Runs `work` on each item, `lanes` of them at once; stops taking further ones at the first failure or abort. */
export async function inLanes<T>(
  items: readonly T[],
  lanes: number,
  signal: AbortSignal | undefined,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items[Symbol.iterator]();
  let failed = false;
  async function lane(): Promise<void> {
    for (const item of rest) {
      if (failed || signal?.aborted === true) return;
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  }
  const outcomes = await Promise.allSettled(Array.from({ length: lanes }, lane));
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
