import type { ResolvedOperationsOptions } from '../options.ts';
import { durationName } from '../promql.ts';
import { type DashboardSpec, serviceVariables } from './dashboard.ts';
import { quantile, quantiles, rate } from './queries.ts';

/** Databases, Redis and other services, as seen from this one. */
export function storesDashboard(options: ResolvedOperationsOptions): DashboardSpec {
  const unit = options.durationUnit;
  const query = durationName('db_query_duration', options);
  const command = durationName('redis_command_duration', options);
  const call = durationName('http_client_request_duration', options);
  return {
    name: 'stores',
    title: 'Database and Redis',
    description: 'How fast and how well databases, Redis and other services answer.',
    variables: serviceVariables(),
    panels: [
      {
        title: 'Statements',
        description: 'Traced database statements a second.',
        unit: 'ops',
        width: 8,
        queries: [
          ['{{system}} {{operation}} {{outcome}}', rate(`${query}_count`, 'system, operation, outcome')],
        ],
      },
      {
        title: 'Duration of statements',
        description: 'By database.',
        unit,
        width: 8,
        queries: quantiles(query, 'system'),
      },
      {
        title: 'p95 by operation',
        description: 'Which kind of statement is slow.',
        unit,
        width: 8,
        queries: [['{{system}} {{operation}}', quantile(0.95, query, 'system, operation')]],
      },
      {
        title: 'Redis commands',
        description: 'Traced commands a second.',
        unit: 'ops',
        queries: [['{{command}}', rate(`${command}_count`, 'command')]],
      },
      {
        title: 'Duration of Redis commands',
        description: 'p95 by command.',
        unit,
        queries: [['{{command}}', quantile(0.95, command, 'command')]],
      },
      {
        title: 'Requests to other services',
        description: 'error: there was no answer.',
        unit: 'reqps',
        queries: [['{{host}} {{status_code}}', rate(`${call}_count`, 'host, status_code')]],
      },
      {
        title: 'Duration of requests to other services',
        description: 'By host.',
        unit,
        queries: quantiles(call, 'host'),
      },
    ],
  };
}
