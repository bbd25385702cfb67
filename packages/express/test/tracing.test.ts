import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCurrentTrace, getTraceHeaders } from '@holdfast/context';
import { correlationMiddleware } from '@holdfast/express/correlation';
import { errorHandler } from '@holdfast/express/error-handler';
import { tracingMiddleware } from '@holdfast/express/tracing';
import { initTracing, type Tracing, withSpan } from '@holdfast/tracing';
import express from 'express';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { sendAndLeave, serve } from './serve.ts';

let folder: string;
let tracing: Tracing;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-express-'));
  tracing = initTracing({ serviceName: 'test', exporter: { file: join(folder, 'spans.jsonl') } });
});

afterEach(async () => {
  await tracing.shutdown();
  rmSync(folder, { recursive: true });
});

interface Exported {
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  traceState?: string;
  status: { code?: number };
  events: { name: string }[];
  attributes: Record<string, unknown>;
}

interface Line {
  resourceSpans: {
    scopeSpans: { spans: (Omit<Exported, 'attributes'> & { attributes: Attribute[] })[] }[];
  }[];
}

interface Attribute {
  key: string;
  value: Record<string, unknown>;
}

/** The spans in the file, once there are `count`. */
async function exported(count: number): Promise<Exported[]> {
  const read = async () => {
    await tracing.flush();
    const lines = readFileSync(join(folder, 'spans.jsonl'), 'utf8').split('\n').filter(Boolean);
    return lines
      .map((line) => JSON.parse(line) as Line)
      .flatMap(({ resourceSpans }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      )
      .map((span) => ({
        ...span,
        attributes: Object.fromEntries(
          span.attributes.map(({ key, value }) => [key, Object.values(value)[0]]),
        ),
      }));
  };
  await expect.poll(async () => (await read()).length).toBe(count);
  return read();
}

const PARENT = {
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'vendor=1',
};

const ids: express.RequestHandler = (req, res) => {
  const { traceId, spanId, requestId } = getCurrentTrace() ?? {};
  res.json({ traceId, spanId, requestId, id: req.id, traceparent: getTraceHeaders().traceparent });
};

describe('tracingMiddleware', () => {
  it('makes the server span of a request, continuing the trace of the caller', async () => {
    const app = express();
    app.use(correlationMiddleware(), tracingMiddleware());
    app.get('/orders/:id', ids);
    const { url, port } = await serve(app);
    const response = await fetch(`${url}/orders/7?token=secret`, {
      headers: { ...PARENT, 'user-agent': 'test/1' },
    });
    const body = (await response.json()) as Record<string, string>;
    const [span] = await exported(1);
    expect(span).toMatchObject({
      name: 'GET /orders/:id',
      kind: 2,
      traceId: '0af7651916cd43dd8448eb211c80319c',
      parentSpanId: 'b7ad6b7169203331',
      traceState: 'vendor=1',
      status: {},
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/orders/:id',
        'http.response.status_code': '200',
        'url.path': '/orders/7',
        'url.scheme': 'http',
        'server.address': '127.0.0.1',
        'server.port': String(port),
        'client.address': '127.0.0.1',
        'user_agent.original': 'test/1',
        'network.protocol.version': '1.1',
      },
    });
    expect(body).toMatchObject({ traceId: span?.traceId, spanId: span?.spanId });
    expect(body['traceparent']).toBe(`00-0af7651916cd43dd8448eb211c80319c-${span?.spanId}-01`);
    expect(JSON.stringify(span)).not.toContain('secret');
  });

  it.each([
    ['before', [tracingMiddleware(), correlationMiddleware()]],
    ['after', [correlationMiddleware(), tracingMiddleware()]],
    ['before and again after', [tracingMiddleware(), correlationMiddleware(), correlationMiddleware()]],
  ])('mounted %s correlationMiddleware, shares its one scope', async (_order, middleware) => {
    const app = express();
    app.use(...middleware);
    app.get('/', ids);
    const { url } = await serve(app);
    const body = (await (
      await fetch(url, { headers: { 'x-request-id': 'req-1', ...PARENT } })
    ).json()) as Record<string, string>;
    const [span] = await exported(1);
    expect(body).toMatchObject({ requestId: 'req-1', id: 'req-1', traceId: PARENT.traceparent.slice(3, 35) });
    expect(body['spanId']).toBe(span?.spanId);
  });

  it('works alone', async () => {
    const app = express();
    app.use(tracingMiddleware());
    app.get('/', ids);
    const { url } = await serve(app);
    const body = (await (await fetch(url)).json()) as Record<string, string>;
    const [span] = await exported(1);
    expect(body).toMatchObject({ traceId: span?.traceId, spanId: span?.spanId });
    expect(span).not.toHaveProperty('parentSpanId');
  });

  it('is the parent of the spans made inside', async () => {
    const app = express();
    app.use(tracingMiddleware());
    app.get('/', async (_req, res) => {
      await withSpan('work', async () => undefined);
      res.send('ok');
    });
    const { url } = await serve(app);
    await (await fetch(url)).text();
    const spans = await exported(2);
    const server = spans.find(({ name }) => name === 'GET /');
    expect(spans.find(({ name }) => name === 'work')).toMatchObject({
      parentSpanId: server?.spanId,
      traceId: server?.traceId,
    });
  });

  it('names a request that matched no route by its method alone', async () => {
    const app = express();
    app.use(tracingMiddleware());
    const { url } = await serve(app);
    await (await fetch(`${url}/nothing/7`)).text();
    const [span] = await exported(1);
    expect(span?.name).toBe('GET');
    expect(span?.attributes).not.toHaveProperty('http.route');
    expect(span?.status).toEqual({});
  });

  it('records the error behind a 5xx', async () => {
    const app = express();
    app.use(tracingMiddleware());
    app.use(
      '/v1',
      express.Router().get('/fail', () => Promise.reject(new TypeError('no such thing'))),
    );
    app.use(errorHandler());
    const { url } = await serve(app);
    await (await fetch(`${url}/v1/fail`)).text();
    const [span] = await exported(1);
    expect(span).toMatchObject({
      name: 'GET /v1/fail',
      status: { code: 2 },
      attributes: { 'error.type': 'TypeError' },
    });
    expect(span?.events.map(({ name }) => name)).toEqual(['exception']);
  });

  it('ends the span of a request whose client left', async () => {
    let arrived: () => void = () => undefined;
    const isTime = new Promise<void>((resolve) => (arrived = resolve));
    const app = express();
    app.use(tracingMiddleware());
    app.get('/hang', () => arrived());
    const { port } = await serve(app);
    await sendAndLeave(port, 'GET /hang HTTP/1.1\r\nHost: x\r\n\r\n', isTime);
    const [span] = await exported(1);
    expect(span).toMatchObject({
      name: 'GET /hang',
      attributes: { 'error.type': 'ERR_EXPRESS_CLIENT_ABORTED' },
    });
  });

  it('gives a span of its own to each request of one connection', async () => {
    const app = express();
    app.use(correlationMiddleware(), tracingMiddleware());
    app.get('/:n', ids);
    const { url } = await serve(app);
    for (const path of ['/1', '/2', '/3']) await (await fetch(url + path)).text();
    const spans = await exported(3);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(3);
  });

  it('makes no span for what skip says', async () => {
    const app = express();
    app.use(tracingMiddleware({ skip: (req) => req.path === '/health/live' }));
    app.use((_req, res) => void res.send('ok'));
    const { url } = await serve(app);
    await (await fetch(`${url}/health/live`)).text();
    await (await fetch(`${url}/other`)).text();
    const [span] = await exported(1);
    expect(span?.attributes['url.path']).toBe('/other');
  });

  describe('where initTracing() was not called', () => {
    const warningsOf = async (work: () => Promise<void>): Promise<string[]> => {
      const codes: string[] = [];
      const listener = (warning: Error & { code?: string }) => void codes.push(warning.code ?? '');
      process.on('warning', listener);
      await work();
      process.off('warning', listener);
      return codes.filter((code) => code === 'HOLDFAST_TRACING_NOT_STARTED');
    };

    it('leaves the trace of the caller as it is, and says once that nothing is recorded', async () => {
      await tracing.shutdown();
      const app = express();
      app.use(correlationMiddleware(), tracingMiddleware());
      app.get('/', ids);
      const { url } = await serve(app);
      const warnings = await warningsOf(async () => {
        for (let n = 0; n < 2; n += 1) {
          const body = (await (await fetch(url, { headers: PARENT })).json()) as Record<string, string>;
          expect(body['traceId']).toBe('0af7651916cd43dd8448eb211c80319c');
        }
      });
      expect(warnings).toHaveLength(1);
    });

    it('says nothing where tracing is switched off by the environment', async () => {
      await tracing.shutdown();
      vi.stubEnv('OTEL_SDK_DISABLED', 'true');
      onTestFinished(() => void vi.unstubAllEnvs());
      tracing = initTracing();
      const app = express();
      app.use(tracingMiddleware());
      app.get('/', ids);
      const { url } = await serve(app);
      expect(await warningsOf(async () => void (await (await fetch(url)).text()))).toEqual([]);
    });
  });
});
