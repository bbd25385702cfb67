import { type Clock, systemClock } from '@holdfast/context/clock';
import { IdempotencyOptionError } from '../errors.ts';
import { ReplayCache } from './replay-cache.ts';

/** What is the same for requests and functions. */
export interface PolicyOptions {
  /**
   * How long a claim holds without being renewed, in ms, 100 to 3,600,000. It is renewed while the work goes on.
   * @default 30000
   */
  leaseMs?: number;
  /**
   * For how long a claim is renewed at most, in ms, 1,000 to 86,400,000: work that never ends gives up its key then.
   * @default 600000
   */
  maxRunMs?: number;
  /**
   * Limit of one call to the store, in ms, 10 to 60,000; a deadline of the context shortens it.
   * @default 2000
   */
  storeTimeoutMs?: number;
  /**
   * What a second call does while the first is at work: it is refused at once, or waits for the answer.
   * @default 'refuse'
   */
  onInFlight?: 'refuse' | 'wait';
  /**
   * Longest wait in ms, 0 to 600,000; a deadline of the context shortens it.
   * @default 10000
   */
  waitMs?: number;
  /**
   * Whether a call is refused or runs without protection when the store does not answer.
   * @default 'failClosed'
   */
  onStoreFailure?: 'failClosed' | 'failOpen';
  /**
   * How much memory may hold records that were given again before, in bytes, 0 (none) to 1,073,741,824, so that the
   * next time costs no call to the store. Not used with the memory store.
   * @default 8388608
   */
  replayCacheBytes?: number;
  /** Time and timers. Default the system's. */
  clock?: Clock;
}

/** @template T what a kept result is given again as */
export interface Policy<T = unknown> {
  readonly ttlMs: number;
  readonly leaseMs: number;
  readonly maxRunMs: number;
  readonly storeTimeoutMs: number;
  readonly waitMs: number;
  readonly waits: boolean;
  readonly failsOpen: boolean;
  /** Whether a claim whose lease ran out is taken over; else it is refused. */
  readonly takesOver: boolean;
  readonly replays: ReplayCache<T> | undefined;
  /** What is made of a kept result, once for each time that a store is asked; callers share it and leave it as it is. */
  readonly read: (result: Uint8Array) => T;
  readonly clock: Clock;
}

const DAY_MS = 86_400_000;
/** The longest time that Redis, SQLite and a JavaScript number all keep exactly; a hundred years. */
const LONGEST_TTL_MS = 36_500 * DAY_MS;
const LARGEST_CACHE_BYTES = 1_073_741_824;

/** Every default of requests and functions with a key. Durations in ms, sizes in bytes. */
export const IDEMPOTENCY_DEFAULTS: Readonly<{
  headerName: string;
  methods: readonly string[];
  replayHeaders: readonly string[];
  ttlSeconds: number;
  ttlMs: number;
  leaseMs: number;
  maxRunMs: number;
  storeTimeoutMs: number;
  waitMs: number;
  replayCacheBytes: number;
  maxRequestBytes: number;
  maxResponseBytes: number;
}> = Object.freeze({
  headerName: 'Idempotency-Key',
  methods: Object.freeze(['POST', 'PUT', 'PATCH', 'DELETE']),
  replayHeaders: Object.freeze([
    'content-type',
    'content-language',
    'content-disposition',
    'location',
    'etag',
    'last-modified',
    'cache-control',
    'link',
  ]),
  ttlSeconds: 86_400,
  ttlMs: DAY_MS,
  leaseMs: 30_000,
  maxRunMs: 600_000,
  storeTimeoutMs: 2_000,
  waitMs: 10_000,
  replayCacheBytes: 8_388_608,
  maxRequestBytes: 1_048_576,
  maxResponseBytes: 1_048_576,
});

/** @throws IdempotencyOptionError */
export function resolvePolicy<T>(
  owner: string,
  options: PolicyOptions,
  more: Pick<Policy<T>, 'ttlMs' | 'takesOver' | 'read'>,
): Policy<T> {
  const check = (name: string, value: number, least: number, most: number): number =>
    inRange(owner, name, value, least, most);
  const { onInFlight = 'refuse', onStoreFailure = 'failClosed' } = options;
  oneOf(owner, 'onInFlight', onInFlight, ['refuse', 'wait']);
  oneOf(owner, 'onStoreFailure', onStoreFailure, ['failClosed', 'failOpen']);
  const defaults = IDEMPOTENCY_DEFAULTS;
  const { clock = systemClock, replayCacheBytes = defaults.replayCacheBytes } = options;
  check('replayCacheBytes', replayCacheBytes, 0, LARGEST_CACHE_BYTES);
  return {
    ttlMs: check('ttlMs', more.ttlMs, 1_000, LONGEST_TTL_MS),
    takesOver: more.takesOver,
    leaseMs: check('leaseMs', options.leaseMs ?? defaults.leaseMs, 100, 3_600_000),
    maxRunMs: check('maxRunMs', options.maxRunMs ?? defaults.maxRunMs, 1_000, DAY_MS),
    storeTimeoutMs: check('storeTimeoutMs', options.storeTimeoutMs ?? defaults.storeTimeoutMs, 10, 60_000),
    waitMs: check('waitMs', options.waitMs ?? defaults.waitMs, 0, 600_000),
    waits: onInFlight === 'wait',
    failsOpen: onStoreFailure === 'failOpen',
    read: more.read,
    replays: replayCacheBytes === 0 ? undefined : new ReplayCache(replayCacheBytes, clock, more.read),
    clock,
  };
}

/** @throws IdempotencyOptionError */
export function inRange(owner: string, name: string, value: number, least: number, most: number): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw new IdempotencyOptionError(
    name,
    `${owner}: ${name} is ${value}; it must be from ${least} to ${most}.`,
  );
}

/** @throws IdempotencyOptionError */
export function oneOf(owner: string, name: string, value: unknown, choices: readonly string[]): void {
  if (typeof value === 'string' && choices.includes(value)) return;
  throw new IdempotencyOptionError(
    name,
    `${owner}: ${name} is ${typeof value === 'string' ? `"${value}"` : `of type ${typeof value}`}; it must be one of ${choices.join(', ')}.`,
  );
}
