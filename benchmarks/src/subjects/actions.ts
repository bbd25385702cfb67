/** What every library protects in the benchmarks: the cheapest asynchronous calls there are. */

export async function succeed(value: number): Promise<number> {
  return value;
}

const failure = new Error('the dependency failed');

/** The same error each time, so that no library is charged with the making of a stack trace. */
export async function fail(_value: number): Promise<number> {
  throw failure;
}

/** Far above what a round can reach: the circuit stays closed while every call fails. */
export const NEVER_OPENS = 1_000_000_000;

/** Longer than any benchmark: an opened circuit stays open. */
export const STAYS_OPEN_MS = 3_600_000;

export const ATTEMPT_TIMEOUT_MS = 10_000;
export const MAX_CONCURRENT = 1_000;
export const MAX_ATTEMPTS = 3;

/** A bulkhead that is busy: so many calls at once, more than it has places for. */
export const CALLS_AT_ONCE = 20;
export const FEW_PLACES = 2;
export const TENANTS = ['a', 'b', 'c', 'd'] as const;

/** A call that holds its place until the end of the process. */
export function never(): Promise<never> {
  return new Promise(() => {});
}

/**
 * A failing call is measured on a breaker that begins afresh after this many: what opossum does at a failure grows
 * with the calls in its window, and an endless loop would show it at its worst only.
 */
export const FAILURES_PER_BREAKER = 1_000;
