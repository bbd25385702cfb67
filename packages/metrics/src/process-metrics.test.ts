import { Counter, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { buildMetrics } from './create-metrics.ts';
import { longestLagMs } from './process-metrics.ts';

describe('process_event_loop_lag_ms', () => {
  it('is the longest delay over the 20 ms between two looks', () => {
    expect(longestLagMs({ max: 75_000_000, count: 3 })).toBe(55);
  });

  it('is 0 when there was no delay or no look yet', () => {
    expect(longestLagMs({ max: 20_000_000, count: 1 })).toBe(0);
    expect(longestLagMs({ max: 19_000_000, count: 1 })).toBe(0);
    expect(longestLagMs({ max: 0, count: 0 })).toBe(0);
  });
});

describe("prom-client's default metrics", () => {
  it('are shown by two instances at once', async () => {
    const [first, second] = [buildMetrics({ serviceName: 'a' }), buildMetrics({ serviceName: 'b' })];
    for (const { registry } of [first, second]) {
      expect(registry.getSingleMetric('nodejs_version_info')).toBeDefined();
    }
    await first.close();
    expect(first.registry.getSingleMetric('nodejs_version_info')).toBeUndefined();
    expect((await second.render()).body).toContain('nodejs_version_info{version="v');
    await second.close();
  });

  it('give way to those that the application collects itself', async () => {
    const registry = new Registry();
    const own = new Counter({ name: 'process_cpu_seconds_total', help: 'Own.', registers: [registry] });
    const metrics = buildMetrics({ registry });
    expect(registry.getSingleMetric('process_cpu_seconds_total')).toBe(own);
    await metrics.close();
    expect(registry.getSingleMetric('process_cpu_seconds_total')).toBe(own);
  });
});
