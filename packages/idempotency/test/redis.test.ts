import { type RedisServer, redisServer, startRedis, startRedisCluster } from '@holdfast/test-servers';
import { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idempotent, RedisIdempotencyStore } from '../src/index.ts';

describe.skipIf(redisServer() === undefined)('RedisIdempotencyStore', () => {
  let server: RedisServer;
  let client: Redis;
  beforeAll(async () => {
    server = await startRedis();
    client = new Redis(server.url);
  });
  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });

  it('asks twice for a first call and once for a replay', async () => {
    const commands: string[] = [];
    const counting = {
      callBuffer: (command: string, ...args: (string | Buffer | number)[]) => {
        commands.push(command);
        return client.callBuffer(command, ...args);
      },
    };
    const store = new RedisIdempotencyStore({ client: counting });
    const fn = idempotent<string, string>((text) => text, {
      store,
      key: (text) => text,
      storeTimeoutMs: 20_000,
    });
    await fn('warm-up');
    commands.length = 0;
    await fn('a');
    expect(commands).toEqual(['EVALSHA', 'EVALSHA']);
    await fn('a');
    expect(commands).toEqual(['EVALSHA', 'EVALSHA', 'EVALSHA']);
  });

  it('goes on after Redis has forgotten the scripts', async () => {
    const store = new RedisIdempotencyStore({ client });
    const fn = idempotent<string, string>((text) => text, {
      store,
      key: (text) => text,
      storeTimeoutMs: 20_000,
    });
    await client.script('FLUSH');
    expect(await fn('flushed')).toBe('flushed');
  });

  it('connects by url, with its own prefix, one key in braces for each record, and a TTL', async () => {
    await client.flushdb();
    await using store = new RedisIdempotencyStore({ url: server.url, keyPrefix: 'app:once:' });
    const lease = {
      key: 'abc',
      owner: 'o',
      fingerprint: 'f',
      leaseMs: 1_000,
      ttlMs: 60_000,
      takeOver: false,
    };
    await store.claim(lease);
    expect(await client.keys('*')).toEqual(['app:once:{abc}']);
    expect(await client.pttl('app:once:{abc}')).toBeGreaterThan(50_000);
  });

  it('refuses a prefix with a brace, and to be made without a url or client', () => {
    expect(() => new RedisIdempotencyStore({ client, keyPrefix: 'a{b}' })).toThrow('keyPrefix has a brace');
    delete process.env['REDIS_URL'];
    expect(() => new RedisIdempotencyStore()).toThrow('neither client nor url is given');
  });

  it('fails closed when Redis is gone', async () => {
    const other = await startRedis();
    await using store = new RedisIdempotencyStore({ url: other.url });
    const options = { store, key: (text: string) => text, storeTimeoutMs: 20_000 };
    await idempotent<string, string>((text) => text, options)('a');
    await other.stop();
    const fn = idempotent<string, string>((text) => text, { ...options, storeTimeoutMs: 50 });
    await expect(fn('b')).rejects.toMatchObject({ code: 'ERR_IDEMPOTENCY_STORE_UNAVAILABLE' });
  });
});

describe.skipIf(redisServer() === undefined)('a Redis Cluster', () => {
  it('keeps the record of each key in one slot, on whichever node', async () => {
    const servers = await startRedisCluster();
    const cluster = new Cluster(servers.nodes.map(({ port }) => ({ host: '127.0.0.1', port })));
    const store = new RedisIdempotencyStore({ client: cluster });
    const fn = idempotent<string, string>((text) => text, {
      store,
      key: (text) => text,
      storeTimeoutMs: 20_000,
    });
    const inputs = Array.from({ length: 30 }, (_, n) => `order-${n}`);
    expect(await Promise.all(inputs.map(fn))).toEqual(inputs);
    expect(await Promise.all(inputs.map(fn))).toEqual(inputs);
    const sizes = await Promise.all(cluster.nodes('master').map((node) => node.dbsize()));
    expect(sizes.reduce((sum, size) => sum + size)).toBe(30);
    expect(sizes.every((size) => size > 0)).toBe(true);
    cluster.disconnect();
    await servers.stop();
  });
});
