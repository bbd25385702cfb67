import { part } from '../promql.ts';
import { type DashboardSpec, serviceVariables } from './dashboard.ts';
import { rate, total } from './queries.ts';

export function cacheDashboard(): DashboardSpec {
  const found = rate('cache_requests_total', 'cache', 'outcome=~"hit|stale"');
  const asked = rate('cache_requests_total', 'cache', 'outcome!="bypass"');
  return {
    name: 'cache',
    title: 'Cache',
    description: 'How much a cache saves, and what it holds.',
    variables: serviceVariables(),
    panels: [
      {
        title: 'Hit ratio',
        description: 'Hits and older answers among the requests that asked the cache.',
        unit: 'percentunit',
        queries: [['{{cache}}', part(found, asked)]],
      },
      {
        title: 'Requests by outcome',
        description: 'stale: an older answer while the source is down or being asked.',
        unit: 'reqps',
        queries: [['{{cache}} {{outcome}}', rate('cache_requests_total', 'cache, outcome')]],
      },
      {
        title: 'Values',
        description: 'In the memory of the processes.',
        queries: [['{{cache}}', total('cache_keys', 'cache')]],
      },
      {
        title: 'Size',
        description: 'Memory that these values take.',
        unit: 'bytes',
        queries: [['{{cache}}', total('cache_size_bytes', 'cache')]],
      },
    ],
  };
}
