import type { Clock } from '@holdfast/context/clock';

/** The answer of `work`, or of `onTimeout` when it takes longer than `limitMs`; what `work` does later is ignored. */
export function withTimeLimit<T>(
  work: Promise<T>,
  limitMs: number,
  clock: Clock,
  onTimeout: () => Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(() => reject(onTimeout()), limitMs, { keepAlive: true });
    work.then(
      (value) => {
        timer.cancel();
        resolve(value);
      },
      (error: unknown) => {
        timer.cancel();
        reject(error as Error);
      },
    );
  });
}

/** Whether `work` settles, either way, within `limitMs`. */
export async function settlesWithin(work: Promise<unknown>, limitMs: number, clock: Clock): Promise<boolean> {
  const late = new Error('late');
  try {
    await withTimeLimit(work, limitMs, clock, () => late);
    return true;
  } catch (error) {
    return error !== late;
  }
}
