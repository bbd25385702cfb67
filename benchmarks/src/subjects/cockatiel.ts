import {
  BrokenCircuitError,
  bulkhead,
  type CircuitBreakerPolicy,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  SamplingBreaker,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import type { FootprintQuestion } from '../harness/cases.ts';
import { footprint, serveCases } from '../harness/cases.ts';
import {
  ATTEMPT_TIMEOUT_MS,
  fail,
  MAX_ATTEMPTS,
  MAX_CONCURRENT,
  NEVER_OPENS,
  STAYS_OPEN_MS,
  succeed,
} from './actions.ts';
import { failingCalls } from './failing-calls.ts';

/** The same window as the other two: ten seconds, half of the calls. */
const WINDOW_MS = 10_000;

function makeBreaker(minimumRps = 5): CircuitBreakerPolicy {
  return circuitBreaker(handleAll, {
    halfOpenAfter: STAYS_OPEN_MS,
    breaker: new SamplingBreaker({ threshold: 0.5, duration: WINDOW_MS, minimumRps }),
  });
}

serveCases(
  {
    closed: () => {
      const breaker = makeBreaker();
      return async (iterations) => {
        for (let index = 0; index < iterations; index += 1) await breaker.execute(() => succeed(index));
      };
    },
    failure: () =>
      failingCalls(() => {
        const breaker = makeBreaker(NEVER_OPENS);
        return { call: (index) => breaker.execute(() => fail(index)), end: () => undefined };
      }),
    open: async () => {
      const breaker = circuitBreaker(handleAll, {
        halfOpenAfter: STAYS_OPEN_MS,
        breaker: { state: undefined, success: () => undefined, failure: () => true },
      });
      await breaker.execute(() => fail(0)).catch(() => undefined);
      const error: unknown = await breaker.execute(() => succeed(0)).catch((reason: unknown) => reason);
      if (!(error instanceof BrokenCircuitError)) throw new Error('cockatiel: the circuit did not open');
      return async (iterations) => {
        for (let index = 0; index < iterations; index += 1) {
          await breaker.execute(() => succeed(index)).catch(() => undefined);
        }
      };
    },
    policy: () => {
      const policy = wrap(
        retry(handleAll, { maxAttempts: MAX_ATTEMPTS - 1, backoff: new ExponentialBackoff() }),
        makeBreaker(),
        timeout(ATTEMPT_TIMEOUT_MS, TimeoutStrategy.Aggressive),
        bulkhead(MAX_CONCURRENT),
      );
      return async (iterations) => {
        for (let index = 0; index < iterations; index += 1) await policy.execute(() => succeed(index));
      };
    },
  },
  { footprint: (question: FootprintQuestion) => footprint(() => makeBreaker(), question) },
);
