import { currentSignal } from '@holdfast/context';
import { createResilientFunction } from '@holdfast/resilience';
import { tracedFetch } from '@holdfast/tracing/http';
import type { Bill } from './billing.ts';
import type { PaymentApiConfig } from './config.ts';
import { PaymentProviderError } from './errors.ts';

/** The name of the circuit, in metrics and in `circuit_changes`. */
export const PAYMENT_CIRCUIT = 'payment-api';

export interface PaymentApi {
  /**
   * Asks for a charge. The same `eventId` never makes a second one, however often it is asked.
   * @throws PaymentProviderError when the provider refuses, CircuitOpenError while it is not asked at all
   */
  charge(eventId: string, bill: Bill): Promise<{ chargeId: string }>;
  /** Whether it is asked at all just now: false while its circuit is open. */
  isAvailable(): boolean;
}

const PATHS: Readonly<Record<Bill['kind'], string>> = {
  charge: '/v1/charges',
  subscription: '/v1/subscriptions',
  usage: '/v1/usage',
};

/**
 * The provider's API behind retry, circuit breaker and a time limit for each attempt. Two quick attempts here; the
 * long waits are the queue's, which keeps its jobs through a crash.
 */
export function createPaymentApi({ url, apiKey, timeoutMs, resetMs }: PaymentApiConfig): PaymentApi {
  const post = async (eventId: string, bill: Bill): Promise<{ chargeId: string }> => {
    const { kind, ...details } = bill;
    const response = await tracedFetch(new URL(PATHS[kind], url), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${apiKey}`,
        'idempotency-key': eventId,
      },
      body: JSON.stringify({ reference: eventId, ...details }),
      signal: currentSignal() ?? null,
    });
    const answer = (await response.json()) as { id?: unknown; error?: unknown };
    if (response.ok && typeof answer.id === 'string') return { chargeId: answer.id };
    throw new PaymentProviderError(
      response.status,
      String(answer.error),
      Object.fromEntries(response.headers),
    );
  };
  const resilient = createResilientFunction(post, {
    circuitBreaker: {
      name: PAYMENT_CIRCUIT,
      timeout: timeoutMs,
      // A sudden outage follows a window full of successes: until half of it had failed, jobs would spend their attempts.
      failureThreshold: 5,
      errorThresholdPercentage: 50,
      volumeThreshold: 5,
      resetTimeout: resetMs,
    },
    retry: { maxAttempts: 2, initialDelayMs: 100 },
    timeoutMs,
  });
  return {
    charge: (eventId, bill) => resilient.execute(eventId, bill),
    isAvailable: () => resilient.getStats().circuitBreaker?.state !== 'OPEN',
  };
}
