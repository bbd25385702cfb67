import { channel } from 'node:diagnostics_channel';
import { COLLECT_CHANNEL, type CollectRequest, subscribeSafely } from '@holdfast/context/channels';
import { expect, it, onTestFinished } from 'vitest';
import { buildMetrics } from '../create-metrics.ts';

it('counts requests to caches by outcome, and shows what each holds', async () => {
  const metrics = buildMetrics({ serviceName: 'shop', processMetrics: false });
  onTestFinished(() => metrics.close());
  onTestFinished(
    subscribeSafely<CollectRequest>(COLLECT_CHANNEL, (request) => {
      for (const keys of [2, 3])
        request.add('cache.size', { cache: 'users', keys, size: keys * 100, evictions: 0 });
    }),
  );
  for (const outcome of ['hit', 'hit', 'miss', 'stale', 'error', 'bypass'])
    channel('holdfast:cache:request').publish({ cache: 'users', outcome });
  const lines = (await metrics.render()).body.split('\n').filter((line) => line.startsWith('cache_'));
  expect(lines.sort()).toEqual([
    'cache_keys{service="shop",cache="users"} 5',
    'cache_requests_total{service="shop",cache="users",outcome="bypass"} 1',
    'cache_requests_total{service="shop",cache="users",outcome="error"} 1',
    'cache_requests_total{service="shop",cache="users",outcome="hit"} 2',
    'cache_requests_total{service="shop",cache="users",outcome="miss"} 1',
    'cache_requests_total{service="shop",cache="users",outcome="stale"} 1',
    'cache_size_bytes{service="shop",cache="users"} 500',
  ]);
});
