import { healthProbes, healthRoutes } from '@holdfast/express/health';
import express, { type RequestHandler } from 'express';
import { describe, expect, it } from 'vitest';
import { serve } from './serve.ts';

const health = {
  live: () => ({ status: 200, body: 'live' }),
  ready: () => Promise.resolve({ status: 503, body: 'not ready' }),
  detail: () => ({ status: 200, body: 'detail' }),
  startup: () => ({ status: 503, body: 'starting' }),
};

async function statusAndBody(handler: RequestHandler, mountPath: string, path: string) {
  const app = express();
  app.use(mountPath, handler);
  app.use((_req, res) => void res.status(404).json('passed on'));
  const { url } = await serve(app);
  const response = await fetch(`${url}${path}`);
  return [response.status, await response.json()];
}

describe.each([
  ['healthRoutes', () => healthRoutes(health), '/'],
  ['healthProbes under /health', () => healthProbes(health), '/health'],
])('%s', (_name, make, mountPath) => {
  it.each([
    ['/health/live', 200, 'live'],
    ['/health/ready', 503, 'not ready'],
    ['/health/startup', 503, 'starting'],
    ['/health', 200, 'detail'],
    ['/health/?x=1', 200, 'detail'],
    ['/Health/Live', 200, 'live'],
    ['/health/other', 404, 'passed on'],
    ['/healthy', 404, 'passed on'],
    ['/orders/health', 404, 'passed on'],
  ])('answers %s with %i %s', async (path, status, body) => {
    expect(await statusAndBody(make(), mountPath, path)).toEqual([status, body]);
  });
});

it('has no /health/startup for a health without one', async () => {
  const { startup: _startup, ...older } = health;
  expect(await statusAndBody(healthRoutes(older), '/', '/health/startup')).toEqual([404, 'passed on']);
});
