import express from 'express';
import { describe, expect, it } from 'vitest';
import { onResponseEnd, type ResponseEnd } from '../src/response-end.ts';
import { sendAndLeave, serve } from './serve.ts';

describe('onResponseEnd', () => {
  it('tells all who asked, in their order and with one listener on the response', async () => {
    const seen: [string, ResponseEnd][] = [];
    let listeners = Number.NaN;
    const app = express();
    for (const name of ['a', 'b', 'c'])
      app.use((req, res, next) => {
        onResponseEnd(req, res, (end) => seen.push([name, end]));
        next();
      });
    app.get('/orders/:id', (_req, res) => {
      listeners = res.listenerCount('close');
      res.send('ok');
    });
    const { url } = await serve(app);
    await (await fetch(`${url}/orders/7`)).text();
    await expect.poll(() => seen.length).toBe(3);
    expect(listeners).toBe(1);
    expect(seen.map(([name]) => name)).toEqual(['a', 'b', 'c']);
    for (const [, end] of seen) expect(end).toBe(seen[0]?.[1]);
    expect(seen[0]?.[1]).toMatchObject({ aborted: false, statusCode: 200, route: '/orders/:id' });
  });

  it('keeps two requests on one connection apart', async () => {
    const statuses: number[] = [];
    const app = express();
    app.use((req, res, next) => {
      onResponseEnd(req, res, ({ statusCode }) => statuses.push(statusCode));
      next();
    });
    app.get('/', (_req, res) => void res.send('ok'));
    const { url } = await serve(app);
    await (await fetch(url)).text();
    await (await fetch(`${url}/nothing`)).text();
    await expect.poll(() => statuses).toEqual([200, 404]);
  });

  it('says 499 for a client that left before the headers', async () => {
    const ends: ResponseEnd[] = [];
    let arrived: () => void = () => undefined;
    const isTime = new Promise<void>((resolve) => (arrived = resolve));
    const app = express();
    app.get('/waiting', (req, res) => {
      onResponseEnd(req, res, (end) => ends.push(end));
      arrived();
    });
    const { port } = await serve(app);
    await sendAndLeave(port, 'GET /waiting HTTP/1.1\r\nHost: x\r\n\r\n', isTime);
    await expect.poll(() => ends.length).toBe(1);
    expect(ends[0]).toMatchObject({ aborted: true, statusCode: 499, route: '/waiting' });
  });
});
