import { setTimeout as delay } from 'node:timers/promises';

export interface UntilOptions {
  /** What is waited for, for the message when it does not come. */
  what: string;
  limitMs: number;
  signal: AbortSignal;
  /** Default 20. */
  everyMs?: number;
}

/**
 * Looks again and again until `isSo` is true.
 * @throws Error when it is not within the limit, or the signal's reason
 */
export async function until(isSo: () => boolean | Promise<boolean>, options: UntilOptions): Promise<void> {
  const { what, limitMs, signal, everyMs = 20 } = options;
  const startedAt = performance.now();
  while (!(await isSo())) {
    signal.throwIfAborted();
    if (performance.now() - startedAt > limitMs) {
      throw new Error(`${what} did not happen within ${Math.round(limitMs / 1000)} s.`);
    }
    await delay(everyMs, undefined, { signal });
  }
}
