import { ConnectionClosedError } from 'bullmq';
import type { WakeHub } from './wake-hub.ts';

/** Node fires a longer `setTimeout` after 1 ms. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** What a look found: the answer, or the epoch ms at which to look again without a sign. */
export type Look<T> = { readonly found: T } | { readonly again?: number | undefined };

/**
 * Waiting for a change on one queue, which another thread of control may end at any time. The first look is taken
 * after the waiter has been registered, so that nothing falls between.
 */
export class BlockingWait {
  readonly #hub: WakeHub;
  readonly #queue: string;
  readonly #cancels = new Set<() => void>();
  #disconnected = false;

  constructor(hub: WakeHub, queue: string) {
    this.#hub = hub;
    this.#queue = queue;
  }

  /** Ends the waits under way, and those that are just starting, with ConnectionClosedError. */
  disconnect(): void {
    this.#disconnected = true;
    for (const cancel of this.#cancels) cancel();
  }

  reconnect(): void {
    this.#disconnected = false;
  }

  /** The first answer of `look`, or null after `timeoutMs`. The timer keeps the process alive: somebody waits. */
  wait<T>(look: () => Look<T>, timeoutMs: number): Promise<T | null> {
    if (this.#disconnected) return Promise.reject(new ConnectionClosedError());
    return new Promise<T | null>((resolve, reject) => {
      const endsAt = Date.now() + timeoutMs;
      let timer: NodeJS.Timeout | undefined;
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        unwatch();
        this.#cancels.delete(cancel);
        settle();
      };
      const cancel = () => finish(() => reject(new ConnectionClosedError()));
      const check = () => {
        clearTimeout(timer);
        try {
          const result = look();
          if ('found' in result) return finish(() => resolve(result.found));
          const now = Date.now();
          if (now >= endsAt) return finish(() => resolve(null));
          const waitMs = Math.min(endsAt, result.again ?? endsAt) - now;
          timer = setTimeout(check, Math.max(1, Math.min(waitMs, LONGEST_TIMEOUT_MS)));
        } catch (error) {
          finish(() => reject(error));
        }
      };
      const unwatch = this.#hub.watch(this.#queue, check);
      this.#cancels.add(cancel);
      check();
    });
  }
}
