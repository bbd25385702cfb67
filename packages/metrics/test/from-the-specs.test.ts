/** Document 004, "Prometheus Metrics Export": own metrics as they are used there, and the table of metrics collected. */
import { afterEach, describe, expect, it } from 'vitest';
import {
  createHttpMetrics,
  createMetrics,
  Metrics,
  renderMetrics,
  type ServiceMetrics,
} from '../src/index.ts';
import { parseExposition, sampleValue } from './exposition-parser.ts';

let metrics: ServiceMetrics | undefined;

afterEach(() => metrics?.close());

describe('the usage of document 004', () => {
  it('registers and sets own metrics, also before the service has created its metrics', async () => {
    Metrics.registerCounter('my_custom_counter', 'Description');
    Metrics.incrementCounter('my_custom_counter', { label: 'value' });
    metrics = createMetrics({ serviceName: 'requests' });
    Metrics.registerGauge('my_gauge', 'Description');
    Metrics.setGauge('my_gauge', 42, { label: 'value' });
    const families = parseExposition((await renderMetrics()).body, 'prometheus');
    expect(sampleValue(families, 'my_custom_counter', { label: 'value' })).toBe(1);
    expect(sampleValue(families, 'my_gauge', { label: 'value' })).toBe(42);
  });

  it('shows them in the next first instance when one was closed', async () => {
    metrics = createMetrics({ serviceName: 'again' });
    Metrics.incrementCounter('my_custom_counter', { label: 'value' });
    const other = createMetrics({ serviceName: 'second' });
    expect(
      sampleValue(parseExposition((await metrics.render()).body, 'prometheus'), 'my_custom_counter', {
        label: 'value',
      }),
    ).toBe(2);
    expect((await other.render()).body).not.toContain('my_custom_counter');
    await other.close();
  });

  it('collects the metrics of its table with their types', async () => {
    metrics = createMetrics({ serviceName: 'requests' });
    const http = createHttpMetrics();
    http.start();
    http.observe({ method: 'GET', route: '/', statusCode: 200, durationMs: 3 });
    const families = parseExposition((await renderMetrics()).body, 'prometheus');
    const types = {
      http_request_duration_ms: 'histogram',
      http_requests_total: 'counter',
      http_connections_active: 'gauge',
      process_memory_heap_used_bytes: 'gauge',
      process_memory_heap_total_bytes: 'gauge',
      process_memory_rss_bytes: 'gauge',
      process_event_loop_lag_ms: 'gauge',
    };
    for (const [name, type] of Object.entries(types)) expect(families.get(name)?.type).toBe(type);
  });
});

describe('without createMetrics()', () => {
  it('makes an instance of its own, named by OTEL_SERVICE_NAME', async () => {
    const before = process.env['OTEL_SERVICE_NAME'];
    process.env['OTEL_SERVICE_NAME'] = 'from-env';
    const http = createHttpMetrics();
    http.observe({ method: 'GET', route: '/', statusCode: 204, durationMs: 3 });
    const { body } = await renderMetrics({ accept: 'text/plain' });
    expect(body).toContain(
      'http_requests_total{service="from-env",method="GET",route="/",status_code="204"} 1',
    );
    if (before === undefined) delete process.env['OTEL_SERVICE_NAME'];
    else process.env['OTEL_SERVICE_NAME'] = before;
  });
});
