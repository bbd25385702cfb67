import { getCurrentTrace } from '@holdfast/context';
import { correlationMiddleware } from '@holdfast/express/correlation';
import { metricsEndpoint, metricsMiddleware } from '@holdfast/express/metrics';
import { tracingMiddleware } from '@holdfast/express/tracing';
import { createMetrics } from '@holdfast/metrics';
import { initTracing } from '@holdfast/tracing';
import express from 'express';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { sendAndLeave, serve } from './serve.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

function measured(build: (app: express.Express) => void) {
  const metrics = createMetrics({ serviceName: 'test', processMetrics: false });
  onTestFinished(() => metrics.close());
  const app = express();
  app.use(metricsMiddleware({ http: metrics.http() }));
  build(app);
  app.use(((_error, _req, res, _next) => void res.status(500).send('no')) as express.ErrorRequestHandler);
  const lines = async () => {
    const { body } = await metrics.render();
    return body.split('\n').filter((line) => /^http_(requests_total|connections_active)/.test(line));
  };
  return { app, metrics, lines };
}

describe('metricsMiddleware', () => {
  it('counts each request under method, matched pattern with its mount path, and status', async () => {
    const orders = express.Router().get('/:id', (_req, res) => void res.send('ok'));
    const { app, lines } = measured((a) => a.use('/v1/:tenant/orders', orders));
    const { url } = await serve(app);
    for (const path of ['/v1/a/orders/1', '/v1/b/orders/2', '/nothing/1', '/nothing/2'])
      await (await fetch(url + path)).text();
    await expect
      .poll(lines)
      .toEqual([
        'http_requests_total{service="test",method="GET",route="/v1/:tenant/orders/:id",status_code="200"} 2',
        'http_requests_total{service="test",method="GET",route="unmatched",status_code="404"} 2',
        'http_connections_active{service="test"} 0',
      ]);
  });

  it('counts errors under their route and aborted requests as 499', async () => {
    let arrived: () => void = () => undefined;
    const isTime = new Promise<void>((resolve) => (arrived = resolve));
    const { app, lines } = measured((a) => {
      a.get('/fail', () => Promise.reject(new Error('x')));
      a.get('/hang', () => arrived());
    });
    const { url, port } = await serve(app);
    await (await fetch(`${url}/fail`)).text();
    await sendAndLeave(port, 'GET /hang HTTP/1.1\r\nHost: x\r\n\r\n', isTime);
    await expect
      .poll(lines)
      .toEqual([
        'http_requests_total{service="test",method="GET",route="/fail",status_code="500"} 1',
        'http_requests_total{service="test",method="GET",route="/hang",status_code="499"} 1',
        'http_connections_active{service="test"} 0',
      ]);
  });

  it('shows a request in progress', async () => {
    const { app, lines } = measured((a) => a.get('/', async (_req, res) => void res.json(await lines())));
    const { url } = await serve(app);
    expect(await (await fetch(url)).json()).toEqual(['http_connections_active{service="test"} 1']);
  });

  it('counts a streamed response once, when it has ended', async () => {
    const { app, lines } = measured((a) =>
      a.get('/stream', (_req, res) => {
        res.write('a');
        setImmediate(() => res.end('b'));
      }),
    );
    const { url } = await serve(app);
    expect(await (await fetch(`${url}/stream`)).text()).toBe('ab');
    await expect
      .poll(lines)
      .toContain('http_requests_total{service="test",method="GET",route="/stream",status_code="200"} 1');
  });

  it('leaves out what skip says', async () => {
    const metrics = createMetrics({ serviceName: 'test', processMetrics: false });
    onTestFinished(() => metrics.close());
    const app = express();
    app.use(metricsMiddleware({ http: metrics.http(), skip: (req) => req.path === '/health/live' }));
    const { url } = await serve(app);
    await (await fetch(`${url}/health/live`)).text();
    expect((await metrics.render()).body).not.toContain('http_requests_total{');
  });
});

