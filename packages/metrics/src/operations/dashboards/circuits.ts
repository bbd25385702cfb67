import { STATE_VALUES } from '../../features/resilience-metrics.ts';
import type { ResolvedOperationsOptions } from '../options.ts';
import { type DashboardSpec, serviceVariables } from './dashboard.ts';
import { rate, shared, total } from './queries.ts';

/** Circuits, retries and bulkheads. */
export function circuitsDashboard({ stateEncoding }: ResolvedOperationsOptions): DashboardSpec {
  const states = STATE_VALUES[stateEncoding];
  const named = (value: number, text: string, color: string) => ({ [value]: { text, color } });
  return {
    name: 'circuits',
    title: 'Circuits',
    description: 'What is done about dependencies that fail.',
    variables: serviceVariables(),
    panels: [
      {
        title: 'State',
        description: 'Of the instances, the worst state.',
        type: 'state-timeline',
        width: 24,
        mappings: [
          {
            type: 'value',
            options: {
              ...named(states.CLOSED, 'closed', 'green'),
              ...named(states.HALF_OPEN, 'half-open', 'yellow'),
              ...named(states.OPEN, 'open', 'red'),
            },
          },
        ],
        queries: [['{{service}} {{circuit_name}}', shared('circuit_breaker_state', 'service, circuit_name')]],
      },
      {
        title: 'Calls by outcome',
        description: 'rejected: the circuit was open and nothing was asked.',
        unit: 'ops',
        queries: [
          ['{{circuit_name}} {{outcome}}', rate('circuit_breaker_calls_total', 'circuit_name, outcome')],
        ],
      },
      {
        title: 'Failures that count',
        description: 'Failures and timeouts; refusals by the dependency for a good reason do not count.',
        unit: 'ops',
        queries: [['{{circuit_name}}', rate('circuit_breaker_failures_total', 'circuit_name')]],
      },
      {
        title: 'Changes of state',
        description: 'Open and half-open in turn: the dependency is still down.',
        unit: 'ops',
        queries: [
          [
            '{{circuit_name}} {{from}} to {{to}}',
            rate('circuit_breaker_transitions_total', 'circuit_name, from, to'),
          ],
        ],
      },
      {
        title: 'Attempts under retry',
        description: 'gave-up: every attempt failed.',
        unit: 'ops',
        queries: [['{{retry_name}} {{outcome}}', rate('retry_attempts_total', 'retry_name, outcome')]],
      },
      {
        title: 'Bulkheads',
        description: 'Calls inside, and calls that wait for a place.',
        queries: [
          ['{{bulkhead_name}} active', total('bulkhead_active', 'bulkhead_name')],
          ['{{bulkhead_name}} queued', total('bulkhead_queued', 'bulkhead_name')],
        ],
      },
      {
        title: 'Refused by bulkheads',
        description: 'Neither a place nor room to wait for one.',
        unit: 'ops',
        queries: [['{{bulkhead_name}}', rate('bulkhead_rejected_total', 'bulkhead_name')]],
      },
    ],
  };
}
