import type { Clock } from '@holdfast/context/clock';

/**
 * Waits `delayMs`, or until one of the signals aborts: then it rejects with that signal's reason. Leaves no listener
 * and no timer behind.
 */
export function wait(
  delayMs: number,
  clock: Clock,
  signals: readonly (AbortSignal | undefined)[],
  keepAlive: boolean,
): Promise<void> {
  const aborted = signals.find((signal) => signal?.aborted === true);
  if (aborted !== undefined) return Promise.reject(aborted.reason as Error);
  return new Promise((resolve, reject) => {
    const end = () => {
      timer.cancel();
      for (const signal of signals) signal?.removeEventListener('abort', abort);
    };
    const abort = (event: Event) => {
      end();
      reject((event.target as AbortSignal).reason as Error);
    };
    const timer = clock.setTimer(
      () => {
        end();
        resolve();
      },
      delayMs,
      { keepAlive },
    );
    for (const signal of signals) signal?.addEventListener('abort', abort);
  });
}
