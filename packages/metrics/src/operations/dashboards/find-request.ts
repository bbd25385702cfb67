import type { ResolvedOperationsOptions } from '../options.ts';
import { durationName } from '../promql.ts';
import { type DashboardSpec, datasourceVariable, serviceVariables, textVariable } from './dashboard.ts';
import { quantile } from './queries.ts';

/**
 * From an id that a customer or a colleague has to what happened. Ids are never labels of a metric, since each would be
 * a series of its own: they are found in the log, and the log line has the id of the trace.
 */
export function findRequestDashboard(options: ResolvedOperationsOptions): DashboardSpec {
  const stream = options.logStreamLabel;
  const chosen = `{${stream}=~"$service"} | json`;
  const everywhere = `{${stream}=~".+"} | json`;
  const perCorrelation = (filter: string) =>
    `sum by (correlationId) (count_over_time(${chosen} | statusCode > 0 | correlationId != ""${filter} [$__range]))`;
  return {
    name: 'find-request',
    title: 'Find a request',
    description: 'Everything about one request id or correlation id, in logs and traces.',
    variables: [
      ...serviceVariables(),
      datasourceVariable('loki'),
      datasourceVariable('tempo'),
      textVariable('requestId', 'request id'),
      textVariable('correlationId', 'correlation id'),
      textVariable('traceId', 'trace id'),
    ],
    panels: [
      {
        title: 'Log of the request',
        description:
          'Every line with this request id, whichever service wrote it. traceId of any line leads to the trace.',
        type: 'logs',
        datasource: 'loki',
        width: 24,
        queries: [['', `${everywhere} | requestId="$requestId" | requestId != ""`]],
      },
      {
        title: 'Log of the correlation id',
        description: 'Every request and job that belongs together, across services.',
        type: 'logs',
        datasource: 'loki',
        width: 24,
        queries: [['', `${everywhere} | correlationId="$correlationId" | correlationId != ""`]],
      },
      {
        title: 'Trace',
        description: 'The spans of the trace id, from the request to the last job.',
        type: 'traces',
        datasource: 'tempo',
        width: 24,
        queries: [['', '$traceId']],
      },
      {
        title: 'Error rate by correlation id',
        description: 'The twenty with the largest part of requests that ended in a 5xx.',
        type: 'table',
        datasource: 'loki',
        unit: 'percentunit',
        queries: [
          [
            '{{correlationId}}',
            `topk(20, ${perCorrelation(' | statusCode >= 500')} / ${perCorrelation('')})`,
          ],
        ],
      },
      {
        title: 'Request duration by path',
        description: 'p95 by route.',
        unit: options.durationUnit,
        queries: [
          [
            '{{method}} {{route}}',
            quantile(0.95, durationName('http_request_duration', options), 'method, route'),
          ],
        ],
      },
    ],
  };
}
