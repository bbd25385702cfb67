import {
  createBulkhead,
  createCircuitBreaker,
  createResilientFunction,
  retryWithBackoff,
} from '@holdfast/resilience';
import type { FootprintQuestion } from '../harness/cases.ts';
import { footprint, serveCases } from '../harness/cases.ts';
import {
  ATTEMPT_TIMEOUT_MS,
  CALLS_AT_ONCE,
  FEW_PLACES,
  fail,
  MAX_ATTEMPTS,
  MAX_CONCURRENT,
  never,
  STAYS_OPEN_MS,
  succeed,
  TENANTS,
} from './actions.ts';
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
    retry: () => {
      const protectedCall = createResilientFunction(succeed, {
        retry: { maxAttempts: MAX_ATTEMPTS, budget: false },
      });
      return async (iterations) => {
        for (let index = 0; index < iterations; index += 1) await protectedCall.execute(index);
      };
    },
    retryWithBudget: () => {
      const protectedCall = createResilientFunction(succeed, { retry: { maxAttempts: MAX_ATTEMPTS } });
      return async (iterations) => {
        for (let index = 0; index < iterations; index += 1) await protectedCall.execute(index);
      };
    },
    retryWithBackoff: () => async (iterations) => {
      const options = { maxAttempts: MAX_ATTEMPTS };
      for (let index = 0; index < iterations; index += 1) {
        await retryWithBackoff(() => succeed(index), options);
      }
    },
    bulkhead: () => {
      const bulkhead = createBulkhead({ maxConcurrent: MAX_CONCURRENT });
      return async (iterations) => {
        for (let index = 0; index < iterations; index += 1) await bulkhead.execute(() => succeed(index));
      };
    },
    bulkheadFull: () => {
      const bulkhead = createBulkhead({ maxConcurrent: 1 });
      void bulkhead.execute(never);
      return async (iterations) => {
        for (let index = 0; index < iterations; index += 1) {
          await bulkhead.execute(() => succeed(index)).catch(() => undefined);
        }
      };
    },
    bulkheadQueue: () => {
      const bulkhead = createBulkhead({
        maxConcurrent: FEW_PLACES,
        maxQueue: CALLS_AT_ONCE,
        queueTimeoutMs: Number.POSITIVE_INFINITY,
      });
      return async (iterations) => {
        for (let index = 0; index < iterations; index += CALLS_AT_ONCE) {
          const calls: Promise<number>[] = [];
          for (let call = 0; call < CALLS_AT_ONCE; call += 1) {
            calls.push(bulkhead.execute(() => succeed(call)));
          }
          await Promise.all(calls);
        }
      };
    },
    bulkheadKeys: () => {
      const bulkhead = createBulkhead({
        maxConcurrent: FEW_PLACES,
        maxQueue: CALLS_AT_ONCE,
        queueTimeoutMs: Number.POSITIVE_INFINITY,
      });
      const callers = TENANTS.map((key) => ({ key }));
      return async (iterations) => {
        for (let index = 0; index < iterations; index += CALLS_AT_ONCE) {
          const calls: Promise<number>[] = [];
          for (let call = 0; call < CALLS_AT_ONCE; call += 1) {
            calls.push(bulkhead.execute(() => succeed(call), callers[call % callers.length]));
          }
          await Promise.all(calls);
        }
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
