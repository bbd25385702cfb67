import type { Loop } from '../harness/cases.ts';
import { FAILURES_PER_BREAKER } from './actions.ts';

export interface FailingBreaker {
  call(index: number): Promise<unknown>;
  /** Ends its timers. */
  end(): void;
}

/** A loop of failing calls, on a new breaker after every `FAILURES_PER_BREAKER`. */
export function failingCalls(make: () => FailingBreaker): Loop {
  return async (iterations) => {
    let breaker = make();
    for (let index = 0; index < iterations; index += 1) {
      if (index % FAILURES_PER_BREAKER === 0) {
        breaker.end();
        breaker = make();
      }
      await breaker.call(index).catch(() => undefined);
    }
    breaker.end();
  };
}
