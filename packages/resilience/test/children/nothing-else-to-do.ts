import { createCircuitBreaker, createResilientFunction, retryWithBackoff } from '../../src/index.ts';

const never = () => new Promise<never>(() => {});
const breaker = createCircuitBreaker(never, { timeout: 3_600_000, resetTimeout: 3_600_000 });
void breaker.fire();
breaker.open();
void retryWithBackoff(() => Promise.reject(new Error('down')), {
  initialDelayMs: 3_600_000,
  maxDelayMs: 3_600_000,
  jitter: false,
});
const resilient = createResilientFunction(never, {
  bulkhead: { maxConcurrent: 1, maxQueue: 1 },
  timeoutMs: 3_600_000,
});
void resilient.execute();
void resilient.execute();
process.on('exit', () => console.log('end'));
