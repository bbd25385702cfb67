import { Attempt, type AttemptLimits } from './attempt.ts';
import { type BulkheadOptions, resolveBulkheadOptions } from './bulkhead-options.ts';
import { BulkheadSlots } from './bulkhead-slots.ts';
import type { BulkheadSnapshot } from './channels.ts';
import { LiveObjects } from './live-objects.ts';

/** What a bulkhead does now, and what it refused. */
export interface BulkheadStats extends BulkheadSnapshot {
  /** Calls rejected since the bulkhead was made. */
  readonly rejections: number;
  /** Keys with calls that run or wait. */
  readonly keys: number;
}

export interface BulkheadCallOptions {
  /** For whom the call is made, such as a tenant; replaces the bulkhead's `key`. */
  key?: string;
}

/** A limit on calls at the same time. */
export interface Bulkhead {
  readonly name: string;
  /**
   * Calls `fn` when it has a place.
   * @throws BulkheadRejectedError when there is none in time
   */
  execute<R>(fn: () => R | PromiseLike<R>, options?: BulkheadCallOptions): Promise<R>;
  /** As it is at this moment. */
  getStats(): BulkheadStats;
}

const NO_ARGS: readonly unknown[] = Object.freeze([]);
const liveBulkheads = new LiveObjects('resilience.bulkhead');
const slotsOfBulkheads = new WeakMap<object, BulkheadSlots>();

/** The places of a bulkhead, for a policy that composes it. Undefined for anything else. */
export function slotsOf(bulkhead: object): BulkheadSlots | undefined {
  return slotsOfBulkheads.get(bulkhead);
}

class BulkheadObject implements Bulkhead {
  readonly #slots: BulkheadSlots;
  readonly #limits: AttemptLimits;

  constructor(options: BulkheadOptions) {
    const resolved = resolveBulkheadOptions(options);
    this.#slots = new BulkheadSlots(resolved);
    this.#limits = {
      name: resolved.name,
      clock: resolved.clock,
      bulkhead: this.#slots,
      deadlines: undefined,
    };
    slotsOfBulkheads.set(this, this.#slots);
    liveBulkheads.add(this);
  }

  get name(): string {
    return this.#slots.name;
  }

  execute<R>(fn: () => R | PromiseLike<R>, options?: BulkheadCallOptions): Promise<R> {
    const attempt = new Attempt<R>(this.#limits, fn, NO_ARGS, Number.POSITIVE_INFINITY, 1);
    if (options !== undefined) attempt.key = options.key;
    return attempt.start();
  }

  getStats(): BulkheadStats {
    return { ...this.snapshot(), rejections: this.#slots.rejections, keys: this.#slots.keys };
  }

  snapshot(): BulkheadSnapshot {
    const { name, active, queued, maxConcurrent } = this.#slots;
    return { name, active, queued, maxConcurrent };
  }
}

/**
 * Limits how many calls run at the same time, so that one slow dependency cannot take everything.
 * @throws ResilienceOptionError for an option that cannot be used
 */
export function createBulkhead(options: BulkheadOptions = {}): Bulkhead {
  return new BulkheadObject(options);
}
