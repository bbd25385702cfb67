import type { BackoffOptions } from '../options.ts';

/**
 * The delay before a retry, with full jitter, in whole ms.
 * @param failures how many attempts have failed, 1 or more
 * @param random a number from 0 to below 1
 * @see https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 */
export function backoffDelayMs(failures: number, backoff: Required<BackoffOptions>, random: number): number {
  const { initialDelayMs, maxDelayMs, multiplier } = backoff;
  return Math.floor(random * Math.min(maxDelayMs, initialDelayMs * multiplier ** (failures - 1)));
}
