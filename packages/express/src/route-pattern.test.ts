import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type RequestHandler } from 'express';
import { describe, expect, it } from 'vitest';
import { routePattern } from './route-pattern.ts';

const ok: RequestHandler = (_req, res) => void res.send('ok');

/** The pattern as seen when the response has ended, for each path in turn. */
async function patterns(build: (app: express.Express) => void, paths: readonly string[]) {
  const seen: (string | undefined)[] = [];
  const app = express();
  app.use((req, res, next) => {
    res.on('close', () => seen.push(routePattern(req)));
    next();
  });
  build(app);
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  for (const path of paths) await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  await new Promise((resolve) => server.close(resolve));
  return seen;
}

describe('routePattern', () => {
  it('is the pattern, not the URL', async () => {
    expect(await patterns((app) => app.get('/orders/:id', ok), ['/orders/7?a=1'])).toEqual(['/orders/:id']);
  });

  it('is undefined where no route matched', async () => {
    const build = (app: express.Express) => {
      app.use('/static', ok);
      app.get('/orders/:id', ok);
    };
    expect(await patterns(build, ['/nothing', '/static/x'])).toEqual([undefined, undefined]);
  });

  it('holds the patterns of mount paths, at any depth, parameters included', async () => {
    const items = express.Router().get('/', ok).get('/:item', ok);
    const orders = express.Router().use('/:order/items', items).get('/:order', ok);
    const build = (app: express.Express) => app.use('/tenants/:tenant/orders', orders);
    expect(
      await patterns(build, [
        '/tenants/a/orders/7',
        '/tenants/b/orders/8/items/9',
        '/tenants/c/orders/8/items',
      ]),
    ).toEqual([
      '/tenants/:tenant/orders/:order',
      '/tenants/:tenant/orders/:order/items/:item',
      '/tenants/:tenant/orders/:order/items',
    ]);
  });

  it('is the same for a route that ends in an error, sync or async', async () => {
    const failing = express
      .Router()
      .get('/sync', () => {
        throw new Error('x');
      })
      .get('/async', () => Promise.reject(new Error('x')));
    const build = (app: express.Express) => {
      app.use('/v1', failing);
      app.use(((_error, _req, res, _next) => void res.status(500).send('no')) as express.ErrorRequestHandler);
    };
    expect(await patterns(build, ['/v1/sync', '/v1/async'])).toEqual(['/v1/sync', '/v1/async']);
  });

  it('tells apart two mounts of one router and two paths of one route', async () => {
    const router = express.Router().get('/:id', ok);
    const build = (app: express.Express) => {
      app.use('/a', router);
      app.use(['/b', '/c/:x'], router);
      app.get(['/one/:p', '/two'], ok);
    };
    expect(await patterns(build, ['/a/1', '/b/1', '/c/2/1', '/one/1', '/two'])).toEqual([
      '/a/:id',
      '/b/:id',
      '/c/:x/:id',
      '/one/:p',
      '/two',
    ]);
  });

  it('holds the mount path of an application in the application', async () => {
    const inner = express().get('/users/:id', ok);
    expect(await patterns((app) => app.use('/admin', inner), ['/admin/users/7'])).toEqual([
      '/admin/users/:id',
    ]);
  });

  it('shows a regular expression and the root as they are', async () => {
    const build = (app: express.Express) => {
      app.get('/', ok);
      app.get(/^\/files\/\d+$/, ok);
    };
    expect(await patterns(build, ['/', '/files/12'])).toEqual(['/', '/^\\/files\\/\\d+$/']);
  });
});
