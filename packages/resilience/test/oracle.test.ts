import { ManualClock } from '@holdfast/context/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Attempt, type AttemptLimits } from '../src/attempt.ts';
import type { BreakerEngine } from '../src/breaker-engine.ts';
import { Circuit } from '../src/circuit.ts';
import { type CircuitBreakerSettings, resolveCircuitSettings } from '../src/circuit-options.ts';
import { DeadlineList } from '../src/deadline-list.ts';
import { OpossumEngine } from '../src/opossum-engine.ts';
import { type ManualFunction, manualFunction, watch } from './deferred.ts';
import { PlainEngine } from './plain-engine.ts';
import { ReferenceCircuit, type ReferenceOutcome } from './reference-circuit.ts';

type Step =
  | { readonly kind: 'call' }
  | { readonly kind: 'settle'; readonly pick: number; readonly outcome: ReferenceOutcome }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'open' | 'close' };

const settings = fc.record({
  failureThreshold: fc.constantFrom<(number | false)[]>(false, 1, 2, 3),
  errorThresholdPercentage: fc.constantFrom<(number | false)[]>(false, 25, 50, 100),
  volumeThreshold: fc.integer({ min: 1, max: 5 }),
  successThreshold: fc.integer({ min: 1, max: 3 }),
  halfOpenMaxCalls: fc.integer({ min: 1, max: 3 }),
  resetTimeout: fc.constantFrom(0, 100, 1000),
  windowSize: fc.constant(1000),
  timeout: fc.constantFrom<(number | false)[]>(false, 300),
  probeTimeoutMs: fc.constantFrom(150, 300),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.constant({ kind: 'call' as const }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      pick: fc.nat(30),
      outcome: fc.constantFrom<ReferenceOutcome[]>('success', 'failure', 'failure', 'ignored'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('advance' as const),
      ms: fc.constantFrom(1, 50, 100, 300, 1000),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom({ kind: 'open' as const }, { kind: 'close' as const }) },
);

class Subject {
  readonly fn: ManualFunction = manualFunction();
  readonly clock = new ManualClock();
  readonly engine: BreakerEngine;
  readonly circuit: Circuit;
  readonly #limits: AttemptLimits;

  constructor(engine: BreakerEngine, options: CircuitBreakerSettings) {
    const resolved = resolveCircuitSettings({ ...options, clock: this.clock, resetTimeoutJitterRatio: 0 });
    this.engine = engine;
    this.circuit = new Circuit(resolved, engine);
    const { name, clock, timeoutMs } = resolved;
    const deadlines = Number.isFinite(timeoutMs) ? new DeadlineList(clock, timeoutMs) : undefined;
    this.#limits = { name, clock, bulkhead: undefined, deadlines };
  }

  async apply(action: Step, settled: number | undefined): Promise<void> {
    if (action.kind === 'call') {
      watch(this.circuit.run(new Attempt(this.#limits, this.fn, [], Number.POSITIVE_INFINITY, 1)));
    } else if (action.kind === 'settle' && settled !== undefined) {
      if (action.outcome === 'success') this.fn.succeed(settled);
      else this.fn.fail(settled, action.outcome === 'failure' ? new Error('down') : { status: 404 });
    } else if (action.kind === 'open') {
      this.circuit.open();
    } else if (action.kind === 'close') {
      this.circuit.close();
    }
    await this.clock.advance(action.kind === 'advance' ? action.ms : 0);
  }

  observe() {
    const { failureCount, successCount } = this.circuit.statistics.stats('CLOSED');
    return {
      state: this.circuit.state,
      engine: this.engine.state,
      calls: this.fn.calls,
      successes: this.circuit.statistics.successes,
      failures: this.circuit.statistics.failures,
      rejections: this.circuit.statistics.rejections,
      window: { failures: failureCount, successes: successCount },
    };
  }
}

function applyToReference(reference: ReferenceCircuit, action: Step): number | undefined {
  if (action.kind === 'call') reference.ask();
  else if (action.kind === 'advance') reference.advance(action.ms);
  else if (action.kind !== 'settle') reference[action.kind]();
  else {
    const open = reference.calls.flatMap((call, index) => (call.open ? [index] : []));
    const index = open[action.pick % Math.max(1, open.length)];
    if (index !== undefined) reference.settle(index, action.outcome);
    return index;
  }
  return undefined;
}

describe('the circuit against a second one written by hand', () => {
  it('agrees at every step of a random history, on opossum and on a plain engine', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(settings, fc.array(step, { maxLength: 40 }), async (options, steps) => {
        const reference = new ReferenceCircuit(options);
        const subjects = [
          new Subject(new OpossumEngine('x'), options),
          new Subject(new PlainEngine(), options),
        ];
        for (const action of steps) {
          const settled = applyToReference(reference, action);
          const expected = {
            state: reference.state,
            engine: reference.state,
            calls: reference.calls.length,
            successes: reference.successes,
            failures: reference.failures,
            rejections: reference.rejections,
            window: reference.windowCounts,
          };
          for (const subject of subjects) {
            await subject.apply(action, settled);
            expect(subject.observe()).toEqual(expected);
          }
        }
      }),
      { numRuns: 3000 },
    );
  });
});
