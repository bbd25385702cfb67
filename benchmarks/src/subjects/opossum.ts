import type { FootprintQuestion } from '../harness/cases.ts';
import { footprint, serveCases } from '../harness/cases.ts';
import { ATTEMPT_TIMEOUT_MS, fail, MAX_CONCURRENT, NEVER_OPENS, STAYS_OPEN_MS, succeed } from './actions.ts';
import { failingCalls } from './failing-calls.ts';
import { Opossum } from './opossum-library.ts';

serveCases(
  {
    closed: () => {
      const breaker = new Opossum(succeed, { timeout: false });
      return async (iterations) => {
        for (let index = 0; index < iterations; index += 1) await breaker.fire(index);
      };
    },
    closedWithTimeout: () => {
      const breaker = new Opossum(succeed, { timeout: ATTEMPT_TIMEOUT_MS });
      return async (iterations) => {
        for (let index = 0; index < iterations; index += 1) await breaker.fire(index);
      };
    },
    failure: () =>
      failingCalls(() => {
        const breaker = new Opossum(fail, { timeout: false, volumeThreshold: NEVER_OPENS });
        return { call: (index) => breaker.fire(index), end: () => breaker.shutdown() };
      }),
    open: () => {
      const breaker = new Opossum(succeed, { timeout: false, resetTimeout: STAYS_OPEN_MS });
      breaker.open();
      return async (iterations) => {
        for (let index = 0; index < iterations; index += 1) await breaker.fire(index).catch(() => undefined);
      };
    },
    /** opossum has no retry: this is its breaker with timeout and capacity only. */
    policy: () => {
      const breaker = new Opossum(succeed, { timeout: ATTEMPT_TIMEOUT_MS, capacity: MAX_CONCURRENT });
      return async (iterations) => {
        for (let index = 0; index < iterations; index += 1) await breaker.fire(index);
      };
    },
  },
  {
    footprint: (question: FootprintQuestion) =>
      footprint(() => new Opossum(succeed, { timeout: false }), question),
  },
);
