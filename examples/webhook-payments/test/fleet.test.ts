import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type PostgresServer, redisServer, startPostgres, startRedis } from '@holdfast/test-servers';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paymentFixtures } from '../src/senders/payments.ts';
import { signedHeaders } from '../src/senders/signing.ts';
import {
  OPERATOR_KEY,
  type Program,
  runProgram,
  SECRETS,
  serviceEnvironment,
  temporaryFolder,
} from './process.ts';

let postgres: PostgresServer;
let folder: string;
/** Stands for the payment API: one charge for each idempotency key. */
let paymentApi: Server;
const programs: Program[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

beforeEach(async () => {
  folder = temporaryFolder();
  paymentApi = createServer((request, response) => {
    const key = String(request.headers['idempotency-key']);
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ id: `ch_${key}` }));
    });
  }).listen(0, '127.0.0.1');
  await once(paymentApi, 'listening');
});

afterEach(async () => {
  for (const program of programs.splice(0)) {
    program.child.kill('SIGKILL');
    await program.ended;
  }
  paymentApi.closeAllConnections();
  paymentApi.close();
  rmSync(folder, { recursive: true, force: true });
});

async function instance(name: string, env: Record<string, string>): Promise<string> {
  const data = join(folder, name);
  mkdirSync(data);
  const { port } = paymentApi.address() as AddressInfo;
  const PAYMENT_API_URL = `http://127.0.0.1:${port}`;
  const program = runProgram('main.ts', {
    env: { ...serviceEnvironment(data), PAYMENT_API_URL, REPLICAS: '2', ...env },
    cwd: folder,
  });
  programs.push(program);
  const [, url = ''] = await program.says(/^webhook-payments listens on (http:\/\/127\.0\.0\.1:\d+)\n/);
  return url;
}

const fixtures = paymentFixtures(40).filter(({ provider }) => provider === 'stripe');

/** Comes again where it is told to, as providers do: a queue of a busy machine may not answer in its time. */
async function deliver(url: string, fixture: (typeof fixtures)[number]): Promise<number> {
  const { provider, body } = fixture;
  for (;;) {
    const headers = signedHeaders(fixture, SECRETS[provider], Date.now());
    const response = await fetch(`${url}/webhooks/${provider}`, { method: 'POST', headers, body });
    await response.arrayBuffer();
    if (response.status !== 503) return response.status;
  }
}

const asOperator = { headers: { 'x-api-key': OPERATOR_KEY } };

describe('two instances', { timeout: 120_000 }, () => {
  it.each(['postgres', 'redis'] as const)(
    'share queue and payments with the queue on %s: an event that comes to both has one effect',
    async (engine) => {
      if (engine === 'redis' && redisServer() === undefined) return;
      const redis = engine === 'redis' ? await startRedis() : undefined;
      try {
        const env = {
          DATABASE_URL: await postgres.createDatabase(`fleet_${engine}`),
          ...(redis && { REDIS_URL: redis.url }),
        };
        // Both at once, as a rollout does: each finds the tables missing.
        const [one, other] = await Promise.all([instance('one', env), instance('other', env)]);
        expect(fixtures.length).toBeGreaterThan(5);
        const statuses = await Promise.all(fixtures.flatMap((f) => [deliver(one, f), deliver(other, f)]));
        expect(new Set(statuses)).toEqual(new Set([200]));
        const client = new pg.Client({ connectionString: env.DATABASE_URL });
        await client.connect();
        const events = async () =>
          (await client.query('SELECT event_id FROM effects ORDER BY 1')).rows.map(
            (row: { event_id: string }) => row.event_id,
          );
        const expected = fixtures.map(({ eventId }) => eventId).sort();
        await expect.poll(async () => (await events()).length).toBe(expected.length);
        expect((await events()).sort()).toEqual(expected);
        await client.end();
        expect((await fetch(`${other}/health/ready`)).status).toBe(200);
      } finally {
        await redis?.stop();
      }
    },
  );
});

describe('one instance on files', { timeout: 60_000 }, () => {
  it('answers what became of an event from its cache, to operators only, and has /cache/stats', async () => {
    const url = await instance('alone', { REPLICAS: '1', CACHE_TTL: '60000', CACHE_MAX_SIZE: '10' });
    const [fixture] = fixtures;
    if (fixture === undefined) throw new Error('there is no fixture');
    const path = `${url}/payments/stripe/${fixture.eventId}`;
    expect((await fetch(path)).status).toBe(401);
    expect((await fetch(path, asOperator)).status).toBe(404);
    await deliver(url, fixture);
    await expect.poll(async () => (await fetch(path, asOperator)).status).toBe(200);
    const answer = await fetch(path, asOperator);
    expect(answer.headers.get('x-cache')).toBe('HIT');
    expect(await answer.json()).toMatchObject({
      provider: 'stripe',
      eventId: fixture.eventId,
      chargeId: `ch_${fixture.eventId}`,
      recordedAt: expect.any(Number),
    });
    // The key is asked for before the cache.
    expect((await fetch(path)).status).toBe(401);
    expect((await fetch(`${url}/cache/stats`)).status).toBe(401);
    const stats = await (await fetch(`${url}/cache/stats`, asOperator)).json();
    expect(stats).toMatchObject({ keys: 1, hits: expect.any(Number), hitRate: expect.any(Number) });
  });

  it('asks for METRICS_API_KEY on /metrics, as bearer token as a ServiceMonitor sends it', async () => {
    const url = await instance('metered', { REPLICAS: '1', METRICS_API_KEY: 'a-metrics-key' });
    expect((await fetch(`${url}/metrics`)).status).toBe(403);
    const headers = { authorization: 'Bearer a-metrics-key' };
    const text = await (await fetch(`${url}/metrics`, { headers })).text();
    expect(text).toContain('queue_depth{');
  });

  it('is started, and ready also while the payment API is not asked', async () => {
    const url = await instance('probed', { REPLICAS: '1' });
    const startup = await fetch(`${url}/health/startup`);
    expect(startup.status).toBe(200);
    expect(await startup.json()).toMatchObject({
      status: 'up',
      steps: { 'start the worker': { status: 'done', attempts: 1 } },
    });
    expect(await (await fetch(`${url}/health/ready`)).json()).toEqual({
      status: 'up',
      checks: { queue: 'up', database: 'up', paymentApi: 'up' },
    });
  });
});
