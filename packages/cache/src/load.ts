import { currentSignal } from '@holdfast/context';
import type { Clock } from '@holdfast/context/clock';
import { contextStorage, Scope } from '@holdfast/context/storage';
import { CacheLoadTimeoutError, LoadAbandonedError } from './errors.ts';

/**
 * One load for all who ask for a key meanwhile. A caller who gives up leaves alone; when the last has left, the load's
 * signal aborts.
 */
export class Load<T> {
  readonly promise: Promise<T>;
  /** The key was removed while this ran: whoever waits gets the result, and it is not kept. */
  isDiscarded = false;
  readonly #controller = new AbortController();
  #waiting = 0;

  /** @param run begins at once */
  constructor(run: (load: Load<T>) => Promise<T>) {
    this.promise = run(this);
    // Each caller hears of a failure from the promise it was given; a load in the background has none.
    this.promise.catch(() => undefined);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: Error): void {
    this.#controller.abort(reason);
  }

  /** Keeps the load going although nobody waits for it. */
  hold(): void {
    this.#waiting += 1;
  }

  /** @throws the reason of the caller's own signal, when that aborts first */
  wait(): Promise<T> {
    const signal = currentSignal();
    this.#waiting += 1;
    if (signal === undefined) return this.promise;
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting -= 1;
        if (this.#waiting === 0) this.abort(new LoadAbandonedError());
        reject(signal.reason as Error);
      };
      if (signal.aborted) {
        leave();
        return;
      }
      signal.addEventListener('abort', leave, { once: true });
      this.promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
    });
  }
}

/** Runs `work` in the caller's context without its deadline, which is no matter of those who wait beside it. */
export function withoutDeadline<T>(work: () => T): T {
  const outer = contextStorage.getStore();
  if (outer?.deadline === undefined) return work();
  const scope = new Scope(outer);
  scope.deadline = undefined;
  return contextStorage.run(scope, work);
}

/** @throws CacheLoadTimeoutError after `timeoutMs`, when the load's signal aborts too */
export async function limited<T>(
  work: () => T | Promise<T>,
  { cache, timeoutMs, clock, abort }: LoadLimit,
): Promise<T> {
  let expire: (error: Error) => void = () => undefined;
  const expired = new Promise<never>((_, reject) => (expire = reject));
  const timer = clock.setTimer(() => {
    const error = new CacheLoadTimeoutError(cache, timeoutMs);
    abort(error);
    expire(error);
  }, timeoutMs);
  try {
    return await Promise.race([work(), expired]);
  } finally {
    timer.cancel();
  }
}

interface LoadLimit {
  readonly cache: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly abort: (reason: Error) => void;
}
