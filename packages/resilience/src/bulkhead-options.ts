import { type Clock, systemClock } from '@holdfast/context/clock';
import { DEFAULTS, durationOption, integerOption, nameOption } from './options.ts';

export interface BulkheadOptions {
  /** Default `anonymous`. */
  name?: string;
  /** Calls at the same time. Default 10. */
  maxConcurrent?: number;
  /** Calls that may wait for a place; the rest is rejected at once. Default 0. */
  maxQueue?: number;
  /** Longest wait, within the caller's deadline; Infinity for that alone. Default 10000. */
  queueTimeoutMs?: number;
  /** How long aborted work that does not settle keeps its place; Infinity until it settles. Default 10000. */
  abortGraceMs?: number;
  /** Time and timers. Default the system's. */
  clock?: Clock;
}

export type ResolvedBulkheadOptions = Readonly<Required<BulkheadOptions>>;

const MOST = 1_000_000;

/** @throws ResilienceOptionError naming the option, its value and its range */
export function resolveBulkheadOptions(options: BulkheadOptions): ResolvedBulkheadOptions {
  const defaults = DEFAULTS.bulkhead;
  return {
    name: nameOption('name', options.name),
    maxConcurrent: integerOption('maxConcurrent', options.maxConcurrent, defaults.maxConcurrent, 1, MOST),
    maxQueue: integerOption('maxQueue', options.maxQueue, defaults.maxQueue, 0, MOST),
    queueTimeoutMs: durationOption('queueTimeoutMs', options.queueTimeoutMs, defaults.queueTimeoutMs),
    abortGraceMs: durationOption('abortGraceMs', options.abortGraceMs, defaults.abortGraceMs),
    clock: options.clock ?? systemClock,
  };
}
