import { ManualClock } from '@holdfast/context/testing';
import { createResilientFunction } from '../../src/index.ts';

/** Prints by how many bytes the heap has grown between the first and the last of many rounds of calls. */
const clock = new ManualClock();
const failure = new Error('down');
let mode: 'up' | 'down' | 'hanging' = 'up';
const resilient = createResilientFunction(
  async () => {
    if (mode === 'down') throw failure;
    if (mode === 'hanging') await new Promise(() => {});
    return 1;
  },
  {
    clock,
    timeoutMs: 1000,
    circuitBreaker: { failureThreshold: 5, resetTimeout: 5000 },
    retry: { maxAttempts: 2 },
    bulkhead: { maxConcurrent: 100, maxQueue: 100, abortGraceMs: 1000 },
  },
);

async function round(): Promise<void> {
  mode = 'up';
  for (let call = 0; call < 2000; call += 1) await resilient.execute().catch(() => undefined);
  for (mode of ['down', 'hanging'] as const) {
    const calls = Array.from({ length: 50 }, () => resilient.execute().catch(() => undefined));
    await clock.advance(60_000);
    await Promise.all(calls);
  }
}

function heapUsed(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

for (let warmUp = 0; warmUp < 20; warmUp += 1) await round();
const before = heapUsed();
for (let repetition = 0; repetition < 60; repetition += 1) await round();
console.log(heapUsed() - before);
