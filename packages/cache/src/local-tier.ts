import type { Clock, Timer } from '@holdfast/context/clock';
import { LRUCache as LruCache } from 'lru-cache';
import { type Entry, uselessFrom } from './entry.ts';

/** Beside the value: the key, the entry and the place in the lists, measured roughly. */
const OVERHEAD_BYTES = 200;
const SWEEP_EVERY_MS = 60_000;

export interface TierLimits {
  readonly maxSize: number;
  readonly maxSizeBytes: number;
  readonly clock: Clock;
}

/** The values in the memory of this process; the one used longest ago makes place for a new one. */
export class LocalTier {
  readonly #entries: LruCache<string, Entry>;
  readonly #clock: Clock;
  #evictions = 0;
  #sweep: Timer | undefined;

  constructor({ maxSize, maxSizeBytes, clock }: TierLimits) {
    this.#clock = clock;
    this.#entries = new LruCache<string, Entry>({
      max: maxSize,
      maxSize: maxSizeBytes,
      sizeCalculation: (entry, key) => entry.sizeBytes + key.length * 2 + OVERHEAD_BYTES,
      dispose: (_entry, _key, reason) => {
        if (reason === 'evict') this.#evictions += 1;
      },
    });
  }

  get keys(): number {
    return this.#entries.size;
  }

  get size(): number {
    return this.#entries.calculatedSize;
  }

  get evictions(): number {
    return this.#evictions;
  }

  get(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || uselessFrom(entry) > this.#clock.now()) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  set(key: string, entry: Entry): void {
    this.#entries.set(key, entry);
    this.#sweep ??= this.#clock.setTimer(() => this.#removeUseless(), SWEEP_EVERY_MS);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  deleteMatching(text: string): void {
    for (const key of Array.from(this.#entries.keys())) if (key.includes(text)) this.#entries.delete(key);
  }

  clear(): void {
    this.#sweep?.cancel();
    this.#sweep = undefined;
    this.#entries.clear();
  }

  /** Values that nobody asks for again would keep their memory until others push them out. */
  #removeUseless(): void {
    const now = this.#clock.now();
    for (const [key, entry] of Array.from(this.#entries.entries())) {
      if (uselessFrom(entry) <= now) this.#entries.delete(key);
    }
    this.#sweep =
      this.#entries.size === 0
        ? undefined
        : this.#clock.setTimer(() => this.#removeUseless(), SWEEP_EVERY_MS);
  }
}
