import { channel } from 'node:diagnostics_channel';
import { expect, it, onTestFinished } from 'vitest';
import { buildMetrics } from '../create-metrics.ts';

it('counts attempts at webhooks by outcome and failure, and no endpoint', async () => {
  const metrics = buildMetrics({ serviceName: 'shop', processMetrics: false });
  onTestFinished(() => metrics.close());
  const attempts = channel('holdfast:events:webhook-attempt');
  attempts.publish({ endpointId: 'ep_1', outcome: 'delivered', durationMs: 12 });
  attempts.publish({ endpointId: 'ep_2', outcome: 'delivered', durationMs: 12 });
  attempts.publish({ endpointId: 'ep_2', outcome: 'retried', errorClass: 'timeout', durationMs: 15_000 });
  channel('holdfast:events:webhook-endpoint').publish({
    endpointId: 'ep_2',
    change: 'disabled',
    reason: 'gone',
  });
  const { body } = await metrics.render();
  const lines = body.split('\n').filter((line) => /^webhook_.*(_total|_count)\{/.test(line));
  expect(lines.sort()).toEqual([
    'webhook_attempt_duration_ms_count{service="shop",outcome="delivered"} 2',
    'webhook_attempt_duration_ms_count{service="shop",outcome="retried"} 1',
    'webhook_attempt_failures_total{service="shop",class="timeout"} 1',
    'webhook_deliveries_total{service="shop",outcome="delivered"} 2',
    'webhook_deliveries_total{service="shop",outcome="retried"} 1',
    'webhook_endpoint_changes_total{service="shop",change="disabled",reason="gone"} 1',
  ]);
  expect(body).not.toContain('ep_1');
});
