import {
  type PostgresServer,
  type RedisServer,
  redisServer,
  startPostgres,
  startPostgresProxy,
  startRedis,
} from '@holdfast/test-servers';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { crashLeavesAllOrNothing } from '../behaviour/crash.ts';
import { mailsOf, PATIENCE, placed } from '../behaviour/orders.ts';
import { serviceBehaves } from '../behaviour/service-behaves.ts';
import { startTestService } from '../service.ts';

let postgres: PostgresServer;
let redis: RedisServer;
const databases: Record<string, string> = {};

describe.skipIf(redisServer() === undefined)('with servers', () => {
  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
    for (const name of ['both', 'crash', 'alone']) databases[name] = await postgres.createDatabase(name);
  });
  afterAll(async () => {
    await Promise.all([postgres?.stop(), redis?.stop()]);
  });

  describe('on PostgreSQL and Redis', () => {
    serviceBehaves(() => ({ DATABASE_URL: databases['both'] ?? '', REDIS_URL: redis.url }));
  });

  describe('on PostgreSQL', () => {
    crashLeavesAllOrNothing(() => ({ DATABASE_URL: databases['crash'] ?? '' }));
  });

  it.each<[string, () => Record<string, string>]>([
    ['on PostgreSQL alone', () => ({ DATABASE_URL: databases['alone'] ?? '' })],
    ['on SQLite and Redis', () => ({ REDIS_URL: redis.url })],
  ])('runs %s', { timeout: 90_000 }, async (_name, where) => {
    await using service = await startTestService(where());
    const { acme } = service;
    const id = await placed(acme);
    await expect.poll(() => mailsOf(acme, id), PATIENCE).toEqual(['Your order of EUR 3.00']);
    expect((await acme('GET', '/orders')).body.items.map((order) => order.id)).toEqual([id]);
    await acme('DELETE', `/orders/${id}`);
    expect((await acme('GET', '/orders')).body.items).toEqual([]);
  });

  it('goes on when PostgreSQL ends connections between two statements', { timeout: 90_000 }, async () => {
    const proxy = await startPostgresProxy(await postgres.createDatabase('cut'));
    onTestFinished(() => proxy.close());
    await using service = await startTestService({ DATABASE_URL: proxy.url });
    const { acme } = service;
    for (let passing = 0; passing < 12; passing += 1) {
      proxy.endBehindNextAnswer(passing);
      await acme('GET', '/orders').catch(() => undefined);
      await placed(acme).catch(() => undefined);
    }
    expect(proxy.ended).toBeGreaterThan(8);
    await expect.poll(() => placed(acme).catch(() => undefined), PATIENCE).toEqual(expect.any(String));
  });

  it('takes orders while Redis is away, and delivers their events when it is back', {
    timeout: 90_000,
  }, async () => {
    const first = await startRedis({ appendfsync: 'always' });
    await using service = await startTestService({ REDIS_URL: first.url });
    const { acme, admin } = service;
    await first.kill();
    const id = await placed(acme);
    expect((await acme('GET', '/orders')).body.items.map((order) => order.id)).toEqual([id]);
    expect(await mailsOf(acme, id)).toEqual([]);
    const second = await startRedis({ appendfsync: 'always', port: first.port, directory: first.directory });
    onTestFinished(() => second.stop());
    await expect.poll(() => mailsOf(acme, id), PATIENCE).toEqual(['Your order of EUR 3.00']);
    const pending = async () => (await admin('GET', '/admin/events')).body.outbox.pending;
    await expect.poll(pending, PATIENCE).toBe(0);
  });
});
