import type { Clock, Timer } from '@holdfast/context/clock';

/** A call to the store took longer than its limit. What it did in the end is not known. */
class StoreTimeoutError extends Error {
  override readonly name = 'StoreTimeoutError';
  readonly code = 'ERR_IDEMPOTENCY_STORE_TIMEOUT';
}

/** @throws StoreTimeoutError when `call` has not settled after `limitMs` */
export function inTime<T>(clock: Clock, limitMs: number, call: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const expire = () => reject(new StoreTimeoutError(`The store did not answer within ${limitMs} ms.`));
    if (limitMs <= 0) {
      expire();
      return;
    }
    const timer = clock.setTimer(expire, limitMs, { keepAlive: true });
    call()
      .then(resolve, reject)
      .finally(() => timer.cancel());
  });
}

/** Resolves after `delayMs`, or when the signal aborts. */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    let timer: Timer | undefined;
    const finish = () => {
      timer?.cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    timer = clock.setTimer(finish, delayMs, { keepAlive: true });
    signal?.addEventListener('abort', finish);
  });
}
