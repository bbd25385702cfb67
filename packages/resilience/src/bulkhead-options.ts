import { type Clock, systemClock } from '@holdfast/context/clock';
import { durationOption, functionOption, integerOption, nameOption, RESILIENCE_DEFAULTS } from './options.ts';

export interface BulkheadOptions {
  /** Default `anonymous`. */
  name?: string;
  /** Calls at the same time. Default 10. */
  maxConcurrent?: number;
  /** Calls that may wait for a place; the rest is rejected at once. Default 0. */
  maxQueue?: number;
  /** Longest wait, within the caller's deadline; Infinity for that alone. Default 10000. */
  queueTimeoutMs?: number;
  /**
   * For whom a call is made, such as its tenant: gets the arguments of a resilient function, none in `execute`. Keys that
   * wait take turns. Calls without a key are one key together, and so are those for which it throws. Default none.
   */
  key?: (...args: never[]) => string | undefined;
  /** Calls of one key at the same time. Default and highest `maxConcurrent`. */
  maxConcurrentPerKey?: number;
  /** How long aborted work that does not settle keeps its place; Infinity until it settles. Default 10000. */
  abortGraceMs?: number;
  /** Time and timers. Default the system's. */
  clock?: Clock;
}

export type ResolvedBulkheadOptions = Readonly<
  Required<Omit<BulkheadOptions, 'key'>> & { key: ((...args: unknown[]) => unknown) | undefined }
>;

const MOST = 1_000_000;

/** @throws ResilienceOptionError naming the option, its value and its range */
export function resolveBulkheadOptions(options: BulkheadOptions): ResolvedBulkheadOptions {
  const defaults = RESILIENCE_DEFAULTS.bulkhead;
  functionOption('key', options.key);
  const most = integerOption('maxConcurrent', options.maxConcurrent, defaults.maxConcurrent, 1, MOST);
  return {
    name: nameOption('name', options.name),
    maxConcurrent: most,
    maxConcurrentPerKey: integerOption('maxConcurrentPerKey', options.maxConcurrentPerKey, most, 1, most),
    key: options.key as ResolvedBulkheadOptions['key'],
    maxQueue: integerOption('maxQueue', options.maxQueue, defaults.maxQueue, 0, MOST),
    queueTimeoutMs: durationOption('queueTimeoutMs', options.queueTimeoutMs, defaults.queueTimeoutMs),
    abortGraceMs: durationOption('abortGraceMs', options.abortGraceMs, defaults.abortGraceMs),
    clock: options.clock ?? systemClock,
  };
}
