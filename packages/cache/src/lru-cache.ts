import { type Clock, systemClock } from '@holdfast/context/clock';
import { LRUCache as LruCache } from 'lru-cache';
import { CACHE_DEFAULTS, LONGEST_MS, type NumberLike, readNumber } from './options.ts';

export interface LRUCacheOptions {
  /**
   * Most items.
   * @default 500
   */
  maxSize?: NumberLike | undefined;
  /**
   * Time to live of an item, in ms.
   * @default 300000
   */
  ttl?: NumberLike | undefined;
  /**
   * Whether reading an item keeps it from being the next to go. Otherwise the oldest goes first.
   * @default true
   */
  useLRU?: boolean;
  /** Time and timers. Default the system's. */
  clock?: Clock;
}

interface Item<V> {
  readonly value: V;
  readonly expiresAt: number;
}

/** Items in memory, each for its time. Holds what it is given, not copies; `createCache` does more. */
export class LRUCache<V = unknown> {
  readonly #items: LruCache<string, Item<V>>;
  readonly #ttl: number;
  readonly #useLRU: boolean;
  readonly #clock: Clock;

  /** @throws CacheOptionError */
  constructor(options: LRUCacheOptions = {}) {
    const { maxSize = CACHE_DEFAULTS.maxSize, ttl = CACHE_DEFAULTS.ttl, useLRU = true } = options;
    this.#items = new LruCache({ max: readNumber('LRUCache', 'maxSize', maxSize, 1, 2 ** 24) });
    this.#ttl = readNumber('LRUCache', 'ttl', ttl, 1, LONGEST_MS);
    this.#useLRU = useLRU;
    this.#clock = options.clock ?? systemClock;
  }

  /** How many items there are, expired ones that nobody has asked for included. */
  get size(): number {
    return this.#items.size;
  }

  /** The item, or undefined when there is none or its time is over. With `useLRU` it is the last to go from now on. */
  get(key: string): V | undefined {
    const item = this.#useLRU ? this.#items.get(key) : this.#items.peek(key);
    if (item === undefined || item.expiresAt > this.#clock.now()) return item?.value;
    this.#items.delete(key);
    return undefined;
  }

  /** Whether `get` would find it; does not count as use. */
  has(key: string): boolean {
    const item = this.#items.peek(key);
    return item !== undefined && item.expiresAt > this.#clock.now();
  }

  /** @param ttl in ms, instead of the cache's own. @throws CacheOptionError */
  set(key: string, value: V, ttl: number = this.#ttl): void {
    const expiresAt = this.#clock.now() + readNumber('LRUCache.set', 'ttl', ttl, 1, LONGEST_MS);
    // A new value is a new item: without this the first to come would stay the first to go.
    if (!this.#useLRU) this.#items.delete(key);
    this.#items.set(key, { value, expiresAt });
  }

  /** @returns whether there was one */
  delete(key: string): boolean {
    return this.#items.delete(key);
  }

  /** Removes every item. */
  clear(): void {
    this.#items.clear();
  }
}
