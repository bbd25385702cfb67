import { metricsEndpoint, metricsMiddleware } from '@holdfast/express/metrics';
import { createMetrics } from '@holdfast/metrics';
import express from 'express';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { sendAndLeave, serve } from './serve.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

function measured(build: (app: express.Express) => void) {
  const metrics = createMetrics({ service: 'test', processMetrics: false });
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
    const metrics = createMetrics({ service: 'test', processMetrics: false });
    onTestFinished(() => metrics.close());
    const app = express();
    app.use(metricsMiddleware({ http: metrics.http(), skip: (req) => req.path === '/health/live' }));
    const { url } = await serve(app);
    await (await fetch(`${url}/health/live`)).text();
    expect((await metrics.render()).body).not.toContain('http_requests_total{');
  });
});

describe('metricsEndpoint', () => {
  async function endpoint(options: Parameters<typeof metricsEndpoint>[0] = {}) {
    const metrics = createMetrics({ service: 'test', processMetrics: false });
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
    const metrics = createMetrics({ service: 'first', processMetrics: false });
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
