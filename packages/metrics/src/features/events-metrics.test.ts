import { channel } from 'node:diagnostics_channel';
import { COLLECT_CHANNEL, type CollectRequest, subscribeSafely } from '@holdfast/context/channels';
import { expect, it, onTestFinished } from 'vitest';
import { buildMetrics } from '../create-metrics.ts';

it('counts events by how their publish ended, and shows how far outbox and groups are', async () => {
  const metrics = buildMetrics({ serviceName: 'shop', processMetrics: false });
  onTestFinished(() => metrics.close());
  onTestFinished(
    subscribeSafely<CollectRequest>(COLLECT_CHANNEL, (request) => {
      for (const isActive of [true, false])
        request.add('events.outbox', { bus: 'shop', pending: 4, oldestAgeMs: 250, isActive });
      request.add('events.group', { bus: 'shop', group: 'mail', lag: 7, replays: 0 });
    }),
  );
  for (const outcome of ['published', 'published', 'outbox', 'refused'])
    channel('holdfast:events:published').publish({ bus: 'shop', eventType: 'paid', outcome });
  const lines = (await metrics.render()).body.split('\n').filter((line) => line.startsWith('events_'));
  expect(lines.sort()).toEqual([
    'events_group_lag{service="shop",bus="shop",group="mail"} 7',
    'events_outbox_oldest_age_ms{service="shop",bus="shop"} 250',
    'events_outbox_pending{service="shop",bus="shop"} 4',
    'events_outbox_relay_active{service="shop",bus="shop"} 1',
    'events_published_total{service="shop",outcome="outbox"} 1',
    'events_published_total{service="shop",outcome="published"} 2',
    'events_published_total{service="shop",outcome="refused"} 1',
  ]);
});
