import { getTraceLogFields } from '@holdfast/context';
import { correlationMiddleware } from '@holdfast/express/correlation';
import { metricsEndpoint, metricsMiddleware } from '@holdfast/express/metrics';
import { requestLogger } from '@holdfast/express/request-logger';
import { createService } from '@holdfast/express/service';
import { tracingMiddleware } from '@holdfast/express/tracing';
import { createLifecycle } from '@holdfast/lifecycle';
import { createLogger } from '@holdfast/logging';
import { createMetrics, initMetrics } from '@holdfast/metrics';
import { initTracing } from '@holdfast/tracing';
import compression from 'compression';
import express from 'express';
import helmet from 'helmet';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { serve } from './serve.ts';

afterEach(() => void vi.unstubAllEnvs());

describe('the usage examples of the requirement documents', () => {
  it('000, 003: the three middlewares, added to an application', async () => {
    const tracing = initTracing({
      serviceName: 'requests-service',
      serviceVersion: '1.0.0',
      environment: 'production',
      exporter: 'none',
    });
    onTestFinished(() => tracing.shutdown());
    const metrics = createMetrics({ serviceName: 'requests-service', processMetrics: false });
    onTestFinished(() => metrics.close());
    const app = express();
    app.use(correlationMiddleware());
    app.use(tracingMiddleware());
    app.use(metricsMiddleware());
    app.get('/', (_req, res) => void res.json(getTraceLogFields()));
    const { url } = await serve(app);
    const fields = await (await fetch(url)).json();
    expect(Object.keys(fields as object)).toEqual(['traceId', 'spanId', 'requestId', 'correlationId']);
  });

  it('002: ids on the request and in the response headers', async () => {
    const app = express();
    app.use(correlationMiddleware());
    app.get('/', (req, res) => void res.json({ id: req.id, correlationId: req.correlationId }));
    const { url } = await serve(app);
    const response = await fetch(url, { headers: { 'x-request-id': 'abc123' } });
    expect(response.headers.get('X-Request-ID')).toBe('abc123');
    expect(response.headers.get('X-Correlation-ID')).toBe('abc123');
    expect(await response.json()).toEqual({ id: 'abc123', correlationId: 'abc123' });
  });

  it('003: initTracing, initMetrics and the middlewares, as a service starts', async () => {
    const pushed: string[] = [];
    const collector = await serve(
      express().post('/v1/metrics', (req, res) => {
        req.resume().on('end', () => {
          pushed.push(req.get('content-type') ?? '');
          res.end();
        });
      }),
    );
    vi.stubEnv('OTEL_EXPORTER_METRICS_ENDPOINT', `${collector.url}/v1/metrics`);
    const tracing = initTracing({
      serviceName: 'requests-service',
      serviceVersion: '1.0.0',
      exporter: 'none',
    });
    onTestFinished(() => tracing.shutdown());
    const push = initMetrics({
      serviceName: 'requests-service',
      exporterEndpoint: process.env['OTEL_EXPORTER_METRICS_ENDPOINT'],
    });
    onTestFinished(() => push.shutdown());
    const app = express();
    app.use(correlationMiddleware());
    app.use(tracingMiddleware());
    app.use(metricsMiddleware());
    app.get('/metrics', metricsEndpoint());
    const { url } = await serve(app);
    const body = async () => (await fetch(`${url}/metrics`)).text();
    await body();
    await expect
      .poll(body)
      .toContain('http_requests_total{service="requests-service",method="GET",route="/metrics"');
    await push.flush();
    expect(pushed).toEqual(['application/x-protobuf']);
    expect(push.getStats()).toMatchObject({ succeeded: 1, failed: 0 });
  });

  it('004: the metrics endpoint, open without METRICS_API_KEY and asking for x-api-key with it', async () => {
    const metrics = createMetrics({ serviceName: 'x', processMetrics: false });
    onTestFinished(() => metrics.close());
    vi.stubEnv('METRICS_API_KEY', 'key');
    const app = express();
    app.use(metricsMiddleware());
    app.use('/metrics', metricsEndpoint());
    const { url } = await serve(app);
    expect((await fetch(`${url}/metrics`)).status).toBe(403);
    expect((await fetch(`${url}/metrics`, { headers: { 'x-api-key': 'key' } })).status).toBe(200);
  });

  it('004: everything in the right order, with the end points of the document', async () => {
    const records: unknown[] = [];
    const logger = createLogger({ destination: { write: (line) => void records.push(JSON.parse(line)) } });
    const lifecycle = createLifecycle({ signals: [] });
    const flushed: string[] = [];
    const service = await createService({
      name: 'tyaprover',
      logger,
      lifecycle,
      security: helmet(),
      compression: compression(),
      routes: (app) => void app.get('/api/v1/apps', (_req, res) => void res.json([])),
    });
    lifecycle.onShutdown('flush-traces', async () => void flushed.push('traces'));
    const { url } = await service.listen(0, '127.0.0.1');
    for (const path of ['/metrics', '/health', '/health/live', '/health/ready', '/api/v1/apps']) {
      expect((await fetch(url + path)).status).toBe(200);
    }
    await lifecycle.shutdown();
    expect(flushed).toEqual(['traces']);
    expect(records).toHaveLength(1);
  });

  it('004: structured request logs', async () => {
    const lines: string[] = [];
    const app = express();
    app.use(
      requestLogger({ logger: createLogger({ destination: { write: (line) => void lines.push(line) } }) }),
    );
    app.get('/', (_req, res) => void res.send('ok'));
    const { url } = await serve(app);
    await (await fetch(url)).text();
    await expect.poll(() => lines.length).toBe(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ method: 'GET', path: '/', statusCode: 200 });
  });
});
