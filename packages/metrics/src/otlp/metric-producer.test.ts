import { ManualClock } from '@holdfast/context/testing';
import { type MetricData, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { buildMetrics } from '../create-metrics.ts';
import { createPromClientProducer } from './metric-producer.ts';

const MS_OF_2026 = Date.parse('2026-01-01T00:00:00Z');

type Point = { readonly startTime: readonly [number, number]; readonly value: unknown };

function startsOf(metrics: readonly MetricData[], name: string): number[] {
  const found = metrics.find(({ descriptor }) => descriptor.name === name)?.dataPoints as readonly Point[];
  return (found ?? []).map(({ startTime: [seconds, nanos] }) => seconds * 1000 + nanos / 1e6);
}

function producerOf(registry: Registry) {
  const clock = new ManualClock();
  const producer = createPromClientProducer(registry, { clock, resourceAttributes: { 'service.name': 's' } });
  const collect = async () => (await producer.collect()).resourceMetrics.scopeMetrics[0]?.metrics ?? [];
  return { clock, producer, collect };
}

it('says of a counter that it began with the process, and after a reset with the collection before it', async () => {
  const registry = new Registry();
  const calls = new Counter({ name: 'calls_total', help: 'C.', registers: [registry] });
  const sizes = new Histogram({ name: 'sizes', help: 'S.', buckets: [1], registers: [registry] });
  const { clock, collect } = producerOf(registry);
  calls.inc(5);
  sizes.observe(1);
  const [began] = startsOf(await collect(), 'calls_total');
  expect(began).toBeCloseTo(performance.timeOrigin, 2);
  await clock.advance(1000);
  calls.inc(1);
  expect(startsOf(await collect(), 'calls_total')).toEqual([began]);
  await clock.advance(1000);
  registry.resetMetrics();
  calls.inc(1);
  const after = await collect();
  expect(startsOf(after, 'calls_total')).toEqual([MS_OF_2026 + 1000]);
  sizes.observe(1);
  await clock.advance(1000);
  expect(startsOf(await collect(), 'calls_total')).toEqual([MS_OF_2026 + 1000]);
});

it('says of a series that came later, or came back, that it began after the collection before', async () => {
  const registry = new Registry();
  const calls = new Counter({ name: 'calls_total', help: 'C.', labelNames: ['a'], registers: [registry] });
  const { clock, collect } = producerOf(registry);
  calls.inc({ a: '1' });
  await collect();
  await clock.advance(1000);
  calls.inc({ a: '2' }, 9);
  expect(startsOf(await collect(), 'calls_total')[1]).toBe(MS_OF_2026);
  calls.remove('2');
  await clock.advance(1000);
  await collect();
  calls.inc({ a: '2' }, 20);
  await clock.advance(1000);
  expect(startsOf(await collect(), 'calls_total')[1]).toBe(MS_OF_2026 + 2000);
});

it('reports a metric whose collect function fails, and collects the others', async () => {
  const registry = new Registry();
  const collect = () => Promise.reject(new Error('broken'));
  new Gauge({ name: 'broken', help: 'B.', registers: [registry], collect });
  new Gauge({ name: 'works', help: 'W.', registers: [registry] }).set(1);
  const { errors, resourceMetrics } = await producerOf(registry).producer.collect();
  expect(errors).toMatchObject([{ code: 'ERR_METRICS_NOT_COLLECTED', metric: 'broken' }]);
  expect(resourceMetrics.scopeMetrics[0]?.metrics.map(({ descriptor }) => descriptor.name)).toEqual([
    'works',
  ]);
});

it('adds the default labels of the registry, and leaves out metrics without a point', async () => {
  const registry = new Registry();
  registry.setDefaultLabels({ region: 'eu', a: 'default' });
  new Counter({ name: 'calls_total', help: 'C.', labelNames: ['a'], registers: [registry] }).inc({ a: '1' });
  new Counter({ name: 'none_total', help: 'N.', labelNames: ['a'], registers: [registry] });
  const metrics = await producerOf(registry).collect();
  expect(metrics.map(({ dataPoints }) => dataPoints[0]?.attributes)).toEqual([{ region: 'eu', a: '1' }]);
});

it('brings the metrics of this package up to date as a scrape does', async () => {
  await using metrics = buildMetrics({ serviceName: 's' });
  const found = await producerOf(metrics.registry).collect();
  const rss = found.find(({ descriptor }) => descriptor.name === 'process_memory_rss_bytes')?.dataPoints[0];
  expect(rss?.value).toBeGreaterThan(1_000_000);
});

it("works with any reader and exporter of OpenTelemetry's SDK", async () => {
  const registry = new Registry();
  new Counter({ name: 'calls_total', help: 'C.', registers: [registry] }).inc(2);
  const exported: unknown[] = [];
  const reader = new PeriodicExportingMetricReader({
    exporter: {
      export: ({ resource, scopeMetrics }, done) => {
        exported.push(resource.attributes, scopeMetrics[0]?.metrics[0]?.dataPoints[0]?.value);
        done({ code: 0 });
      },
      forceFlush: async () => {},
      shutdown: async () => {},
    },
  });
  reader.setMetricProducer(producerOf(registry).producer);
  await reader.forceFlush();
  await reader.shutdown();
  expect(exported.slice(0, 2)).toEqual([{ 'service.name': 's' }, 2]);
});
