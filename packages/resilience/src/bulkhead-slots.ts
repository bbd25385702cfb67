import { remainingMs } from '@holdfast/context';
import type { Clock } from '@holdfast/context/clock';
import { contextStorage } from '@holdfast/context/storage';
import { Lane, type Waiter } from './bulkhead-lane.ts';
import type { ResolvedBulkheadOptions } from './bulkhead-options.ts';
import { BulkheadQueue } from './bulkhead-queue.ts';
import { bulkheadRejectedChannel } from './channels.ts';
import { BulkheadRejectedError } from './errors.ts';
import { withoutStack } from './without-stack.ts';

/**
 * The places of a bulkhead and the queue before them. Whenever a place is free, every key that waits has reached its
 * own limit: so a call that finds a place, and its key below the limit, passes nobody by.
 */
export class BulkheadSlots {
  readonly name: string;
  readonly maxConcurrent: number;
  /** How long work that was aborted keeps its place if it does not settle. */
  readonly abortGraceMs: number;
  readonly #clock: Clock;
  readonly #maxQueue: number;
  readonly #maxConcurrentPerKey: number;
  readonly #queueTimeoutMs: number;
  readonly #keyOf: ResolvedBulkheadOptions['key'];
  readonly #queue: BulkheadQueue;
  /** Of the calls without a key. */
  readonly #common = new Lane(undefined);
  /** Of the keys with calls that run or wait; the others are forgotten. */
  readonly #lanes = new Map<unknown, Lane>();
  #active = 0;
  rejections = 0;

  constructor(options: ResolvedBulkheadOptions) {
    this.name = options.name;
    this.maxConcurrent = options.maxConcurrent;
    this.abortGraceMs = options.abortGraceMs;
    this.#clock = options.clock;
    this.#maxQueue = options.maxQueue;
    this.#maxConcurrentPerKey = options.maxConcurrentPerKey;
    this.#queueTimeoutMs = options.queueTimeoutMs;
    this.#keyOf = options.key;
    this.#queue = new BulkheadQueue(options.maxConcurrentPerKey, this.#common);
  }

  get active(): number {
    return this.#active;
  }

  get queued(): number {
    return this.#queue.size;
  }

  /** How many keys have calls that run or wait. */
  get keys(): number {
    return this.#lanes.size;
  }

  /** The lane of a call with these arguments. A key that throws counts as none. */
  laneFor(key: string | undefined, args: readonly unknown[]): Lane {
    if (key !== undefined) return this.#laneOf(key);
    if (this.#keyOf === undefined) return this.#common;
    try {
      return this.#laneOf(this.#keyOf(...args));
    } catch {
      return this.#common;
    }
  }

  /** Takes a place if one is free for the lane. */
  tryEnter(lane: Lane): boolean {
    if (this.#active >= this.maxConcurrent || lane.active >= this.#maxConcurrentPerKey) return false;
    this.#active += 1;
    lane.active += 1;
    return true;
  }

  /**
   * Waits for a place, within the queue's limits and the caller's deadline.
   * @throws BulkheadRejectedError when the queue is full or the wait too long; the reason of the caller's signal
   */
  enter(lane: Lane): Promise<void> {
    const limitMs = Math.min(this.#queueTimeoutMs, remainingMs());
    if (limitMs <= 0 || !this.#makeRoom(lane)) return this.#refuse(lane, this.#rejected('full'));
    // The deadline itself is the limit of the wait; this is what else can end it.
    const signal = contextStorage.getStore()?.deadline?.external;
    if (signal?.aborted === true) return this.#refuse(lane, signal.reason);
    return new Promise((resolve, reject) => {
      const end = () => {
        timer?.cancel();
        signal?.removeEventListener('abort', abort);
      };
      const leave = (reason: unknown) => {
        end();
        this.#queue.remove(waiter);
        this.#forgetIfIdle(lane);
        reject(reason as Error);
      };
      const waiter: Waiter = {
        lane,
        enter: () => {
          end();
          resolve();
        },
        pushOut: () => leave(this.#rejected('full')),
        previous: undefined,
        next: undefined,
      };
      const abort = () => leave(signal?.reason);
      const giveUp = () => leave(this.#rejected('timeout'));
      const timer = limitMs === Number.POSITIVE_INFINITY ? undefined : this.#clock.setTimer(giveUp, limitMs);
      signal?.addEventListener('abort', abort);
      this.#queue.add(waiter);
    });
  }

  /** Gives a place back, to the call whose turn it is. */
  release(lane: Lane): void {
    this.#active -= 1;
    lane.active -= 1;
    if (this.#queue.size > 0) {
      this.#queue.offerTurn(lane);
      const waiter = this.#queue.takeNext();
      if (waiter !== undefined) {
        this.#active += 1;
        waiter.lane.active += 1;
        this.#queue.offerTurn(waiter.lane);
        waiter.enter();
      }
    }
    this.#forgetIfIdle(lane);
  }

  /** A full queue has room for a key that has fewer waiting than another: the last of the longest gives way. */
  #makeRoom(lane: Lane): boolean {
    if (this.#queue.size < this.#maxQueue) return true;
    const last = this.#queue.lastOfLongerThan(lane);
    last?.pushOut();
    return last !== undefined;
  }

  #laneOf(key: unknown): Lane {
    if (key === undefined) return this.#common;
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    const lane = new Lane(key);
    this.#lanes.set(key, lane);
    return lane;
  }

  #forgetIfIdle(lane: Lane): void {
    if (lane.key !== undefined && lane.active === 0 && lane.waiting === 0) this.#lanes.delete(lane.key);
  }

  #refuse(lane: Lane, reason: unknown): Promise<never> {
    this.#forgetIfIdle(lane);
    return Promise.reject(reason as Error);
  }

  #rejected(reason: 'full' | 'timeout'): BulkheadRejectedError {
    this.rejections += 1;
    if (bulkheadRejectedChannel.hasSubscribers) bulkheadRejectedChannel.publish({ name: this.name });
    return withoutStack(BulkheadRejectedError, this.name, reason);
  }
}
