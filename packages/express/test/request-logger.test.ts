import { correlationMiddleware } from '@holdfast/express/correlation';
import { errorHandler } from '@holdfast/express/error-handler';
import { requestLogger } from '@holdfast/express/request-logger';
import { createLogger } from '@holdfast/logging';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { sendAndLeave, serve } from './serve.ts';

function logged(build: (app: express.Express) => void, options: Parameters<typeof requestLogger>[0] = {}) {
  const records: Record<string, unknown>[] = [];
  const destination = {
    write: (line: string) => void records.push(JSON.parse(line) as Record<string, unknown>),
  };
  const app = express();
  app.use(correlationMiddleware());
  app.use(requestLogger({ logger: createLogger({ module: 'http', destination }), ...options }));
  build(app);
  app.use(errorHandler());
  return { app, records };
}

describe('requestLogger', () => {
  it('writes one line for each request, with its ids and without its query', async () => {
    const { app, records } = logged((a) => a.get('/orders/:id', (_req, res) => void res.send('hello')));
    const { url } = await serve(app);
    const headers = { 'x-request-id': 'req-1', 'user-agent': 'test/1' };
    await (await fetch(`${url}/orders/7?token=secret`, { headers })).text();
    await expect.poll(() => records.length).toBe(1);
    expect(records[0]).toMatchObject({
      level: 30,
      module: 'http',
      requestId: 'req-1',
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      method: 'GET',
      path: '/orders/7',
      route: '/orders/:id',
      statusCode: 200,
      responseBytes: 5,
      remoteAddress: '127.0.0.1',
      userAgent: 'test/1',
      msg: 'request completed',
    });
    expect(records[0]?.['durationMs']).toBeGreaterThan(0);
    expect(JSON.stringify(records)).not.toContain('secret');
  });

  it('writes an error as an error, and what matched no route without a route', async () => {
    const { app, records } = logged((a) => a.get('/fail', () => Promise.reject(new Error('x'))));
    const { url } = await serve(app);
    await (await fetch(`${url}/fail`)).text();
    await (await fetch(`${url}/nothing`)).text();
    await expect.poll(() => records.length).toBe(2);
    expect(records[0]).toMatchObject({ level: 50, statusCode: 500, route: '/fail' });
    expect(records[1]).toMatchObject({ level: 30, statusCode: 404 });
    expect(records[1]).not.toHaveProperty('route');
  });

  it('writes a request whose client left, before and after the headers', async () => {
    let arrived: () => void = () => undefined;
    const { app, records } = logged((a) => {
      a.get('/waiting', () => arrived());
      a.get('/streaming', (_req, res) => {
        res.write('half');
        arrived();
      });
    });
    const { port } = await serve(app);
    for (const path of ['waiting', 'streaming']) {
      const isTime = new Promise<void>((resolve) => (arrived = resolve));
      await sendAndLeave(port, `GET /${path} HTTP/1.1\r\nHost: x\r\nX-Request-ID: ${path}\r\n\r\n`, isTime);
    }
    await expect.poll(() => records.length).toBe(2);
    expect(records[0]).toMatchObject({
      level: 40,
      statusCode: 499,
      aborted: true,
      requestId: 'waiting',
      remoteAddress: '127.0.0.1',
    });
    expect(records[1]).toMatchObject({
      level: 40,
      statusCode: 200,
      aborted: true,
      requestId: 'streaming',
      msg: 'request aborted',
    });
  });

  it('leaves out what skip says', async () => {
    const skip = (req: express.Request) => req.path.startsWith('/health');
    const { app, records } = logged((a) => a.use((_req, res) => void res.send('ok')), { skip });
    const { url } = await serve(app);
    await (await fetch(`${url}/health/live`)).text();
    await (await fetch(`${url}/other`)).text();
    await expect.poll(() => records.length).toBe(1);
    expect(records[0]).toMatchObject({ path: '/other' });
  });

  it('cannot be made to write a second line by what a client sends', async () => {
    const lines: string[] = [];
    const app = express();
    app.use(
      requestLogger({ logger: createLogger({ destination: { write: (line) => void lines.push(line) } }) }),
    );
    const { url } = await serve(app);
    await (await fetch(`${url}/%0A{"level":60}`, { headers: { 'user-agent': 'a\tb\u009b31m"}' } })).text();
    await expect.poll(() => lines.length).toBe(1);
    expect(lines[0]).toMatch(/^[^\p{Cc}]*\n$/u);
  });
});