describe('exemplars', () => {
  const OPENMETRICS = { accept: 'application/openmetrics-text; version=1.0.0' };
  const bucketOf = (body: string) =>
    body.split('\n').filter((line) => /^http_request_duration_ms_bucket.* # /.test(line));

  async function traced(sampleRate: number, order: 'before' | 'after') {
    const spans: { readonly traceId: string; readonly spanId: string }[] = [];
    const tracing = initTracing({ serviceName: 'test', exporter: 'none', sampleRate });
    onTestFinished(() => tracing.shutdown());
    const metrics = createMetrics({ serviceName: 'test', processMetrics: false });
    onTestFinished(() => metrics.close());
    const app = express();
    app.use(correlationMiddleware());
    if (order === 'before') app.use(tracingMiddleware());
    app.use(metricsMiddleware({ http: metrics.http() }));
    if (order === 'after') app.use(tracingMiddleware());
    app.get('/orders/:id', (_req, res) => {
      const { traceId, spanId } = getCurrentTrace() ?? { traceId: '', spanId: '' };
      spans.push({ traceId, spanId });
      res.send('ok');
    });
    const { url } = await serve(app);
    const ask = async () => (await metrics.render(OPENMETRICS)).body;
    await (await fetch(`${url}/orders/1`)).text();
    await expect.poll(ask).toContain('route="/orders/:id"');
    expect(bucketOf(await ask())).toEqual([]);
    await (await fetch(`${url}/orders/2`)).text();
    await expect.poll(ask).toContain('status_code="200"} 2\n');
    return { lines: bucketOf(await ask()), span: spans[1] };
  }

  it.each(['before', 'after'] as const)(
    'name the server span of a sampled request, tracing coming %s metrics',
    async (order) => {
      const { lines, span } = await traced(1, order);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain(` # {trace_id="${span?.traceId}",span_id="${span?.spanId}"} `);
    },
  );

  it('name no request that is not sampled', async () => {
    expect((await traced(0, 'before')).lines).toEqual([]);
  });
});

describe('metricsEndpoint', () => {
  it('sends what is long part by part, whole and in order', async () => {
    vi.stubEnv('METRICS_API_KEY', undefined);
    const metrics = createMetrics({ serviceName: 'test', processMetrics: false, maxSeriesPerMetric: 10_000 });
    onTestFinished(() => metrics.close());
    metrics.own.registerGauge('many', 'Many.', { labelNames: ['n'] });
    for (let n = 0; n < 10_000; n += 1) metrics.own.setGauge('many', n, { n: 'x'.repeat(100) + n });
    const app = express();
    app.use('/metrics', metricsEndpoint({ metrics }));
    const { url } = await serve(app);
    const { body, parts } = await metrics.render();
    expect(parts.length).toBeGreaterThan(4);
    const answer = await (await fetch(`${url}/metrics`)).text();
    expect(answer).toBe(body);
    const head = await fetch(`${url}/metrics`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('goes on when the scraper leaves in the middle of an answer', async () => {
    vi.stubEnv('METRICS_API_KEY', undefined);
    const metrics = createMetrics({
      serviceName: 'test',
      processMetrics: false,
      maxSeriesPerMetric: 100_000,
    });
    onTestFinished(() => metrics.close());
    metrics.own.registerGauge('many', 'Many.', { labelNames: ['n'] });
    for (let n = 0; n < 50_000; n += 1) metrics.own.setGauge('many', n, { n: 'x'.repeat(100) + n });
    const app = express();
    app.use('/metrics', metricsEndpoint({ metrics }));
    const { url } = await serve(app);
    const controller = new AbortController();
    const { body } = await fetch(`${url}/metrics`, { signal: controller.signal });
    await body?.getReader().read();
    controller.abort();
    expect((await fetch(`${url}/metrics`, { method: 'HEAD' })).status).toBe(200);
  });

  async function endpoint(options: Parameters<typeof metricsEndpoint>[0] = {}) {
    const metrics = createMetrics({ serviceName: 'test', processMetrics: false });
    onTestFinished(() => metrics.close());
    const app = express();
    app.use('/metrics', metricsEndpoint({ metrics, ...options }));
    const { url } = await serve(app);
    return (headers: Record<string, string> = {}) => fetch(`${url}/metrics`, { headers });
  }

  it('answers a scrape in the format that is asked for', async () => {
    vi.stubEnv('METRICS_API_KEY', undefined);
    const get = await endpoint();
    const plain = await get();
    expect(plain.status).toBe(200);
    expect(plain.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const open = await get({ accept: 'application/openmetrics-text; version=1.0.0' });
    expect(open.headers.get('content-type')).toMatch(/^application\/openmetrics-text/);
    expect(await open.text()).toMatch(/# EOF\n$/);
  });

  it('asks for METRICS_API_KEY as x-api-key or bearer token, and answers 403 without it', async () => {
    vi.stubEnv('METRICS_API_KEY', 'the-key');
    const get = await endpoint();
    for (const headers of [
      {},
      { 'x-api-key': 'the-key2' },
      { 'x-api-key': '' },
      { 'x-api-key': 'THE-KEY' },
      { authorization: 'Bearer the-key2' },
      { authorization: 'Basic the-key' },
      { authorization: 'Bearer' },
    ]) {
      const response = await get(headers as Record<string, string>);
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ error: { code: 'FORBIDDEN' } });
    }
    expect((await get({ 'x-api-key': 'the-key' })).status).toBe(200);
    expect((await get({ authorization: 'Bearer the-key' })).status).toBe(200);
  });

  it('lets authorize decide instead, sync or async', async () => {
    vi.stubEnv('METRICS_API_KEY', 'the-key');
    const get = await endpoint({ authorize: async (req) => req.get('x-admin') === 'yes' });
    expect((await get({ 'x-api-key': 'the-key' })).status).toBe(403);
    expect((await get({ 'x-admin': 'yes' })).status).toBe(200);
  });

  it('shows the metrics of the first instance where none is given', async () => {
    vi.stubEnv('METRICS_API_KEY', '');
    const metrics = createMetrics({ serviceName: 'first', processMetrics: false });
    onTestFinished(() => metrics.close());
    const app = express();
    app.use(metricsMiddleware());
    app.get('/metrics', metricsEndpoint());
    const { url } = await serve(app);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain(
      'http_connections_active{service="first"} 1',
    );
  });
});
