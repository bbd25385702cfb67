import { type Clock, systemClock } from '@holdfast/context/clock';
import type { Lifetime } from './entry.ts';
import { type CacheError, CacheOptionError } from './errors.ts';
import type { CacheStoreFactory } from './store.ts';

/** A count or a time as an environment variable brings it, or as a number. */
export type NumberLike = number | string;

export interface LifetimeOptions {
  /**
   * How long a value is fresh, in ms, 1 or more.
   * @default 300000
   */
  ttl?: NumberLike | undefined;
  /**
   * How long after that it is still given out while a new one is loaded, in ms (RFC 5861).
   * @default 0
   */
  staleWhileRevalidateMs?: number;
  /**
   * How long after that it is still given out when a new one cannot be loaded, a refusing circuit breaker included,
   * in ms (RFC 5861).
   * @default 0
   */
  staleIfErrorMs?: number;
}

export interface CacheOptions extends LifetimeOptions {
  /** What the cache is called in metrics, in messages and in its store. 1 to 64 of `[A-Za-z0-9_.-]`. Default `default`, `http` for answers. */
  name?: string;
  /**
   * Most values in the memory of this process, 1 to 16,777,216.
   * @default 500
   */
  maxSize?: NumberLike | undefined;
  /**
   * Most memory for them, in bytes.
   * @default 52428800
   */
  maxSizeBytes?: number;
  /**
   * Largest value that is kept, in bytes. A larger one is given out and forgotten.
   * @default 1048576
   */
  maxEntryBytes?: number;
  /**
   * By how much of its length a time to live is shortened at random, 0 to 1, so that values made together do not
   * expire together.
   * @default 0.1
   */
  jitterRatio?: number;
  /**
   * After a failed load: how long an older value is given out before the next attempt, in ms.
   * @default 1000
   */
  staleRetryMs?: number;
  /**
   * How long a load may take, in ms.
   * @default 30000
   */
  loadTimeoutMs?: number;
  /**
   * `copy`: each caller gets a copy as `structuredClone` makes it. `frozen`: all get one deeply frozen object, which
   * is faster and takes plain data only.
   * @default 'copy'
   */
  share?: 'copy' | 'frozen';
  /** A second tier that several processes share. Needs a `name`. */
  store?: CacheStoreFactory;
  /**
   * How long the store may take to answer, in ms, before the cache goes on without it.
   * @default 250
   */
  storeTimeoutMs?: number;
  /**
   * How long it is left alone after that, in ms.
   * @default 1000
   */
  storeRetryMs?: number;
  /** Told what went wrong without a caller: the store, a refresh in the background. */
  onError?: (error: CacheError | Error) => void;
  /** Time and timers. Default the system's. */
  clock?: Clock;
  /** Source of the jitter, 0 to 1. Default `Math.random`. */
  random?: () => number;
}

export const CACHE_DEFAULTS: Readonly<{
  name: string;
  ttl: number;
  staleWhileRevalidateMs: number;
  staleIfErrorMs: number;
  maxSize: number;
  maxSizeBytes: number;
  maxEntryBytes: number;
  jitterRatio: number;
  staleRetryMs: number;
  loadTimeoutMs: number;
  share: 'copy' | 'frozen';
  storeTimeoutMs: number;
  storeRetryMs: number;
}> = Object.freeze({
  name: 'default',
  ttl: 300_000,
  staleWhileRevalidateMs: 0,
  staleIfErrorMs: 0,
  maxSize: 500,
  maxSizeBytes: 52_428_800,
  maxEntryBytes: 1_048_576,
  jitterRatio: 0.1,
  staleRetryMs: 1_000,
  loadTimeoutMs: 30_000,
  share: 'copy',
  storeTimeoutMs: 250,
  storeRetryMs: 1_000,
});

