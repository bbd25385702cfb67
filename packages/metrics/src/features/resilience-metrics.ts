import type {
  BulkheadSnapshot,
  CircuitCall,
  CircuitSnapshot,
  CircuitState,
  CircuitTransition,
  RetryFact,
} from '@holdfast/resilience';
import type { CollectedStates } from '../exposition/collect.ts';
import type { StateEncoding } from '../options.ts';
import { type Feature, type FeatureContext, snapshotsOf } from './feature.ts';

export const STATE_VALUES: Readonly<Record<StateEncoding, Readonly<Record<CircuitState, number>>>> =
  Object.freeze({
    fractional: Object.freeze({ CLOSED: 0, HALF_OPEN: 0.5, OPEN: 1 }),
    ordinal: Object.freeze({ CLOSED: 0, HALF_OPEN: 1, OPEN: 2 }),
  });

export function createResilienceMetrics(context: FeatureContext): Feature {
  const circuits = createCircuitMetrics(context);
  const bulkheads = createBulkheadMetrics(context);
  const { families, service, subscribe } = context;
  const retries = families.counter({
    name: 'retry_attempts_total',
    help: 'Attempts under a retry policy by how they ended: retried, succeeded, gave-up.',
    labelNames: ['retry_name', 'outcome'],
    service,
  });
  subscribe<RetryFact>('holdfast:resilience:retry', ({ name, outcome }) => {
    retries.at([name, outcome]).value += 1;
  });
  return {
    apply(states) {
      circuits.apply(states);
      bulkheads.apply(states);
    },
  };
}

function createCircuitMetrics({ families, service, stateEncoding, subscribe }: FeatureContext): Feature {
  const values = STATE_VALUES[stateEncoding];
  const state = families.gauge({
    name: 'circuit_breaker_state',
    help: `State of the circuit: ${values.CLOSED} closed, ${values.HALF_OPEN} half-open, ${values.OPEN} open.`,
    labelNames: ['circuit_name'],
    service,
    pulled: true,
  });
  const failures = families.counter({
    name: 'circuit_breaker_failures_total',
    help: 'Calls that count against the circuit: failures and timeouts.',
    labelNames: ['circuit_name'],
    service,
    pulled: true,
  });
  const calls = families.counter({
    name: 'circuit_breaker_calls_total',
    help: 'Calls by outcome: success, failure, timeout, rejected, ignored, fallback.',
    labelNames: ['circuit_name', 'outcome'],
    service,
  });
  const transitions = families.counter({
    name: 'circuit_breaker_transitions_total',
    help: 'Changes of state.',
    labelNames: ['circuit_name', 'from', 'to'],
    service,
    pulled: true,
  });
  subscribe<CircuitCall>('holdfast:resilience:call', ({ name, outcome }) => {
    calls.at([name, outcome]).value += 1;
    if (outcome === 'failure' || outcome === 'timeout') failures.at([name]).value += 1;
  });
  subscribe<CircuitTransition>('holdfast:resilience:transition', ({ name, from, to }) => {
    transitions.at([name, from, to]).value += 1;
  });
  return {
    apply(states: CollectedStates) {
      state.clear();
      for (const snapshot of snapshotsOf<CircuitSnapshot>(states, 'resilience.circuit')) {
        const series = state.at([snapshot.name]);
        // Of two circuits with one name the worse state is shown.
        series.value = Math.max(series.value, values[snapshot.state]);
        // A counter that is there at 0 lets increase() see the first failure.
        failures.at([snapshot.name]);
        transitions.at([snapshot.name, 'CLOSED', 'OPEN']);
      }
    },
  };
}

function createBulkheadMetrics({ families, service, subscribe }: FeatureContext): Feature {
  const labelNames = ['bulkhead_name'];
  const gauge = (name: string, help: string) =>
    families.gauge({ name, help, labelNames, service, pulled: true });
  const active = gauge('bulkhead_active', 'Calls inside the bulkhead.');
  const queued = gauge('bulkhead_queued', 'Calls waiting for a place in the bulkhead.');
  const rejected = families.counter({
    name: 'bulkhead_rejected_total',
    help: 'Calls refused because the bulkhead and its queue were full.',
    labelNames,
    service,
    pulled: true,
  });
  subscribe<{ readonly name: string }>('holdfast:resilience:bulkhead-rejected', ({ name }) => {
    rejected.at([name]).value += 1;
  });
  return {
    apply(states) {
      active.clear();
      queued.clear();
      for (const snapshot of snapshotsOf<BulkheadSnapshot>(states, 'resilience.bulkhead')) {
        active.at([snapshot.name]).value += snapshot.active;
        queued.at([snapshot.name]).value += snapshot.queued;
        rejected.at([snapshot.name]);
      }
    },
  };
}
