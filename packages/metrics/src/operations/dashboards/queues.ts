import type { ResolvedOperationsOptions } from '../options.ts';
import { durationName } from '../promql.ts';
import { type DashboardSpec, serviceVariables } from './dashboard.ts';
import { quantiles, rate, shared, total } from './queries.ts';

/** Queues, dead letters and the spool. */
export function queuesDashboard(options: ResolvedOperationsOptions): DashboardSpec {
  const unit = options.durationUnit;
  return {
    name: 'queues',
    title: 'Queues and dead letters',
    description: 'Whether accepted work is done, how long it waits, and what has died.',
    variables: serviceVariables(),
    panels: [
      {
        title: 'Oldest job that is due',
        description: `Over ${options.queueLagMs} ms the workers fall behind.`,
        unit: 'ms',
        thresholds: [
          ['green', null],
          ['red', options.queueLagMs],
        ],
        queries: [['{{queue}}', shared('queue_oldest_job_age_ms', 'queue')]],
      },
      {
        title: 'Jobs by state',
        description: 'delayed: waits for its backoff or for a circuit.',
        queries: [['{{queue}} {{state}}', shared('queue_depth', 'queue, state')]],
      },
      {
        title: 'Dead letters',
        description: 'They wait for somebody to redrive or discard them.',
        thresholds: [
          ['green', null],
          ['orange', 1],
        ],
        queries: [['{{queue}}', shared('dead_letters', 'queue')]],
      },
      {
        title: 'Spool',
        description: 'Jobs in local files because the server of the queue does not answer.',
        queries: [['{{queue}}', total('queue_spool_jobs', 'queue')]],
      },
      {
        title: 'Attempts by outcome',
        description: 'parked: a circuit was open and no attempt was spent; returned: a worker was shut down.',
        unit: 'ops',
        queries: [['{{queue}} {{outcome}}', rate('queue_jobs_total', 'queue, outcome')]],
      },
      {
        title: 'Duration of an attempt',
        description: 'The work itself.',
        unit,
        queries: quantiles(durationName('queue_job_duration', options), 'queue'),
      },
      {
        title: 'Wait',
        description: 'From the enqueue to the start of the attempt.',
        unit,
        queries: quantiles(durationName('queue_job_wait', options), 'queue'),
      },
    ],
  };
}