export interface CacheSettings {
  readonly name: string;
  readonly lifetime: Lifetime;
  readonly maxSize: number;
  readonly maxSizeBytes: number;
  readonly maxEntryBytes: number;
  readonly jitterRatio: number;
  readonly staleRetryMs: number;
  readonly loadTimeoutMs: number;
  readonly share: 'copy' | 'frozen';
  readonly store: CacheStoreFactory | undefined;
  readonly storeTimeoutMs: number;
  readonly storeRetryMs: number;
  readonly onError: (error: CacheError | Error) => void;
  readonly clock: Clock;
  readonly random: () => number;
}

/** A century: past every use, and far from where sums of doubles lose milliseconds. */
export const LONGEST_MS = 3_155_760_000_000;
/** The most that a JavaScript Map holds. */
const MOST_KEYS = 2 ** 24;

/** @throws CacheOptionError */
export function resolveCacheOptions(options: CacheOptions, owner = 'createCache'): CacheSettings {
  const d = CACHE_DEFAULTS;
  const { name = d.name, share = d.share, store } = options;
  if (!/^[\w.-]{1,64}$/.test(name)) {
    throw new CacheOptionError(
      'name',
      `${owner}: name must be 1 to 64 of letters, digits, "_", "." and "-".`,
    );
  }
  if (share !== 'copy' && share !== 'frozen') {
    throw new CacheOptionError(
      'share',
      `${owner}: share is ${String(share)}; it must be 'copy' or 'frozen'.`,
    );
  }
  if (store !== undefined && options.name === undefined) {
    throw new CacheOptionError(
      'name',
      `${owner}: a store is given without a name; give one, so that no two caches share their keys.`,
    );
  }
  const count = (key: keyof typeof d & keyof CacheOptions, from: number, to: number) =>
    readNumber(owner, key, options[key] ?? d[key], from, to);
  return {
    name,
    lifetime: resolveLifetime(options, owner),
    maxSize: count('maxSize', 1, MOST_KEYS),
    maxSizeBytes: count('maxSizeBytes', 1, Number.MAX_SAFE_INTEGER),
    maxEntryBytes: count('maxEntryBytes', 1, Number.MAX_SAFE_INTEGER),
    jitterRatio: readRatio(owner, options.jitterRatio ?? d.jitterRatio),
    staleRetryMs: count('staleRetryMs', 0, LONGEST_MS),
    loadTimeoutMs: count('loadTimeoutMs', 1, LONGEST_MS),
    share,
    store,
    storeTimeoutMs: count('storeTimeoutMs', 1, LONGEST_MS),
    storeRetryMs: count('storeRetryMs', 0, LONGEST_MS),
    onError: options.onError ?? (() => undefined),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}

/** @throws CacheOptionError */
export function resolveLifetime(options: LifetimeOptions, owner: string): Lifetime {
  const { ttl, staleWhileRevalidateMs, staleIfErrorMs } = CACHE_DEFAULTS;
  return {
    ttl: readNumber(owner, 'ttl', options.ttl ?? ttl, 1, LONGEST_MS),
    staleWhileRevalidateMs: readNumber(
      owner,
      'staleWhileRevalidateMs',
      options.staleWhileRevalidateMs ?? staleWhileRevalidateMs,
      0,
      LONGEST_MS,
    ),
    staleIfErrorMs: readNumber(
      owner,
      'staleIfErrorMs',
      options.staleIfErrorMs ?? staleIfErrorMs,
      0,
      LONGEST_MS,
    ),
  };
}

/** An integer, or its decimal digits. @throws CacheOptionError */
export function readNumber(owner: string, name: string, value: unknown, from: number, to: number): number {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  if (Number.isInteger(number) && Number(number) >= from && Number(number) <= to) return Number(number);
  throw new CacheOptionError(
    name,
    `${owner}: ${name} is ${String(value)}; it must be an integer from ${from} to ${to}.`,
  );
}

function readRatio(owner: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw new CacheOptionError(
    'jitterRatio',
    `${owner}: jitterRatio is ${String(value)}; it must be a number from 0 to 1.`,
  );
}
