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
  CALLS_AT_ONCE,
  FEW_PLACES,
  fail,
  MAX_ATTEMPTS,
  MAX_CONCURRENT,
  NEVER_OPENS,
  never,
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
    retry: () => {
      const policy = retry(handleAll, { maxAttempts: MAX_ATTEMPTS - 1, backoff: new ExponentialBackoff() });
      return async (iterations) => {
        for (let index = 0; index < iterations; index += 1) await policy.execute(() => succeed(index));
      };
    },
    bulkhead: () => {
      const policy = bulkhead(MAX_CONCURRENT);
      return async (iterations) => {
        for (let index = 0; index < iterations; index += 1) await policy.execute(() => succeed(index));
      };
    },
    bulkheadFull: () => {
      const policy = bulkhead(1);
      void policy.execute(never);
      return async (iterations) => {
        for (let index = 0; index < iterations; index += 1) {
          await policy.execute(() => succeed(index)).catch(() => undefined);
        }
      };
    },
    bulkheadQueue: () => {
      const policy = bulkhead(FEW_PLACES, CALLS_AT_ONCE);
      return async (iterations) => {
        for (let index = 0; index < iterations; index += CALLS_AT_ONCE) {
          const calls: Promise<number>[] = [];
          for (let call = 0; call < CALLS_AT_ONCE; call += 1) {
            calls.push(policy.execute(() => succeed(call)));
          }
          await Promise.all(calls);
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
