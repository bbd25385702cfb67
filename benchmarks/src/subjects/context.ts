/** All sides in one process: the differences are a few nanoseconds, less than two processes differ by. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createTraceContext, getCurrentTrace, runWithTrace } from '@holdfast/context';
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { serveCases } from '../harness/cases.ts';

const storage = new AsyncLocalStorage<object>({ name: 'benchmark' });
const store = { traceId: 'a', spanId: 'b' };
const trace = createTraceContext();
const key = createContextKey('benchmark');
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const active = ROOT_CONTEXT.setValue(key, store);

/** Keeps what a loop has read, so that the reads cannot be optimised away. */
let last: unknown;
let calls = 0;

function work(): void {
  calls += 1;
}

serveCases(
  {
    getStore: () => (iterations) =>
      storage.run(store, () => {
        for (let index = 0; index < iterations; index += 1) last = storage.getStore();
      }),
    getCurrentTrace: () => (iterations) =>
      runWithTrace(trace, () => {
        for (let index = 0; index < iterations; index += 1) last = getCurrentTrace();
      }),
    otelActive: () => (iterations) =>
      context.with(active, () => {
        for (let index = 0; index < iterations; index += 1) last = context.active();
      }),
    run: () => (iterations) => {
      for (let index = 0; index < iterations; index += 1) storage.run(store, work);
    },
    runWithTrace: () => (iterations) => {
      for (let index = 0; index < iterations; index += 1) runWithTrace(trace, work);
    },
    otelWith: () => (iterations) => {
      for (let index = 0; index < iterations; index += 1)
        context.with(ROOT_CONTEXT.setValue(key, index), work);
    },
  },
  { kept: () => [typeof last, calls] },
);
