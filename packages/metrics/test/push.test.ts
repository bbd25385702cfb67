/** `initMetrics()` against a collector on loopback that decodes what it gets with another protobuf implementation. */
import { Scope, type SpanContextLike } from '@holdfast/context/storage';
import { Counter, Gauge, Histogram, Summary } from 'prom-client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  createHttpMetrics,
  createMetrics,
  initMetrics,
  type MetricsPushOptions,
  type ServiceMetrics,
} from '../src/index.ts';
import { OtlpReceiver } from './otlp-receiver.ts';

const running: AsyncDisposable[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const one of running.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

function closing<T extends AsyncDisposable>(one: T): T {
  running.push(one);
  return one;
}

async function start(options: MetricsPushOptions = {}) {
  const receiver = closing(await OtlpReceiver.start());
  const metrics = closing(createMetrics({ serviceName: 'payments', processMetrics: false }));
  const push = closing(
    initMetrics({ exporterEndpoint: receiver.url, exportTimeoutMs: 20_000, metrics, ...options }),
  );
  return { receiver, metrics, push };
}

describe('the usage of document 003', () => {
  it('pushes to the endpoint of OTEL_EXPORTER_METRICS_ENDPOINT, whose path is kept', async () => {
    const receiver = closing(await OtlpReceiver.start());
    vi.stubEnv('OTEL_EXPORTER_METRICS_ENDPOINT', `${receiver.url}/v1/metrics`);
    const push = closing(
      initMetrics({
        serviceName: 'requests-service',
        exporterEndpoint: process.env['OTEL_EXPORTER_METRICS_ENDPOINT'],
      }),
    );
    const http = createHttpMetrics();
    http.observe({ method: 'GET', route: '/requests/:id', statusCode: 200, durationMs: 12 });
    await push.flush();
    const [request] = receiver.requests;
    expect(request?.path).toBe('/v1/metrics');
    expect(request?.headers['content-type']).toBe('application/x-protobuf');
    expect(request?.resource).toMatchObject({
      'service.name': 'requests-service',
      'telemetry.sdk.name': '@holdfast/metrics',
      'process.pid': process.pid,
    });
    expect(receiver.metric('http_requests_total')?.points[0]).toMatchObject({
      attributes: { service: 'requests-service', method: 'GET', route: '/requests/:id', status_code: '200' },
      value: 1,
    });
  });
});

describe('what is pushed', () => {
  it('has counters as monotonic totals, gauges, and histograms with their bounds', async () => {
    const { receiver, metrics, push } = await start();
    metrics.own.registerGauge('pool_free', 'Free places.');
    metrics.own.setGauge('pool_free', -2.5, { pool: 'a', empty: '' });
    const http = metrics.http({ durationBucketsMs: [10, 100] });
    for (const durationMs of [5, 7, 50, 500])
      http.observe({ method: 'GET', route: '/', statusCode: 200, durationMs });
    await push.flush();
    const labels = { service: 'payments', method: 'GET', route: '/', status_code: '200' };
    expect(receiver.metric('http_requests_total')).toMatchObject({
      description: 'Requests answered or given up by the client (status 499).',
      unit: '',
      kind: 'sum',
      temporality: 2,
      isMonotonic: true,
      points: [{ attributes: labels, value: 4 }],
    });
    expect(receiver.metric('pool_free')).toMatchObject({
      kind: 'gauge',
      points: [{ attributes: { pool: 'a' }, value: -2.5 }],
    });
    expect(receiver.metric('http_request_duration_ms')).toMatchObject({
      kind: 'histogram',
      temporality: 2,
      points: [
        {
          attributes: labels,
          count: '4',
          sum: 562,
          bucketCounts: ['2', '1', '1'],
          explicitBounds: [10, 100],
        },
      ],
    });
  });

  it("has an application's own prom-client metrics, a summary as a gauge and two totals", async () => {
    const { receiver, metrics, push } = await start();
    const registers = [metrics.registry];
    new Counter({ name: 'starts', help: 'S.', labelNames: ['by'], registers }).inc({ by: 'cron' }, 3);
    new Gauge({
      name: 'load',
      help: 'L.',
      registers,
      collect() {
        this.set(7);
      },
    });
    const sizes = new Histogram({ name: 'sizes', help: 'Z.', labelNames: ['t'], buckets: [1, 5], registers });
    for (const size of [0.5, 3, 9]) sizes.observe({ t: 'x' }, size);
    sizes.observe({ t: 'y' }, 2);
    new Summary({ name: 'ages', help: 'A.', percentiles: [0.5], registers }).observe(4);
    await push.flush();
    expect(receiver.metric('starts')).toMatchObject({
      kind: 'sum',
      isMonotonic: true,
      points: [{ attributes: { by: 'cron' }, value: 3 }],
    });
    expect(receiver.metric('load')).toMatchObject({ kind: 'gauge', points: [{ value: 7 }] });
    expect(receiver.metric('sizes')?.points).toMatchObject([
      {
        attributes: { t: 'x' },
        count: '3',
        sum: 12.5,
        bucketCounts: ['1', '1', '1'],
        explicitBounds: [1, 5],
      },
      { attributes: { t: 'y' }, count: '1', sum: 2, bucketCounts: ['0', '1', '0'] },
    ]);
    expect(receiver.metric('ages')).toMatchObject({
      kind: 'gauge',
      points: [{ attributes: { quantile: '0.5' }, value: 4 }],
    });
    expect(receiver.metric('ages_sum')).toMatchObject({ kind: 'sum', points: [{ value: 4 }] });
    expect(receiver.metric('ages_count')).toMatchObject({ kind: 'sum', points: [{ value: 1 }] });
  });

  it('has exemplars with the ids of sampled spans, from the second push on', async () => {
    const { receiver, metrics, push } = await start();
    const http = metrics.http();
    await push.flush();
    const span: SpanContextLike = {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: 1,
    };
    const trace = new Scope();
    trace.attachSpan({ spanContext: () => span });
    http.observe({ method: 'GET', route: '/', statusCode: 200, durationMs: 12, trace });
    await push.flush();
    expect(receiver.metric('http_request_duration_ms')?.points[0]?.exemplars).toMatchObject([
      { value: 12, traceId: span.traceId, spanId: span.spanId, filteredAttributes: {} },
    ]);
  });

  it('comes in several requests when it is much', async () => {
    const { receiver, metrics, push } = await start({ maxPointsPerRequest: 100 });
    metrics.own.registerCounter('many_total', 'Many.', { labelNames: ['n'] });
    for (let n = 0; n < 950; n += 1) metrics.own.incrementCounter('many_total', { n }, n);
    await push.flush();
    const points = receiver.requests.flatMap(({ metrics }) =>
      metrics.filter(({ name }) => name === 'many_total').flatMap((metric) => metric.points),
    );
    expect(receiver.requests.length).toBeGreaterThanOrEqual(10);
    expect(new Set(points.map(({ attributes }) => attributes['n'])).size).toBe(950);
    expect(points.reduce((sum, { value = 0 }) => sum + value, 0)).toBe((949 * 950) / 2);
  });
});

describe('options and variables', () => {
  const endpointOf = async (env: Record<string, string>, option?: string) => {
    const receiver = closing(await OtlpReceiver.start());
    for (const [name, path] of Object.entries(env)) vi.stubEnv(name, receiver.url + path);
    const push = initMetrics({ exporterEndpoint: option === undefined ? undefined : receiver.url + option });
    await push.flush();
    await push.shutdown();
    return receiver.requests[0]?.path;
  };

  it.each([
    [{}, '', '/v1/metrics'],
    [{}, '/', '/v1/metrics'],
    [{}, '/otlp/custom', '/otlp/custom'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, undefined, '/v1/metrics'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '/v1/traces' }, undefined, '/v1/metrics'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '/a', OTEL_EXPORTER_METRICS_ENDPOINT: '/b' }, undefined, '/b'],
    [{ OTEL_EXPORTER_METRICS_ENDPOINT: '/b', OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: '/c' }, undefined, '/c'],
    [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: '' }, undefined, '/'],
    [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: '/c' }, '/d', '/d'],
  ])('with %j and exporterEndpoint %j push to the path %s', async (env, option, path) => {
    expect(await endpointOf(env as Record<string, string>, option)).toBe(path);
  });

  it('take headers, compression and resource attributes from the environment, and add to them', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'x-tenant=acme,x-both=env');
    vi.stubEnv('OTEL_EXPORTER_OTLP_COMPRESSION', 'gzip');
    vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'team=pay%20ments,service.name=ignored');
    vi.stubEnv('OTEL_SERVICE_NAME', 'from-env');
    const { receiver, push } = await start({
      headers: { 'x-both': 'option' },
      serviceVersion: '1.2.3',
      environment: 'test',
      resourceAttributes: { 'host.name': 'h', shard: 3 },
    });
    await push.flush();
    const [request] = receiver.requests;
    expect(request?.headers).toMatchObject({
      'x-tenant': 'acme',
      'x-both': 'option',
      'content-encoding': 'gzip',
    });
    expect(request?.resource).toMatchObject({
      'service.name': 'from-env',
      'service.version': '1.2.3',
      'deployment.environment.name': 'test',
      team: 'pay ments',
      'host.name': 'h',
      shard: 3,
    });
  });

  it.each(['OTEL_SDK_DISABLED', 'OTEL_METRICS_EXPORTER'])('push nothing where %s says so', async (name) => {
    vi.stubEnv(name, name === 'OTEL_SDK_DISABLED' ? 'true' : 'none');
    const { receiver, push } = await start();
    await push.flush();
    await push.shutdown();
    expect(receiver.requests).toEqual([]);
  });

  it.each<[MetricsPushOptions, string]>([
    [{ exporterEndpoint: 'collector:4318' }, 'initMetrics: exporterEndpoint is not an http or https URL'],
    [
      { exportIntervalMs: 0 },
      'initMetrics: exportIntervalMs is 0; it must be an integer from 1 to 86400000.',
    ],
    [
      { exportIntervalMs: 1000, exportTimeoutMs: 2000 },
      'initMetrics: exportTimeoutMs is 2000; it must be an integer from 1 to 1000.',
    ],
    [{ maxPointsPerRequest: 1.5 }, 'initMetrics: maxPointsPerRequest is 1.5; it must be an integer'],
    [{ compression: 'br' as 'gzip' }, 'initMetrics: compression is br; it must be one of none, gzip.'],
  ])('that cannot be used are refused: %j', (options, message) => {
    expect(() => initMetrics(options)).toThrow(message);
  });

  it('name the variable that cannot be used, and push at the interval of OTEL_METRIC_EXPORT_INTERVAL', async () => {
    vi.stubEnv('OTEL_METRIC_EXPORT_INTERVAL', '1s');
    expect(() => initMetrics()).toThrow(
      'initMetrics: OTEL_METRIC_EXPORT_INTERVAL is 1s; it must be a number of milliseconds.',
    );
    vi.stubEnv('OTEL_METRIC_EXPORT_INTERVAL', '20');
    const { receiver } = await start({ exportTimeoutMs: 20 });
    await expect.poll(() => receiver.requests.length).toBeGreaterThan(1);
  });

  it('refuse a second call while the first runs', async () => {
    const { receiver, push } = await start();
    expect(() => initMetrics()).toThrow('initMetrics() runs already.');
    await push.shutdown();
    const again = initMetrics({ exporterEndpoint: receiver.url });
    await again.shutdown();
  });
});

