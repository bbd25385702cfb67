import { EventEmitter } from 'node:events';
import {
  createTraceContext,
  currentSignal,
  getBaggage,
  getCurrentTrace,
  remainingMs,
  runWithTrace,
  setIdentity,
  withDeadline,
} from '@holdfast/context';
import { correlationMiddleware } from '@holdfast/express/correlation';
import express from 'express';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { sendAndLeave, sendRaw, serve } from './serve.ts';

function echoing(middleware = correlationMiddleware()) {
  const app = express();
  app.use(middleware);
  app.use(express.json());
  app.all('/', (req, res) => {
    const trace = getCurrentTrace();
    res.json({
      id: req.id,
      correlationId: req.correlationId,
      requestId: trace?.requestId,
      traceId: trace?.traceId,
      parentSpanId: trace?.parentSpanId,
      traceState: trace?.traceState,
      tenantId: trace?.tenantId,
      userId: trace?.userId,
      remainingMs: Number.isFinite(remainingMs()) ? Math.ceil(remainingMs() / 1000) * 1000 : undefined,
      body: req.body as unknown,
    });
  });
  return app;
}

async function call(url: string, headers: Record<string, string> = {}, init: RequestInit = {}) {
  const response = await fetch(url, { ...init, headers });
  return { headers: response.headers, body: (await response.json()) as Record<string, unknown> };
}

const HEADERS = [
  'x-request-id',
  'x-correlation-id',
  'traceparent',
  'tracestate',
  'x-trace-id',
  'x-tenant-id',
  'x-user-id',
  'x-request-timeout-ms',
  'baggage',
];

