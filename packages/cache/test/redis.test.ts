import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCache } from '@holdfast/cache';
import { createHttpCache } from '@holdfast/cache/http';
import { redisCacheStore } from '@holdfast/cache/stores/redis';
import { type StoreCase, storeContract } from '@holdfast/cache/testing';
import {
  type RedisCluster,
  type RedisServer,
  redisServer,
  startRedis,
  startRedisCluster,
} from '@holdfast/test-servers';
import { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';

let cases = 0;

async function runCase({ run }: StoreCase, client: Redis | Cluster): Promise<void> {
  cases += 1;
  const factory = redisCacheStore({ client });
  const name = `users-${cases}`;
  const harness = { here: factory(name), there: factory(name), other: factory(`orders-${cases}`) };
  try {
    await run(harness);
  } finally {
    await Promise.all(Object.values(harness).map((store) => store.close()));
  }
}

describe.skipIf(redisServer() === undefined)('the Redis store', () => {
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
  beforeEach(() => client.flushall());

  for (const one of storeContract) it(one.name, () => runCase(one, client));

  /** A cache as another process would have it. */
  function open<V>(name: string) {
    const errors: Error[] = [];
    const onError = (error: Error) => errors.push(error);
    const options = { name, jitterRatio: 0, storeTimeoutMs: 20_000, onError };
    const cache = createCache<V>({ ...options, store: redisCacheStore({ client }) });
    onTestFinished(() => cache.close());
    return { cache, errors };
  }

  it('gives one process what another has loaded, and each its own copy', async () => {
    const [a, b] = [open<{ n: number }>('users'), open<{ n: number }>('users')];
    const loaded = await a.cache.getOrLoad('k', () => ({ n: 1 }));
    loaded.n = 99;
    await expect.poll(() => client.exists('holdfast:cache:users:{=k}')).toBe(1);
    expect(await b.cache.getOrLoad('k', () => Promise.reject(new Error('not asked')))).toEqual({ n: 1 });
    expect(b.cache.getStats()).toMatchObject({ hits: 1, misses: 0 });
  });

  it('forgets in every process what one removes', async () => {
    const [a, b] = [open<number>('users'), open<number>('users')];
    await a.cache.set('k', 1);
    await expect.poll(() => b.cache.get('k')).toBe(1);
    await a.cache.delete('k');
    await expect.poll(() => b.cache.get('k')).toBeUndefined();
    await a.cache.set('k', 2);
    await expect.poll(() => b.cache.get('k')).toBe(2);
  });

  /** A server as another process would have it. */
  async function serveCached() {
    const cache = createHttpCache({ name: 'answers', jitterRatio: 0, store: redisCacheStore({ client }) });
    const server = createServer((req, res) => {
      req.headers.host = 'one.example';
      const tenant = String(req.headers['x-tenant']);
      const request = { req, url: '/', tenant, principal: undefined, skip: false };
      cache.handle(request, res, () => void res.end(tenant));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(async () => {
      server.closeAllConnections();
      server.close();
      await cache.close();
    });
    const { port } = server.address() as AddressInfo;
    const ask = async (tenant: string) => {
      const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { 'x-tenant': tenant } });
      expect(await response.text()).toBe(tenant);
      return response.headers.get('x-cache');
    };
    return { cache, ask };
  }

  it('forgets in every process the answers of a tenant that one removes', async () => {
    const [a, b] = [await serveCached(), await serveCached()];
    for (const tenant of ['acme', 'acme2']) {
      expect(await a.ask(tenant)).toBe('MISS');
      await expect.poll(() => b.ask(tenant)).toBe('HIT');
    }
    await a.cache.deleteTenant('acme');
    // Until it has heard of the removal it has its own copy; then it makes one answer anew.
    await expect.poll(() => b.ask('acme')).toBe('MISS');
    expect(await b.ask('acme2')).toBe('HIT');
    expect(await a.ask('acme2')).toBe('HIT');
  });

  it('throws a load away that began before another process removed its key', async () => {
    const [a, b] = [open<string>('users'), open<string>('users')];
    let finish: (value: string) => void = () => undefined;
    const started = new Promise<void>((resolve) => {
      void a.cache.getOrLoad('k', () => {
        resolve();
        return new Promise((settle) => (finish = settle));
      });
    });
    await started;
    await b.cache.delete('k');
    finish('from before the change');
    await a.cache.close();
    expect(await client.exists('holdfast:cache:users:{=k}')).toBe(0);
  });

  it('keeps values no longer than they are of use', async () => {
    const { cache } = open<string>('users');
    await cache.set('k', 'v', { ttl: 60_000, staleIfErrorMs: 30_000 });
    const left = await client.pttl('holdfast:cache:users:{=k}');
    expect(left).toBeGreaterThan(80_000);
    expect(left).toBeLessThanOrEqual(90_000);
  });

  it('takes bytes that no version of it wrote for absent', async () => {
    const { cache } = open<string>('users');
    await client.set('holdfast:cache:users:{=k}', 'not ours');
    expect(await cache.getOrLoad('k', () => 'loaded')).toBe('loaded');
  });

  it('refuses a prefix with a brace, and to be without a server', () => {
    expect(() => redisCacheStore({ client, keyPrefix: '{x}' })).toThrow('keyPrefix has a brace in it');
    expect(() => redisCacheStore({ url: undefined })).toThrow('neither client nor url is given');
  });

  it('loads and keeps in its own memory while the server hangs, and uses it again later', async () => {
    const own = await startRedis();
    onTestFinished(() => {
      process.kill(own.pid, 'SIGCONT');
      return own.stop();
    });
    const errors: Error[] = [];
    const cache = createCache<string>({
      name: 'users',
      store: redisCacheStore({ url: own.url }),
      storeTimeoutMs: 50,
      storeRetryMs: 1,
      onError: (error) => errors.push(error),
    });
    onTestFinished(() => cache.close());
    const reader = new Redis(own.url);
    onTestFinished(() => reader.disconnect());
    // Until it listens a cache cannot know what others remove, and keeps nothing from before.
    const listeners = () => reader.pubsub('NUMSUB', 'holdfast:cache:users:removed');
    await expect.poll(listeners).toEqual(['holdfast:cache:users:removed', 1]);
    const keep = (key: string) =>
      cache.set(key, 'v').then(
        () => 'kept',
        () => 'failed',
      );
    // 50 ms may be too short for the server of a busy machine, too.
    await expect.poll(() => keep('before')).toBe('kept');
    errors.length = 0;
    process.kill(own.pid, 'SIGSTOP');
    expect(await cache.getOrLoad('k', () => 'loaded')).toBe('loaded');
    expect(await cache.getOrLoad('k', () => 'not asked')).toBe('loaded');
    await expect(cache.delete('k')).rejects.toThrow('could not remove a value');
    expect(errors[0]?.message).toBe(
      'The store of the cache "users" could not be read. Values are loaded and kept in this process until it answers; look at the cause.',
    );
    process.kill(own.pid, 'SIGCONT');
    await expect.poll(() => keep('after')).toBe('kept');
    expect(await reader.exists('holdfast:cache:users:{=after}')).toBe(1);
  });
});

describe.skipIf(redisServer() === undefined)('the Redis store on a Cluster', () => {
  let servers: RedisCluster;
  let client: Cluster;

  beforeAll(async () => {
    servers = await startRedisCluster();
    client = new Cluster(servers.nodes.map(({ port }) => ({ host: '127.0.0.1', port })));
  });
  afterAll(async () => {
    client.disconnect();
    await servers.stop();
  });
  beforeEach(() => Promise.all(client.nodes('master').map((node) => node.flushall())));

  for (const one of storeContract) it(one.name, () => runCase(one, client));
});
