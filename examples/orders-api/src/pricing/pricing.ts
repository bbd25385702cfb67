import { createResilientFunction } from '@holdfast/resilience';
import { tracedFetch } from '@holdfast/tracing/http';
import { z } from 'zod';
import type { PricingConfig } from '../config.ts';
import { PricingError } from '../errors.ts';

export interface Pricing {
  /**
   * Unit prices by SKU, in the currency's smallest unit; without those that are not sold.
   * @throws PricingError when the service refuses, CircuitOpenError while it is not asked at all
   */
  pricesOf(currency: string, skus: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** False while the circuit is open. */
  isAvailable(): boolean;
}

/** What a price may be, so that a hundred lines of ten thousand pieces stay exact. */
const LARGEST_PRICE_MINOR = 1_000_000_000;

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
      throw new PricingError(response.status, Object.fromEntries(response.headers));
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
    pricesOf: (currency, skus) => resilient.execute(currency, skus),
    isAvailable: () => resilient.getStats().circuitBreaker?.state !== 'OPEN',
  };
}
