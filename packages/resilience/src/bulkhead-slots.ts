import { remainingMs } from '@holdfast/context';
import type { Clock } from '@holdfast/context/clock';
import { contextStorage } from '@holdfast/context/storage';
import type { ResolvedBulkheadOptions } from './bulkhead-options.ts';
import { bulkheadRejectedChannel } from './channels.ts';
import { BulkheadRejectedError } from './errors.ts';

interface Waiter {
  enter(): void;
}

/** The places of a bulkhead and the queue before them, first come first served. */
export class BulkheadSlots {
  readonly name: string;
  readonly maxConcurrent: number;
  /** How long work that was aborted keeps its place if it does not settle. */
  readonly abortGraceMs: number;
  readonly #clock: Clock;
  readonly #maxQueue: number;
  readonly #queueTimeoutMs: number;
  readonly #queue = new Set<Waiter>();
  #active = 0;
  rejections = 0;

  constructor(options: ResolvedBulkheadOptions) {
    this.name = options.name;
    this.maxConcurrent = options.maxConcurrent;
    this.abortGraceMs = options.abortGraceMs;
    this.#clock = options.clock;
    this.#maxQueue = options.maxQueue;
    this.#queueTimeoutMs = options.queueTimeoutMs;
  }

  get active(): number {
    return this.#active;
  }

  get queued(): number {
    return this.#queue.size;
  }

  /** Takes a place if one is free and nobody waits. */
  tryEnter(): boolean {
    if (this.#active >= this.maxConcurrent) return false;
    this.#active += 1;
    return true;
  }

  /**
   * Waits for a place, within the queue's limits and the caller's deadline.
   * @throws BulkheadRejectedError when the queue is full or the wait too long; the reason of the caller's signal
   */
  enter(): Promise<void> {
    const limitMs = Math.min(this.#queueTimeoutMs, remainingMs());
    if (this.#queue.size >= this.#maxQueue || limitMs <= 0) return Promise.reject(this.#rejected('full'));
    // The deadline itself is the limit of the wait; this is what else can end it.
    const signal = contextStorage.getStore()?.deadline?.external;
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#queue.delete(waiter);
        timer?.cancel();
        signal?.removeEventListener('abort', abort);
      };
      const waiter: Waiter = {
        enter: () => {
          leave();
          resolve();
        },
      };
      const abort = () => {
        leave();
        reject(signal?.reason as Error);
      };
      const giveUp = () => {
        leave();
        reject(this.#rejected('timeout'));
      };
      const timer = limitMs === Number.POSITIVE_INFINITY ? undefined : this.#clock.setTimer(giveUp, limitMs);
      signal?.addEventListener('abort', abort);
      this.#queue.add(waiter);
    });
  }

  /** Gives a place back, to the first that waits. */
  release(): void {
    for (const waiter of this.#queue) {
      waiter.enter();
      return;
    }
    this.#active -= 1;
  }

  #rejected(reason: 'full' | 'timeout'): BulkheadRejectedError {
    this.rejections += 1;
    if (bulkheadRejectedChannel.hasSubscribers) bulkheadRejectedChannel.publish({ name: this.name });
    return new BulkheadRejectedError(this.name, reason);
  }
}