describe('an endpoint', () => {
  async function pushesOf(metrics: ServiceMetrics, outcome: string): Promise<string | undefined> {
    const line = new RegExp(`^metrics_pushes_total\\{outcome="${outcome}"\\} (\\d+)$`, 'm');
    return line.exec((await metrics.render()).body)?.[1];
  }

  it('that is down is counted, and nothing is thrown', async () => {
    const { receiver, metrics, push } = await start({ exportTimeoutMs: 700 });
    await receiver[Symbol.asyncDispose]().catch(() => {});
    await push.flush();
    expect(push.getStats()).toMatchObject({ succeeded: 0, failed: 1, lastError: 'ECONNREFUSED' });
    expect(await pushesOf(metrics, 'failure')).toBe('1');
  });

  it('that refuses is counted with its status, and told nothing twice', async () => {
    const { receiver, metrics, push } = await start();
    receiver.answer = (response) => response.writeHead(401, 'secret words').end('secret body');
    await push.flush();
    expect(receiver.requests).toHaveLength(1);
    expect(push.getStats()).toMatchObject({ failed: 1, lastError: 'status 401' });
    expect(await pushesOf(metrics, 'failure')).toBe('1');
    receiver.answer = (response) => response.end();
    metrics.own.registerCounter('later_total', 'L.', { labelNames: [] });
    await push.flush();
    expect(push.getStats()).toMatchObject({ succeeded: 1, failed: 1 });
    expect(receiver.metric('metrics_pushes_total')?.points[0]).toMatchObject({
      attributes: { outcome: 'failure' },
      value: 1,
    });
  });

  it('that fails in the middle of a push is not asked for the rest of it', async () => {
    const { receiver, metrics, push } = await start({ maxPointsPerRequest: 10 });
    metrics.own.registerCounter('many_total', 'Many.', { labelNames: ['n'] });
    for (let n = 0; n < 100; n += 1) metrics.own.incrementCounter('many_total', { n });
    receiver.answer = (response) => response.writeHead(400).end();
    await push.flush();
    expect(receiver.requests).toHaveLength(1);
    expect(push.getStats()).toMatchObject({ succeeded: 0, failed: 1 });
  });

  it('that hangs holds one connection however often is pushed, and each push ends', async () => {
    const { receiver, metrics, push } = await start({ exportTimeoutMs: 1000 });
    let drip: NodeJS.Timeout | undefined;
    // A byte now and then keeps the socket from timing out: only our own limit ends this.
    receiver.answer = (response) => {
      drip = setInterval(() => response.write('.'), 5);
    };
    for (let i = 0; i < 20; i += 1) await push.flush();
    const { timedOut, failed } = push.getStats();
    expect(timedOut).toBeGreaterThanOrEqual(1);
    expect(timedOut + failed).toBe(20);
    expect(receiver.connections).toBe(1);
    expect(await pushesOf(metrics, 'timeout')).toBe(String(timedOut));
    await push.shutdown();
    clearInterval(drip);
  });
});

describe('the end', () => {
  it('pushes a last time, once', async () => {
    const { receiver, metrics, push } = await start();
    metrics.own.registerCounter('last_total', 'Last.', { labelNames: [] });
    metrics.own.incrementCounter('last_total');
    await Promise.all([push.shutdown(), push.close()]);
    expect(receiver.requests).toHaveLength(1);
    expect(receiver.metric('last_total')?.points[0]?.value).toBe(1);
    await push.flush();
    expect(receiver.requests).toHaveLength(1);
  });
});
