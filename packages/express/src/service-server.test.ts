import { once } from 'node:events';
import { IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express } from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAppServer } from './service-server.ts';

async function listening(app: Express): Promise<{ server: Server; url: string }> {
  const server = createAppServer(app).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('createAppServer', () => {
  it('makes requests and responses with the prototypes of the application before Express sees them', async () => {
    const app = express().get('/', (_req, res) => void res.send('ok'));
    const { server, url } = await listening(app);
    const seen: unknown[] = [];
    server.prependListener('request', (req, res) => {
      seen.push(Object.getPrototypeOf(req) === app.request, Object.getPrototypeOf(res) === app.response);
      seen.push(req instanceof IncomingMessage, res instanceof ServerResponse);
    });
    expect(await (await fetch(url)).text()).toBe('ok');
    expect(seen).toEqual([true, true, true, true]);
  });

  it('lets an application add to app.request and app.response, also later', async () => {
    const app = express().get('/', (req, res) => void res.json({ greeting: Reflect.get(req, 'greeting') }));
    const { url } = await listening(app);
    Object.assign(app.request, { greeting: 'hello' });
    expect(await (await fetch(url)).json()).toEqual({ greeting: 'hello' });
  });

  it('gives a mounted application its own requests, and the outer one its own after that', async () => {
    const inner = express().use((req, _res, next) => {
      req.headers['x-inner'] = String(req.app === inner);
      next();
    });
    const app = express().use('/inner', inner);
    app.use((req, res) => void res.json({ inner: req.headers['x-inner'], outer: req.app === app }));
    const { url } = await listening(app);
    expect(await (await fetch(`${url}/inner`)).json()).toEqual({ inner: 'true', outer: true });
  });

  it('takes bodies, and many requests over one connection', async () => {
    const app = express().post('/', express.json(), (req, res) => void res.json(req.body));
    const { url } = await listening(app);
    const headers = { 'content-type': 'application/json' };
    for (let n = 0; n < 3; n += 1) {
      const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ n }) });
      expect(await answer.json()).toEqual({ n });
    }
  });
});
