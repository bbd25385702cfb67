import { createResilientFunction } from '@holdfast/resilience';

/** A stand-in for a service that this one depends on. */
export interface Dependency {
  ask(): Promise<{ answer: string }>;
  breakDown(): void;
  recover(): void;
}

export function createDependency(): Dependency {
  let isWell = true;
  const resilient = createResilientFunction(
    async () => {
      if (!isWell) throw new Error('The dependency is broken; POST /test/recovery mends it.');
      return { answer: 'well' };
    },
    {
      circuitBreaker: { name: 'external-api', failureThreshold: 5, resetTimeout: 5000 },
      retry: { name: 'external-api', maxAttempts: 2, initialDelayMs: 10 },
      timeoutMs: 1000,
    },
  );
  return {
    ask: () => resilient.execute(),
    breakDown: () => {
      isWell = false;
    },
    recover: () => {
      isWell = true;
    },
  };
}