const HOSTILE = [
  '',
  ' ',
  '__proto__',
  '\x1b[31m',
  'a\tb',
  '"}',
  "'; DROP TABLE",
  '%0d%0aSet-Cookie: a=b',
  'x'.repeat(129),
  '-1',
  '1e9',
  '00-00000000000000000000000000000000-0000000000000000-00',
  `ff-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
];

describe('correlationMiddleware', () => {
  it('makes one id for each request and answers with it in both headers', async () => {
    const { url } = await serve(echoing());
    const { headers, body } = await call(url);
    expect(body['id']).toMatch(/^[0-9a-f]{32}$/);
    expect(body['requestId']).toBe(body['id']);
    expect(body['correlationId']).toBe(body['id']);
    expect(headers.get('x-request-id')).toBe(body['id']);
    expect(headers.get('x-correlation-id')).toBe(body['id']);
    expect((await call(url)).body['id']).not.toBe(body['id']);
  });

  it('keeps acceptable ids and the trace of the sender', async () => {
    const { url } = await serve(echoing());
    const { headers, body } = await call(url, {
      'x-request-id': 'req-1',
      'x-correlation-id': 'corr:1',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      tracestate: 'vendor=1',
    });
    expect(body).toMatchObject({
      id: 'req-1',
      correlationId: 'corr:1',
      traceId: '0af7651916cd43dd8448eb211c80319c',
      parentSpanId: 'b7ad6b7169203331',
      traceState: 'vendor=1',
    });
    expect(headers.get('x-request-id')).toBe('req-1');
    expect(headers.get('x-correlation-id')).toBe('corr:1');
  });

  it('takes tenant, user and deadline from nobody by default', async () => {
    const { url } = await serve(echoing());
    const { body } = await call(url, {
      'x-tenant-id': 'acme',
      'x-user-id': 'u',
      'x-request-timeout-ms': '5000',
    });
    expect(body).not.toHaveProperty('tenantId');
    expect(body).not.toHaveProperty('userId');
    expect(body).not.toHaveProperty('remainingMs');
  });

  it('takes them from senders that the application trusts', async () => {
    const trusted = (req: express.Request) => req.get('x-internal') === 'yes';
    const { url } = await serve(echoing(correlationMiddleware({ trusted })));
    const headers = { 'x-tenant-id': 'acme', 'x-user-id': 'u', 'x-request-timeout-ms': '5000' };
    expect((await call(url, headers)).body).not.toHaveProperty('tenantId');
    const { body } = await call(url, { ...headers, 'x-internal': 'yes' });
    expect(body).toMatchObject({ tenantId: 'acme', userId: 'u', remainingMs: 5000 });
  });

  it('lets a trusted sender shorten the deadline, and never lengthen it', async () => {
    const app = express();
    app.use(correlationMiddleware({ trusted: true }));
    app.get('/', (_req, res) =>
      withDeadline(1000, () => res.json({ longest: Math.ceil(remainingMs() / 100) * 100 })),
    );
    const { url } = await serve(app);
    const longest = async (timeoutMs: string) =>
      (await call(url, { 'x-request-timeout-ms': timeoutMs })).body['longest'];
    expect(await longest('300')).toBeLessThanOrEqual(300);
    const unshortened = await longest('999999999');
    expect(unshortened).toBeGreaterThan(300);
    expect(unshortened).toBeLessThanOrEqual(1000);
    expect(await longest('0')).toBe(0);
  });

  it('keeps a signal as it is when the client leaves: what is under way is finished', async () => {
    const app = express();
    const left = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    const committed = Promise.withResolvers<unknown>();
    app.use(correlationMiddleware({ trusted: true }));
    app.get('/', async (_req, res) => {
      const signal = currentSignal();
      res.on('close', left.resolve);
      started.resolve();
      await left.promise;
      await new Promise((resolve) => setImmediate(resolve));
      committed.resolve({ aborted: signal?.aborted, after: currentSignal()?.aborted });
    });
    const { port } = await serve(app);
    await sendAndLeave(
      port,
      'GET / HTTP/1.1\r\nHost: x\r\nX-Request-Timeout-Ms: 60000\r\n\r\n',
      started.promise,
    );
    expect(await committed.promise).toEqual({ aborted: false, after: false });
  });

  it('leaves no timer behind: it ends with the response', async () => {
    const app = express();
    app.use(correlationMiddleware({ trusted: true }));
    const timers: NodeJS.Timeout[] = [];
    const closed = Promise.withResolvers<void>();
    app.get('/', (_req, res) => {
      const setting = vi.spyOn(globalThis, 'setTimeout');
      currentSignal();
      timers.push(...setting.mock.results.map(({ value }) => value as NodeJS.Timeout));
      setting.mockRestore();
      res.on('close', closed.resolve);
      res.end('{}');
    });
    const clearing = vi.spyOn(globalThis, 'clearTimeout');
    const { url } = await serve(app);
    await call(url, { 'x-request-timeout-ms': '60000' });
    await closed.promise;
    expect(timers).toHaveLength(1);
    expect(clearing.mock.calls.map(([timer]) => timer)).toContain(timers[0]);
    clearing.mockRestore();
  });

  it('reads baggage only of trusted senders, in one header or in several', async () => {
    const app = express();
    app.use((req, res, next) => correlationMiddleware({ trusted: req.path === '/trusted' })(req, res, next));
    app.use(
      (_req, res) => void res.json({ baggage: getBaggage().map(({ key, value }) => `${key}=${value}`) }),
    );
    const { port } = await serve(app);
    const headers = 'Host: x\r\nConnection: close\r\nbaggage: a=1;p, b=Z%C3%BCrich\r\nBaggage: c=3\r\n\r\n';
    expect(await sendRaw(port, `GET /trusted HTTP/1.1\r\n${headers}`)).toContain(
      '{"baggage":["a=1","b=ZÃ¼rich","c=3"]}',
    );
    expect(await sendRaw(port, `GET / HTTP/1.1\r\n${headers}`)).toContain('{"baggage":[]}');
  });

  it('used twice, keeps the one scope, and a later one may trust where the first did not', async () => {
    const app = express();
    app.use(correlationMiddleware());
    app.use(correlationMiddleware({ trusted: true }));
    app.use(echoing());
    const { url } = await serve(app);
    const { headers, body } = await call(url, { 'x-tenant-id': 'acme' });
    expect(headers.get('x-request-id')).toBe(body['id']);
    expect(body).toMatchObject({ tenantId: 'acme', requestId: body['id'] });
  });

  it('does not take the context that surrounds the start of the server for that of a request', async () => {
    const outer = createTraceContext({ requestId: 'outer' });
    const { url } = await runWithTrace(outer, () => serve(echoing()));
    const first = await call(url);
    const second = await call(url);
    expect(first.body['requestId']).toMatch(/^[0-9a-f]{32}$/);
    expect(second.body['requestId']).not.toBe(first.body['requestId']);
  });

  it('keeps two requests on one connection apart', async () => {
    const { port } = await serve(echoing());
    const one = 'GET / HTTP/1.1\r\nHost: x\r\nX-Request-ID: first\r\n\r\n';
    const two = 'GET / HTTP/1.1\r\nHost: x\r\nX-Request-ID: second\r\nConnection: close\r\n\r\n';
    const answer = await sendRaw(port, one + two);
    expect(answer.match(/"requestId":"\w+"/g)).toEqual(['"requestId":"first"', '"requestId":"second"']);
  });

  it('survives body parsing, timers, streams, emitters and promises', async () => {
    const app = express();
    app.use(correlationMiddleware());
    app.post('/', express.json(), async (req, res) => {
      const ids = [getCurrentTrace()?.requestId];
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
      ids.push(getCurrentTrace()?.requestId);
      await new Promise<void>((resolve) => setImmediate(() => resolve()));
      ids.push(getCurrentTrace()?.requestId);
      const emitter = new EventEmitter();
      emitter.on('event', () => ids.push(getCurrentTrace()?.requestId));
      emitter.emit('event');
      setIdentity({ tenantId: 'acme' });
      process.nextTick(() =>
        res.json({ ids, tenantId: getCurrentTrace()?.tenantId, body: req.body as unknown }),
      );
    });
    const { url } = await serve(app);
    const ids = Array.from({ length: 20 }, (_, index) => `req-${index}`);
    const answers = await Promise.all(
      ids.map((id) =>
        call(
          url,
          { 'x-request-id': id, 'content-type': 'application/json' },
          { method: 'POST', body: JSON.stringify({ id }) },
        ),
      ),
    );
    expect(answers.map(({ body }) => body)).toEqual(
      ids.map((id) => ({ ids: [id, id, id, id], tenantId: 'acme', body: { id } })),
    );
  });

  it('meets 400 hostile headers without a throw, a 5xx, a wrong id or an injected header', async () => {
    const { port } = await serve(echoing(correlationMiddleware({ trusted: true })));
    const name = fc.constantFrom(...HEADERS);
    const hostile = fc.constantFrom(...HOSTILE);
    const value = fc.oneof(
      hostile,
      fc.string({ unit: 'binary', maxLength: 60 }).map((text) => text.replace(/[\r\n\0]/g, '')),
    );
    const headers = fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(headers, async (list) => {
        const lines = list.map(([key, text]) => `${key}: ${text}\r\n`).join('');
        const answer = await sendRaw(
          port,
          Buffer.from(`GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines}\r\n`, 'utf8'),
        );
        // What is not HTTP is refused by node:http itself.
        expect(answer).toMatch(/^HTTP\/1\.1 (200|400) /);
        expect(answer).not.toMatch(/set-cookie/i);
        if (answer.startsWith('HTTP/1.1 400')) return;
        expect(answer).toMatch(/^X-Request-ID: [A-Za-z0-9._:-]{1,128}\r$/m);
        expect(answer).toMatch(/^X-Correlation-ID: [A-Za-z0-9._:-]{1,128}\r$/m);
        expect(answer).toMatch(/"traceId":"[0-9a-f]{32}"/);
      }),
      { numRuns: 400 },
    );
  });
});
