import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getCurrentTrace } from '@holdfast/context';
import { createService, type ServiceOptions } from '@holdfast/express/service';
import { createLifecycle } from '@holdfast/lifecycle';
import { createLogger } from '@holdfast/logging';
import { createMetrics } from '@holdfast/metrics';
import { initTracing } from '@holdfast/tracing';
import compression from 'compression';
import express from 'express';
import helmet from 'helmet';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

function memoryLog() {
  const records: Record<string, unknown>[] = [];
  const destination = {
    write: (line: string) => void records.push(JSON.parse(line) as Record<string, unknown>),
  };
  return { records, destination };
}

async function started(options: Partial<ServiceOptions> = {}) {
  const { records, destination } = memoryLog();
  const service = await createService({
    name: 'orders',
    logger: { destination },
    lifecycle: createLifecycle({ signals: [] }),
    routes: (app) => {
      app.get('/orders/:id', (req, res) => {
        res.json({ id: req.params.id, requestId: req.id, traceId: getCurrentTrace()?.traceId });
      });
      app.get('/fail', () => Promise.reject(new Error('secret detail')));
    },
    ...options,
  });
  onTestFinished(() => service.close());
  const { url, port } = await service.listen(0, '127.0.0.1');
  return { service, url, port, records };
}

describe('createService', () => {
  it('answers with ids, continues the trace, counts, logs and has probes', async () => {
    const { url, records } = await started();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const response = await fetch(`${url}/orders/7`, { headers: { 'x-request-id': 'req-1', traceparent } });
    expect(response.headers.get('x-request-id')).toBe('req-1');
    expect(response.headers.get('x-powered-by')).toBeNull();
    expect(await response.json()).toEqual({
      id: '7',
      requestId: 'req-1',
      traceId: '0af7651916cd43dd8448eb211c80319c',
    });
    await expect.poll(() => records.length).toBe(1);
    expect(records[0]).toMatchObject({
      service: 'orders',
      route: '/orders/:id',
      statusCode: 200,
      requestId: 'req-1',
    });

    expect(await (await fetch(`${url}/health/live`)).json()).toEqual({ status: 'up' });
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain(
      'http_requests_total{service="orders",method="GET",route="/orders/:id",status_code="200"} 1',
    );
    // Probes and scrapes are neither counted nor logged.
    expect(metrics).not.toContain('/health');
    expect(records).toHaveLength(1);
  });

  it('begins the start-up steps when it listens, is alive and unready meanwhile, and logs one that fails', async () => {
    const filled = Promise.withResolvers<void>();
    let broken = true;
    const migrate = () => {
      if (broken) throw new Error('no table');
      return filled.promise;
    };
    const { url, records } = await started({ health: { startup: { migrate }, startupRetryMs: 0 } });
    const probe = async (name: string) => {
      const response = await fetch(`${url}/health/${name}`);
      return [response.status, ((await response.json()) as { status: string }).status];
    };
    await expect.poll(() => records.length).toBe(1);
    expect(records[0]).toMatchObject({ msg: 'start-up step failed', err: { step: 'migrate' } });
    broken = false;
    expect(await probe('live')).toEqual([200, 'up']);
    expect(await probe('startup')).toEqual([503, 'starting']);
    expect(await probe('ready')).toEqual([503, 'starting']);
    filled.resolve();
    await expect.poll(() => probe('startup')).toEqual([200, 'up']);
    expect(await probe('ready')).toEqual([200, 'up']);
  });

  it('answers errors and unknown paths as JSON and logs what it does not tell', async () => {
    const { url, records } = await started();
    const failed = await fetch(`${url}/fail`, { headers: { 'x-request-id': 'req-1' } });
    expect(failed.status).toBe(500);
    expect(await failed.json()).toEqual({
      error: { code: 'INTERNAL_ERROR', message: 'Something went wrong on our side.', requestId: 'req-1' },
    });
    expect((await fetch(`${url}/unknown`)).status).toBe(404);
    await expect.poll(() => records.length).toBe(3);
    expect(records[0]).toMatchObject({
      msg: 'request failed',
      requestId: 'req-1',
      err: { message: 'secret detail' },
    });
  });

  it('puts security headers and compression around the routes', async () => {
    const { url } = await started({
      security: helmet(),
      compression: compression({ threshold: 0 }),
      routes: (app) => void app.get('/', (_req, res) => void res.send('x'.repeat(5000))),
    });
    const response = await fetch(url);
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(response.headers.get('strict-transport-security')).not.toBeNull();
    expect(await response.text()).toHaveLength(5000);
    expect((await fetch(`${url}/unknown`)).headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('leaves out what is switched off', async () => {
    const { service, url } = await started({ logger: false, tracing: false, metrics: false, health: false });
    expect(service).toMatchObject({
      logger: undefined,
      tracing: undefined,
      metrics: undefined,
      health: undefined,
    });
    expect((await fetch(`${url}/orders/7`)).status).toBe(200);
    for (const path of ['/metrics', '/health', '/health/live'])
      expect((await fetch(url + path)).status).toBe(404);
  });

  it('uses what it is given and leaves its end to the giver', async () => {
    const { destination } = memoryLog();
    const logger = createLogger({ destination });
    const metrics = createMetrics({ serviceName: 'mine', processMetrics: false });
    const tracing = initTracing({ exporter: 'none' });
    const given = { logger, metrics, tracing };
    const { service, url } = await started(given);
    expect(service).toMatchObject(given);
    await (await fetch(`${url}/orders/7`)).text();
    await service.close();
    expect((await metrics.render()).body).toContain('http_requests_total{service="mine"');
    expect(() => initTracing({ exporter: 'none' })).toThrow(
      expect.objectContaining({ code: 'ERR_TRACING_ALREADY_STARTED' }),
    );
    await tracing.shutdown();
    await metrics.close();
  });

  it('uses a tracing that the application has started before', async () => {
    const tracing = initTracing({ exporter: 'none' });
    onTestFinished(() => tracing.shutdown());
    const { url } = await started();
    expect((await fetch(`${url}/orders/7`)).status).toBe(200);
  });

  it('gives its parts to the routes, which may be added asynchronously', async () => {
    const seen: unknown[] = [];
    const { service } = await started({
      routes: async (app, { logger, metrics, lifecycle }) => {
        await Promise.resolve();
        seen.push(logger, metrics, lifecycle);
        app.get('/', (_req, res) => void res.send('ok'));
      },
    });
    expect(seen).toEqual([service.logger, service.metrics, service.lifecycle]);
  });

  it('takes back what it has made when the routes cannot be added', async () => {
    const failing = () =>
      createService({ name: 'x', logger: false, routes: () => Promise.reject(new Error('no database')) });
    await expect(failing()).rejects.toThrow('no database');
    // A second start would meet a tracing that runs already.
    await expect(failing()).rejects.toThrow('no database');
  });

  describe('listen', () => {
    it('says in one line that the port is in use', async () => {
      const other = createServer();
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      onTestFinished(() => void other.close());
      const { port } = other.address() as AddressInfo;
      const second = await createService({
        name: 'x',
        logger: false,
        lifecycle: createLifecycle({ signals: [] }),
        routes: () => undefined,
      });
      onTestFinished(() => second.close());
      const error = await second.listen(port, '127.0.0.1').catch((reason: unknown) => reason as Error);
      expect(error).toMatchObject({
        name: 'ListenError',
        code: 'ERR_EXPRESS_LISTEN',
        message: `Cannot listen on 127.0.0.1:${port}: the port is in use. Stop the other process, or choose another port.`,
      });
      // It can be tried again.
      const { url } = await second.listen(0, '127.0.0.1');
      expect((await fetch(`${url}/health/live`)).status).toBe(200);
    });

    it.each([-1, 65_536, 1.5, Number.NaN])('refuses the port %d', async (port) => {
      const { service } = await started();
      const other = await createService({
        name: 'x',
        logger: false,
        tracing: false,
        lifecycle: service.lifecycle,
        routes: () => undefined,
      });
      onTestFinished(() => other.close());
      await expect(other.listen(port)).rejects.toThrow(
        `listen: port is ${port}; it must be an integer from 0 to 65535.`,
      );
    });

    it('refuses an address that this machine does not have, and to listen twice', async () => {
      const { service } = await started();
      await expect(service.listen(0)).rejects.toThrow('The service listens already.');
      const other = await createService({
        name: 'x',
        logger: false,
        tracing: false,
        lifecycle: service.lifecycle,
        routes: () => undefined,
      });
      onTestFinished(() => other.close());
      await expect(other.listen(0, '192.0.2.1')).rejects.toThrow('this machine does not have that address');
    });

    it('gives a URL for this machine when it listens on every interface', async () => {
      const service = await createService({
        name: 'x',
        logger: false,
        lifecycle: createLifecycle({ signals: [] }),
        routes: () => undefined,
      });
      onTestFinished(() => service.close());
      const { url, port } = await service.listen(0);
      expect(url).toBe(`http://localhost:${port}`);
    });
  });

  describe('close', () => {
    it('lets running requests end, and takes no new ones', async () => {
      let finish: () => void = () => undefined;
      let arrived: () => void = () => undefined;
      const isArrived = new Promise<void>((resolve) => (arrived = resolve));
      const { service, url } = await started({
        routes: (app) => {
          app.get('/slow', async (_req, res) => {
            arrived();
            await new Promise<void>((resolve) => (finish = resolve));
            res.send('whole');
          });
        },
      });
      const running = fetch(`${url}/slow`);
      await isArrived;
      const closing = service.close();
      await expect.poll(() => fetch(`${url}/slow`).then(String, () => 'refused')).toBe('refused');
      finish();
      const response = await running;
      expect(await response.text()).toBe('whole');
      await closing;
    });

    it('ends only its own service, not the others of the lifecycle', async () => {
      const lifecycle = createLifecycle({ signals: [] });
      const first = await started({ lifecycle });
      const second = await started({ lifecycle, tracing: false });
      await first.service.close();
      expect(lifecycle.isShuttingDown).toBe(false);
      expect((await fetch(`${second.url}/orders/7`)).status).toBe(200);
      await expect(fetch(`${first.url}/orders/7`)).rejects.toThrow();
    });

    it('joins a shutdown of the lifecycle, which ends every service and makes readiness 503', async () => {
      const lifecycle = createLifecycle({ signals: [] });
      const order: string[] = [];
      const { service, url } = await started({ lifecycle });
      let ready: number | undefined;
      lifecycle.onShutdown('ask', async () => void (ready = (await fetch(`${url}/health/ready`)).status), {
        phase: 'readiness',
      });
      lifecycle.onShutdown('close the store', () => void order.push('store'), { phase: 'close' });
      lifecycle.onShutdown('stop the worker', () => void order.push('worker'), { phase: 'workers' });
      void lifecycle.shutdown('test');
      await service.close();
      expect(ready).toBe(503);
      expect(order).toEqual(['worker', 'store']);
      await expect(fetch(url)).rejects.toThrow();
    });

    it('can be called before listen, and twice', async () => {
      const service = await createService({
        name: 'x',
        logger: false,
        lifecycle: createLifecycle({ signals: [] }),
        routes: () => undefined,
      });
      await service.close();
      await service.close();
    });

    it('is what await using does', async () => {
      let url = '';
      {
        const lifecycle = createLifecycle({ signals: [] });
        await using service = await createService({
          name: 'x',
          logger: false,
          lifecycle,
          routes: () => undefined,
        });
        ({ url } = await service.listen(0, '127.0.0.1'));
      }
      await expect(fetch(url)).rejects.toThrow();
    });
  });

  it.each<[string, object, string]>([
    [
      'no name',
      { routes: () => undefined },
      'createService: name is undefined; it must be the name of the service.',
    ],
    [
      'no routes',
      { name: 'x' },
      'createService: routes must be a function that adds routes to the app it gets.',
    ],
  ])('refuses options with %s', async (_what, options, message) => {
    await expect(createService(options as ServiceOptions)).rejects.toMatchObject({
      code: 'ERR_EXPRESS_OPTION',
      message,
    });
  });

  it('exports spans only where an endpoint is configured', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', undefined);
    const { service, url } = await started();
    await (await fetch(`${url}/orders/7`)).text();
    expect(service.tracing?.getStats()).toMatchObject({ failedAttempts: 0, queued: 0 });
    vi.unstubAllEnvs();
  });

  it('takes a body parser and a sub-router in its routes', async () => {
    const { url } = await started({
      routes: (app) => {
        app.use(
          '/v1',
          express.Router().post('/echo', express.json(), (req, res) => void res.json(req.body)),
        );
      },
    });
    const response = await fetch(`${url}/v1/echo`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
    });
    expect(await response.json()).toEqual({ a: 1 });
  });
});
