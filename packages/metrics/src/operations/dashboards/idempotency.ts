import { part } from '../promql.ts';
import { type DashboardSpec, serviceVariables } from './dashboard.ts';
import { rate } from './queries.ts';

export function idempotencyDashboard(): DashboardSpec {
  const all = rate('idempotency_requests_total', 'service');
  const of = (outcome: string) =>
    part(rate('idempotency_requests_total', 'service', `outcome="${outcome}"`), all);
  return {
    name: 'idempotency',
    title: 'Idempotency',
    description: 'Repeated requests and what was answered.',
    variables: serviceVariables(),
    panels: [
      {
        title: 'Requests by outcome',
        description: 'unavailable: the store failed; unprotected: it failed and the request was let through.',
        unit: 'reqps',
        width: 24,
        queries: [['{{outcome}}', rate('idempotency_requests_total', 'outcome')]],
      },
      {
        title: 'Replayed',
        description: 'Part of the requests that were a repeat. A leap: a client retries too eagerly.',
        unit: 'percentunit',
        queries: [['{{service}}', of('replayed')]],
      },
      {
        title: 'Conflicts',
        description: 'One key for two different requests: a defect of a client.',
        unit: 'percentunit',
        queries: [['{{service}}', of('conflict')]],
      },
    ],
  };
}
