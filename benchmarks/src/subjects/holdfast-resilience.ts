import { createCircuitBreaker, createResilientFunction } from '@holdfast/resilience';
import type { FootprintQuestion } from '../harness/cases.ts';
import { footprint, serveCases } from '../harness/cases.ts';
import { ATTEMPT_TIMEOUT_MS, fail, MAX_ATTEMPTS, MAX_CONCURRENT, STAYS_OPEN_MS, succeed } from './actions.ts';
import { failingCalls } from './failing-calls.ts';

serveCases(
  {
    closed: () => {
      const breaker = createCircuitBreaker(succeed, { timeout: false });
      return async (iterations) => {
        for (let index = 0; index < iterations; index += 1) await breaker.fire(index);
      };
    },
    closedWithTimeout: () => {
      const breaker = createCircuitBreaker(succeed, { timeout: ATTEMPT_TIMEOUT_MS });
      return async (iterations) => {
        for (let index = 0; index < iterations; index += 1) await breaker.fire(index);
      };
    },
    failure: () =>
      failingCalls(() => {
        const breaker = createCircuitBreaker(fail, {
          timeout: false,
          failureThreshold: false,
          errorThresholdPercentage: false,
        });
        return { call: (index) => breaker.fire(index), end: () => undefined };
      }),
    open: () => {
      const breaker = createCircuitBreaker(succeed, { timeout: false, resetTimeout: STAYS_OPEN_MS });
      breaker.open();
      return async (iterations) => {
        for (let index = 0; index < iterations; index += 1) await breaker.fire(index).catch(() => undefined);
      };
    },
    policy: () => {
      const protectedCall = createResilientFunction(succeed, {
        circuitBreaker: {},
        retry: { maxAttempts: MAX_ATTEMPTS },
        bulkhead: { maxConcurrent: MAX_CONCURRENT },
        timeoutMs: ATTEMPT_TIMEOUT_MS,
      });
      return async (iterations) => {
        for (let index = 0; index < iterations; index += 1) await protectedCall.execute(index);
      };
    },
  },
  {
    footprint: (question: FootprintQuestion) =>
      footprint(() => createCircuitBreaker(succeed, { timeout: false }), question),
  },
);
