import { tracingChannel } from 'node:diagnostics_channel';
import { contextStorage, Scope, type SpanContextLike } from '@holdfast/context/storage';
import { ManualClock } from '@holdfast/context/testing';
import { Counter, Histogram, Registry } from 'prom-client';
import { afterEach, expect, it } from 'vitest';
import { type ParsedFamily, parseExposition } from '../../test/exposition-parser.ts';
import { buildMetrics, type ServiceMetrics } from '../create-metrics.ts';
import type { MetricsOptions } from '../options.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';
const OPENMETRICS = 'application/openmetrics-text;version=1.0.0';

let metrics: ServiceMetrics;

afterEach(() => metrics.close());

function create(options: MetricsOptions = {}): ServiceMetrics {
  metrics = buildMetrics({
    serviceName: 's',
    processMetrics: false,
    durationBucketsMs: [10, 100],
    ...options,
  });
  return metrics;
}

function scopeWithSpan(traceFlags: number): Scope {
  const context: SpanContextLike = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags };
  const scope = new Scope();
  scope.attachSpan({ spanContext: () => context });
  return scope;
}

async function openMetrics(): Promise<Map<string, ParsedFamily>> {
  return parseExposition((await metrics.render({ accept: OPENMETRICS })).body, 'openmetrics');
}

function exemplarsOf(families: ReadonlyMap<string, ParsedFamily>, name: string): unknown[] {
  const samples = families.get(name)?.samples ?? [];
  return samples.flatMap(({ labels, exemplar }) =>
    exemplar === undefined ? [] : [{ le: labels['le'], ...exemplar }],
  );
}

const request = { method: 'GET', route: '/', statusCode: 200 };

it('gives each bucket the latest sampled request, with the time it ended', async () => {
  const clock = new ManualClock();
  create({ clock });
  const http = metrics.http();
  await openMetrics();
  http.observe({ ...request, durationMs: 7, trace: scopeWithSpan(1) });
  http.observe({ ...request, durationMs: 9, trace: scopeWithSpan(1) });
  http.observe({ ...request, durationMs: 500, trace: scopeWithSpan(3) });
  const labels = { trace_id: TRACE_ID, span_id: SPAN_ID };
  expect(exemplarsOf(await openMetrics(), 'http_request_duration_ms')).toEqual([
    { le: '10', labels, value: 9, timestamp: 1_767_225_600 },
    { le: '+Inf', labels, value: 500, timestamp: 1_767_225_600 },
  ]);
});

it('keeps none until a scraper that can read them has come, and shows none in plain text', async () => {
  create();
  const http = metrics.http();
  expect(http.wantsTrace).toBe(false);
  await metrics.render();
  http.observe({ ...request, durationMs: 7, trace: scopeWithSpan(1) });
  expect(http.wantsTrace).toBe(false);
  expect(exemplarsOf(await openMetrics(), 'http_request_duration_ms')).toEqual([]);
  expect(http.wantsTrace).toBe(true);
  http.observe({ ...request, durationMs: 7, trace: scopeWithSpan(1) });
  expect((await metrics.render()).body).not.toContain('trace_id');
  expect(exemplarsOf(await openMetrics(), 'http_request_duration_ms')).toHaveLength(1);
});

it('takes no request without a span, or whose span is not sampled', async () => {
  create();
  const http = metrics.http();
  await openMetrics();
  http.observe({ ...request, durationMs: 7 });
  http.observe({ ...request, durationMs: 7, trace: new Scope() });
  http.observe({ ...request, durationMs: 7, trace: scopeWithSpan(2) });
  expect(exemplarsOf(await openMetrics(), 'http_request_duration_ms')).toEqual([]);
});

it('has the value in the unit of the histogram', async () => {
  create({ durationUnit: 's' });
  const http = metrics.http();
  await openMetrics();
  http.observe({ ...request, durationMs: 50, trace: scopeWithSpan(1) });
  expect(exemplarsOf(await openMetrics(), 'http_request_duration_seconds')).toMatchObject([
    { le: '0.1', value: 0.05 },
  ]);
});

const processing = tracingChannel<unknown, { queue: string }>('holdfast:queue:process');

it('takes the span of an attempt at a job, once somebody reads exemplars', async () => {
  const clock = new ManualClock();
  create({ clock });
  const attempt = () =>
    contextStorage.run(scopeWithSpan(1), () =>
      processing.tracePromise(() => clock.advance(40), { queue: 'mail' }),
    );
  expect(processing.hasSubscribers).toBe(false);
  await attempt();
  expect(exemplarsOf(await openMetrics(), 'queue_job_duration_ms')).toEqual([]);
  await attempt();
  expect(exemplarsOf(await openMetrics(), 'queue_job_duration_ms')).toMatchObject([
    { le: '100', labels: { trace_id: TRACE_ID, span_id: SPAN_ID }, value: 40 },
  ]);
  await metrics.close();
  expect(processing.hasSubscribers).toBe(false);
});

it("shows those of an application's own prom-client metrics", async () => {
  // Typed for plain text only, though it is how prom-client allows exemplars.
  const registry: Registry = new Registry();
  registry.setContentType(
    Registry.OPENMETRICS_CONTENT_TYPE as unknown as typeof Registry.PROMETHEUS_CONTENT_TYPE,
  );
  const options = { help: 'H.', enableExemplars: true, registers: [registry] };
  const latency = new Histogram({ ...options, name: 'latency', buckets: [1, 5] });
  const calls = new Counter({ ...options, name: 'calls_total' });
  create({ registry });
  latency.observe({ value: 3, labels: {}, exemplarLabels: { traceId: TRACE_ID } });
  latency.observe({ value: 9, labels: {}, exemplarLabels: { traceId: 'quote " and \\' } });
  calls.inc({ value: 2, labels: {}, exemplarLabels: { id: 'x'.repeat(126) } });
  const families = await openMetrics();
  expect(exemplarsOf(families, 'latency')).toMatchObject([
    { le: '5', labels: { traceId: TRACE_ID }, value: 3 },
    { le: '+Inf', labels: { traceId: 'quote " and \\' }, value: 9 },
  ]);
  expect(exemplarsOf(families, 'calls')).toMatchObject([{ labels: { id: 'x'.repeat(126) } }]);
});
