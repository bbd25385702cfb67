import type { Clock } from '@holdfast/context/clock';
import { type CacheError, CacheStoreError } from './errors.ts';
import type { CacheStore } from './store.ts';

export interface GuardOptions {
  readonly name: string;
  readonly storeTimeoutMs: number;
  readonly storeRetryMs: number;
  readonly clock: Clock;
  readonly onError: (error: CacheError) => void;
}

/** Keeps an outage of the store from slowing or failing a request: limited in time, then left alone for a while. */
export class StoreGuard {
  readonly #store: CacheStore;
  readonly #options: GuardOptions;
  readonly #pending = new Set<Promise<unknown>>();
  #leftAloneUntil = 0;

  constructor(store: CacheStore, options: GuardOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** @returns undefined when the store has no answer; that is told to `onError` and is not a miss */
  async run<T>(doing: string, work: (store: CacheStore) => Promise<T>): Promise<T | undefined> {
    const { clock, storeRetryMs } = this.#options;
    if (clock.now() < this.#leftAloneUntil) return undefined;
    const running = this.#limited(work);
    this.#pending.add(running);
    try {
      return await running;
    } catch (error) {
      this.#leftAloneUntil = clock.now() + storeRetryMs;
      this.report(doing, error);
      return undefined;
    } finally {
      this.#pending.delete(running);
    }
  }

  /** A removal is tried whatever the state of the store. @throws CacheStoreError */
  async remove(doing: string, work: (store: CacheStore) => Promise<void>): Promise<void> {
    try {
      await this.#limited(work);
    } catch (error) {
      throw this.report(doing, error);
    }
  }

  /** When everything that was begun has ended. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#pending);
  }

  report(doing: string, cause: unknown): CacheStoreError {
    const error = new CacheStoreError(this.#options.name, doing, cause);
    this.#options.onError(error);
    return error;
  }

  #limited<T>(work: (store: CacheStore) => Promise<T>): Promise<T> {
    const { clock, storeTimeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      const timer = clock.setTimer(
        () => reject(new Error(`no answer within ${storeTimeoutMs} ms`)),
        storeTimeoutMs,
      );
      work(this.#store)
        .then(resolve, reject)
        .finally(() => timer.cancel());
    });
  }
}
