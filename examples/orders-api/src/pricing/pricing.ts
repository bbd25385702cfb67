import {
  classifyFailure,
  createResilientFunction,
  type FailureClass,
  retryAfterMs,
} from '@holdfast/resilience';
import { tracedFetch } from '@holdfast/tracing/http';
import { z } from 'zod';
import type { PricingConfig } from '../config.ts';
import { PricingUnavailableError } from '../errors.ts';

export interface Pricing {
  /**
   * Unit prices by SKU, in the currency's smallest unit; without those that are not sold.
   * @throws PricingUnavailableError when the service fails, is too slow, or is not asked while its circuit is open
   */
  pricesOf(currency: string, skus: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** False while the circuit is open. */
  isAvailable(): boolean;
}

/** What a price may be, so that a hundred lines of ten thousand pieces stay exact. */
const LARGEST_PRICE_MINOR = 1_000_000_000;

/** What clients are told where nobody knows better. */
const RETRY_AFTER_MS = 1000;

const ANSWER = z.object({ prices: z.record(z.string(), z.int().min(0).max(LARGEST_PRICE_MINOR)) });

/**
 * The pricing service behind retry, circuit breaker and a limit for each attempt and for all of them. Prices are only
 * read, so asking again is harmless. `tracedFetch` ends with the attempt, and tells the service how long it has.
 */
export function createPricing({
  url,
  timeoutMs,
  deadlineMs,
  resetMs,
}: PricingConfig & { url: string }): Pricing {
  const trustedHosts = [new URL(url).hostname];
  const ask = async (currency: string, skus: readonly string[]): Promise<ReadonlyMap<string, number>> => {
    const target = new URL('/v1/prices', url);
    target.searchParams.set('currency', currency);
    for (const sku of skus) target.searchParams.append('sku', sku);
    const response = await tracedFetch(target, {}, { trustedHosts });
    if (!response.ok) {
      await response.body?.cancel();
      throw new RefusedError(response);
    }
    const { prices } = ANSWER.parse(await response.json());
    return new Map(Object.entries(prices));
  };
  const resilient = createResilientFunction(ask, {
    name: 'pricing',
    circuitBreaker: { name: 'pricing', failureThreshold: 5, resetTimeout: resetMs },
    retry: { maxAttempts: 3, initialDelayMs: 50, maxDelayMs: 500 },
    timeoutMs,
    deadlineMs,
  });
  return {
    async pricesOf(currency, skus) {
      try {
        return await resilient.execute(currency, skus);
      } catch (error) {
        throw new PricingUnavailableError(retryAfterMs(error) ?? RETRY_AFTER_MS, error);
      }
    },
    isAvailable: () => resilient.getStats().circuitBreaker?.state !== 'OPEN',
  };
}

/** The service has answered, but not with prices. What that means is decided once, where the answer is at hand. */
class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly failureClass: FailureClass;
  readonly retryAfterMs: number | undefined;

  constructor(response: Response) {
    super(`The pricing service answered ${response.status}.`);
    this.failureClass = classifyFailure(response);
    this.retryAfterMs = retryAfterMs(response);
  }
}
