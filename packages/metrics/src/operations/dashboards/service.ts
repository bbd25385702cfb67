import type { ResolvedOperationsOptions } from '../options.ts';
import { durationName, inUnit, part, promDuration } from '../promql.ts';
import { CHOSEN_PROCESS, type DashboardSpec, serviceVariables } from './dashboard.ts';
import { quantile, quantiles, rate, total } from './queries.ts';

/** Rate, errors, duration, saturation. */
export function serviceDashboard(options: ResolvedOperationsOptions): DashboardSpec {
  const duration = durationName('http_request_duration', options);
  const unit = options.durationUnit;
  const requests = rate('http_requests_total', 'service');
  const failed = rate('http_requests_total', 'service', 'status_code=~"5.."');
  const budget = promDuration(Math.max(...options.burnWindows.map(({ longMs }) => longMs)));
  const burnt = (name: string, ratio: number) =>
    `service:http_requests_${name}:ratio_rate${budget}{service=~"$service"} / ${Number((1 - ratio).toPrecision(6))}`;
  return {
    name: 'service',
    title: 'Service',
    description: 'Rate, errors, duration and saturation of HTTP services.',
    variables: serviceVariables(),
    panels: [
      {
        title: 'Requests',
        description: 'Requests answered a second.',
        unit: 'reqps',
        width: 8,
        queries: [['{{service}}', requests]],
      },
      {
        title: 'Failed requests',
        description: 'Part of the requests that ended in a 5xx.',
        unit: 'percentunit',
        width: 8,
        queries: [['{{service}}', part(failed, requests)]],
      },
      {
        title: 'Duration',
        description: `From the arrival of a request to the end of its answer; the objective is ${options.latencyMs} ms.`,
        unit,
        width: 8,
        thresholds: [
          ['green', null],
          ['red', inUnit(options.latencyMs, options)],
        ],
        queries: quantiles(duration, 'service'),
      },
      {
        title: 'Requests by route',
        description: 'Unknown paths are one route, unmatched.',
        unit: 'reqps',
        queries: [['{{method}} {{route}}', rate('http_requests_total', 'method, route')]],
      },
      {
        title: 'Answers by status',
        description: '499 is a client that went away before its answer.',
        unit: 'reqps',
        queries: [['{{status_code}}', rate('http_requests_total', 'status_code')]],
      },
      {
        title: 'p95 by route',
        description: 'Which route is slow.',
        unit,
        queries: [['{{method}} {{route}}', quantile(0.95, duration, 'method, route')]],
      },
      {
        title: `Error budget burnt, ${budget}`,
        description: '1 is the rate that just uses up the budget.',
        queries: [
          ['{{service}} availability', burnt('failed', options.availabilityRatio)],
          ['{{service}} latency', burnt('slow', options.latencyRatio)],
        ],
      },
      ...saturation(options),
    ],
  };
}

function saturation(options: ResolvedOperationsOptions): DashboardSpec['panels'] {
  const ofProcess = (metric: string) => `${metric}{${CHOSEN_PROCESS}}`;
  return [
    {
      title: 'Requests in progress',
      description: 'Grows without end when answers stop.',
      width: 6,
      queries: [['{{service}}', total('http_connections_active', 'service')]],
    },
    {
      title: 'CPU',
      description: 'Cores in use; one JavaScript thread can use one.',
      width: 6,
      queries: [['{{instance}}', `rate(process_cpu_seconds_total{${CHOSEN_PROCESS}}[$__rate_interval])`]],
    },
    {
      title: 'Memory',
      description: 'Resident set and heap.',
      unit: 'bytes',
      width: 6,
      queries: [
        ['{{instance}} resident', ofProcess('process_memory_rss_bytes')],
        ['{{instance}} heap used', ofProcess('process_memory_heap_used_bytes')],
        ['{{instance}} heap reserved', ofProcess('process_memory_heap_total_bytes')],
      ],
    },
    {
      title: 'Event loop lag',
      description: 'Longest delay between two scrapes.',
      unit: 'ms',
      width: 6,
      thresholds: [
        ['green', null],
        ['red', options.eventLoopLagMs],
      ],
      queries: [['{{instance}}', ofProcess('process_event_loop_lag_ms')]],
    },
  ];
}
