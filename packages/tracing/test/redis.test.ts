import { createTraceContext, getCurrentTrace, runWithTrace } from '@holdfast/context';
import { subscribeSafely } from '@holdfast/context/channels';
import { ManualClock } from '@holdfast/context/testing';
import { type RedisCluster, type RedisServer, startRedis, startRedisCluster } from '@holdfast/test-servers';
import { Cluster, Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { REDIS_CHANNEL, SLOW_OPERATION_CHANNEL } from '../src/channels.ts';
import { withSpan } from '../src/index.ts';
import {
  REDIS_TRACE_DEFAULTS,
  type RedisFact,
  stampedKey,
  type TraceRedisOptions,
  traceRedis,
  withRedisTrace,
} from '../src/redis.ts';
import { LeapingClock } from './leaping-clock.ts';
import { type Recording, startRecording } from './recording.ts';

let server: RedisServer;
let recording: Recording;
let plain: Redis;
const opened: (Redis | Cluster)[] = [];

beforeAll(async () => {
  server = await startRedis();
  plain = new Redis(server.url);
});

afterAll(async () => {
  plain.disconnect();
  await server.stop();
});

beforeEach(async () => {
  await plain.flushall();
  recording = await startRecording();
});

afterEach(async () => {
  for (const one of opened.splice(0)) one.disconnect();
  await recording.stop();
});

function connect(
  options?: TraceRedisOptions,
  settings: {
    db?: number;
    keyPrefix?: string;
    enableAutoPipelining?: boolean;
    retryStrategy?: () => null;
  } = {},
): Redis {
  const redis = traceRedis(new Redis({ ...settings, port: server.port }), options);
  opened.push(redis);
  return redis;
}

function inTrace<T>(fn: () => T): T {
  return runWithTrace(createTraceContext(), fn);
}

async function names(): Promise<string[]> {
  return (await recording.spans()).map((span) => span.name);
}

function listen(): { facts: RedisFact[]; stop: () => void } {
  const facts: RedisFact[] = [];
  return { facts, stop: subscribeSafely<RedisFact>(REDIS_CHANNEL, (fact) => void facts.push(fact)) };
}

describe('a command', () => {
  it('is a client span with the current semantic conventions, without key and value', async () => {
    const redis = connect({}, { db: 2 });
    await withSpan('request', async () => {
      expect(await redis.set('secret-key', 'secret-value')).toBe('OK');
      expect(await redis.get('secret-key')).toBe('secret-value');
    });
    expect(await recording.span('SET')).toMatchObject({
      kind: 'client',
      status: 'unset',
      parentSpanId: (await recording.span('request')).spanId,
      attributes: {
        'db.system.name': 'redis',
        'db.namespace': '2',
        'db.operation.name': 'SET',
        'server.address': 'localhost',
        'server.port': server.port,
      },
    });
    expect(JSON.stringify(await recording.spans())).not.toContain('secret');
  });

  it('can be asked for in every way, with the same answer', async () => {
    const redis = connect();
    await inTrace(async () => {
      expect(await redis.call('SET', 'a', '1')).toBe('OK');
      expect(await redis.incr('a')).toBe(2);
      expect(await redis.getBuffer('a')).toEqual(Buffer.from('2'));
      await new Promise<void>((resolve) => {
        void redis.get('a', (error, value) => {
          expect([error, value]).toEqual([null, '2']);
          resolve();
        });
      });
      expect(await redis.config('SET', 'slowlog-max-len', '128')).toBe('OK');
      expect(await redis.hgetall('nothing')).toEqual({});
    });
    expect(await names()).toEqual(['SET', 'INCR', 'GET', 'GET', 'CONFIG SET', 'HGETALL']);
  });

  it('keeps the context for what comes after it', async () => {
    const redis = connect();
    const context = createTraceContext();
    await runWithTrace(context, async () => {
      await redis.get('a');
      expect(getCurrentTrace()).toBe(context);
    });
  });

  it('records an error by its prefix, which reaches the caller unchanged', async () => {
    const redis = connect();
    await inTrace(async () => {
      await redis.set('a', 'secret');
      await expect(redis.lpush('a', 'secret')).rejects.toThrow('WRONGTYPE Operation against a key');
      await expect(redis.call('NOSUCH', 'secret')).rejects.toThrow("args beginning with: 'secret'");
    });
    expect(await recording.span('LPUSH')).toMatchObject({
      status: 'error',
      attributes: { 'db.response.status_code': 'WRONGTYPE', 'error.type': 'WRONGTYPE' },
    });
    expect(await recording.span('NOSUCH')).toMatchObject({
      status: 'error',
      attributes: { 'error.type': 'ERR' },
    });
    expect(JSON.stringify(await recording.spans())).not.toContain('secret');
  });

  it('whose error nobody handles stays unhandled', async () => {
    const redis = connect();
    const unhandled: unknown[] = [];
    const listeners = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    const seen = new Promise<void>((resolve) =>
      process.once('unhandledRejection', (error) => {
        unhandled.push(error);
        resolve();
      }),
    );
    inTrace(() => void redis.call('NOSUCH'));
    await seen;
    for (const listener of listeners) process.on('unhandledRejection', listener);
    expect(String(unhandled[0])).toContain('unknown command');
  });

  it('is one span also when it waits for the connection, and AUTH shows nothing', async () => {
    const redis = new Redis({ port: server.port, lazyConnect: true });
    opened.push(traceRedis(redis));
    await inTrace(async () => {
      await redis.get('a');
      await expect(redis.auth('secret-password')).rejects.toThrow();
    });
    expect(await names()).toEqual(['GET', 'AUTH']);
    expect(JSON.stringify(await recording.spans())).not.toContain('secret');
  });

  it('makes no span outside of a context, and is told all the same', async () => {
    const clock = new LeapingClock();
    const redis = connect({ clock });
    await redis.ping();
    const { facts, stop } = listen();
    const running = redis.get('a');
    clock.leap(7);
    await running;
    await redis.lpush('list', 'x');
    await expect(redis.get('list')).rejects.toThrow();
    stop();
    expect(facts).toEqual([
      { command: 'GET', durationMs: 7, failed: false },
      { command: 'LPUSH', durationMs: 0, failed: false },
      { command: 'GET', durationMs: 0, failed: true },
    ]);
    expect(await names()).toEqual([]);
  });

  it('that is slow is logged, marked and published; one that waits for others is not slow', async () => {
    const clock = new LeapingClock();
    const lines: unknown[] = [];
    const slow: unknown[] = [];
    const stop = subscribeSafely(SLOW_OPERATION_CHANNEL, (fact) => void slow.push(fact));
    const redis = connect({
      clock,
      slowOperationThreshold: 50,
      logger: { warn: (fields, message) => void lines.push([message, fields]) },
    });
    await redis.ping();
    await inTrace(async () => {
      const running = redis.get('a');
      clock.leap(51);
      await running;
      const popped = redis.blpop('jobs', 0);
      const read = connect().xread('BLOCK', 1, 'STREAMS', 's', '$');
      clock.leap(1000);
      await plain.lpush('jobs', 'one');
      expect(await popped).toEqual(['jobs', 'one']);
      expect(await read).toBeNull();
    });
    stop();
    const fact = { command: 'GET', durationMs: 51, thresholdMs: 50, failed: false };
    expect(slow).toEqual([fact]);
    expect(lines).toEqual([['slow redis operation', expect.objectContaining(fact)]]);
    expect((await recording.span('GET')).attributes['holdfast.redis.slow']).toBe(true);
    expect((await recording.span('BLPOP')).attributes['holdfast.redis.blocking']).toBe(true);
    expect((await recording.span('XREAD')).attributes['holdfast.redis.blocking']).toBe(true);
  });

  it('of a lost connection ends its span with an error', async () => {
    const redis = connect({}, { retryStrategy: () => null });
    await redis.ping();
    await inTrace(async () => {
      const waiting = redis.blpop('nobody', 0);
      redis.disconnect();
      await expect(waiting).rejects.toThrow('Connection is closed.');
    });
    expect((await recording.span('BLPOP')).status).toBe('error');
  });
});

describe('a pipeline', () => {
  it('is one span with the number of its commands, each told by itself', async () => {
    const redis = connect();
    const { facts, stop } = listen();
    await inTrace(async () => {
      const results = await redis.pipeline().set('a', 1).incr('a').get('a').exec();
      expect(results).toEqual([
        [null, 'OK'],
        [null, 2],
        [null, '2'],
      ]);
    });
    stop();
    expect(await recording.span('PIPELINE')).toMatchObject({
      status: 'unset',
      attributes: { 'db.operation.name': 'PIPELINE', 'db.operation.batch.size': 3 },
    });
    expect(await names()).toEqual(['PIPELINE']);
    expect(facts.map(({ command }) => command)).toEqual(['SET', 'INCR', 'GET']);
  });

  it('with a command that fails has an error, and its other answers', async () => {
    const redis = connect();
    const results = await inTrace(() => redis.pipeline().set('a', 'x').lpush('a', 1).get('a').exec());
    expect(results?.map(([error]) => error === null)).toEqual([true, false, true]);
    expect((await recording.span('PIPELINE')).attributes['error.type']).toBe('WRONGTYPE');
  });

  it('as a transaction is called MULTI', async () => {
    const redis = connect();
    const answers = await inTrace(() => redis.multi().set('a', 1).incr('a').exec());
    expect(answers).toEqual([
      [null, 'OK'],
      [null, 2],
    ]);
    expect((await recording.span('MULTI')).attributes['db.operation.batch.size']).toBe(2);
  });

  it('without pipelining is one span per command', async () => {
    const redis = connect();
    await inTrace(async () => {
      await redis.multi({ pipeline: false });
      await redis.set('a', 1);
      expect(await redis.exec()).toEqual([[null, 'OK']]);
    });
    expect(await names()).toEqual(['MULTI', 'SET', 'EXEC']);
  });

  it('made by automatic pipelining is one span', async () => {
    const redis = connect({}, { enableAutoPipelining: true });
    await redis.ping();
    await inTrace(() => Promise.all([redis.set('a', 1), redis.get('a'), redis.get('b')]));
    expect((await recording.span('PIPELINE')).attributes['db.operation.batch.size']).toBe(3);
  });
});

describe('scripts', () => {
  it('are a span, and the first run of one on a server is no error', async () => {
    const redis = connect();
    redis.defineCommand('double', { numberOfKeys: 1, lua: "return redis.call('GET', KEYS[1]) * 2" });
    const run = () => (redis as unknown as { double(key: string): Promise<number> }).double('a');
    await inTrace(async () => {
      await redis.set('a', 21);
      expect(await run()).toBe(42);
      await plain.script('FLUSH');
      expect(await run()).toBe(42);
    });
    expect((await recording.spans()).map(({ status }) => status)).not.toContain('error');
    expect(await names()).toContain('EVALSHA');
  });
});

describe('a subscriber', () => {
  it('subscribes, hears and leaves as before', async () => {
    const redis = connect();
    const heard: unknown[] = [];
    const message = new Promise<void>((resolve) =>
      redis.on('message', (channel, text) => {
        heard.push([channel, text]);
        resolve();
      }),
    );
    await inTrace(async () => {
      expect(await redis.subscribe('news', 'other')).toBe(2);
      await plain.publish('news', 'hello');
      await message;
      expect(await redis.unsubscribe()).toBe(0);
      expect(await redis.get('a')).toBeNull();
    });
    expect(heard).toEqual([['news', 'hello']]);
    expect(await names()).toEqual(['SUBSCRIBE', 'UNSUBSCRIBE', 'GET']);
  });
});

describe('stampKeys', () => {
  async function stampOf(key: string): Promise<string | null> {
    return plain.get(`${key}:trace`);
  }

  it('is off by default', async () => {
    const redis = connect();
    await inTrace(() => redis.set('a', 1));
    expect(await plain.keys('*')).toEqual(['a']);
  });

  it('writes who wrote a key beside it, with the same time to live', async () => {
    const redis = connect({ stampKeys: true });
    const context = createTraceContext();
    await runWithTrace(context, async () => {
      await redis.set('a', 1);
      await redis.set('b', 1, 'PX', 60_000);
      await redis.hset('c', 'field', 1);
      await redis.mset('d', 1, 'e', 2);
    });
    const stamp = `00-${context.traceId}-${context.spanId}-03`;
    expect(await Promise.all(['a', 'b', 'c', 'd', 'e'].map(stampOf))).toEqual([
      stamp,
      stamp,
      stamp,
      stamp,
      stamp,
    ]);
    expect(await plain.pttl('a:trace')).toBe(-1);
    const [ttl, ttlOfStamp] = [await plain.pttl('b'), await plain.pttl('b:trace')];
    expect(Math.abs(ttl - ttlOfStamp)).toBeLessThan(1000);
    expect(await names()).toEqual(['SET', 'SET', 'HSET', 'MSET']);
  });

  it('follows a key whose time to live is changed, and goes with it', async () => {
    const redis = connect({ stampKeys: true });
    await inTrace(async () => {
      await redis.set('a', 1);
      await redis.set('b', 1, 'EX', 60);
      await redis.lpush('c', 1);
      await redis.expire('a', 60);
      await redis.persist('b');
      await redis.lpop('c');
      await redis.set('d', 1);
      await redis.del('d');
    });
    expect(await plain.ttl('a:trace')).toBeGreaterThan(50);
    expect(await plain.ttl('b:trace')).toBe(-1);
    expect((await plain.keys('*')).toSorted()).toEqual(['a', 'a:trace', 'b', 'b:trace']);
  });

  it('leaves the stamp of the writer where nothing was written', async () => {
    const redis = connect({ stampKeys: true });
    await inTrace(() => redis.set('a', 1));
    const before = await stampOf('a');
    await inTrace(async () => {
      expect(await redis.set('a', 2, 'NX')).toBeNull();
      await expect(redis.lpush('a', 1)).rejects.toThrow('WRONGTYPE');
      await redis.get('a');
    });
    expect(await stampOf('a')).toBe(before);
  });

  it('stamps what a transaction wrote, once it is done', async () => {
    const redis = connect({ stampKeys: true });
    await inTrace(() => redis.multi().set('a', 1).set('b', 1).exec());
    expect([await stampOf('a'), await stampOf('b')]).toEqual([expect.any(String), expect.any(String)]);
    await inTrace(async () => {
      await redis.watch('a');
      await plain.set('a', 9);
      expect(await redis.multi().set('c', 1).exec()).toBeNull();
    });
    expect(await stampOf('c')).toBeNull();
  });

  it('stamps each key of a pipeline, keeps a prefix, and does nothing outside of a context', async () => {
    const redis = connect({ stampKeys: true }, { keyPrefix: 'app:' });
    await inTrace(() => redis.pipeline().set('a', 1).set('b', 1).exec());
    await redis.set('c', 1);
    expect((await plain.keys('*')).toSorted()).toEqual([
      'app:a',
      'app:a:trace',
      'app:b',
      'app:b:trace',
      'app:c',
    ]);
  });

  it.each([
    ['a', 'a:trace', '{a}:trace'],
    ['{user}:1', '{user}:1:trace', '{user}:1:trace'],
    ['{}a', '{}a:trace', undefined],
    ['a}b', 'a}b:trace', undefined],
    ['a{b', 'a{b:trace', '{a{b}:trace'],
  ])('calls the stamp of %j %j, in a cluster %j', (key, single, cluster) => {
    expect([stampedKey(key), stampedKey(key, { cluster: true })]).toEqual([single, cluster]);
  });
});

describe('a cluster', () => {
  let servers: RedisCluster;

  beforeAll(async () => {
    servers = await startRedisCluster();
  });

  afterAll(() => servers.stop());

  const startNodes = () => servers.nodes.map(({ port }) => ({ host: '127.0.0.1', port }));

  it('is traced like a single server, stamps in the slot of their key', async () => {
    const cluster = traceRedis(new Cluster(startNodes()), { stampKeys: true });
    opened.push(cluster);
    const keys = Array.from({ length: 20 }, (_, index) => `key-${index}`);
    await inTrace(async () => {
      for (const key of keys) await cluster.set(key, 1);
      expect(await cluster.get('key-7')).toBe('1');
      expect(await cluster.pipeline().get('{x}a').set('{x}b', 1).exec()).toEqual([
        [null, null],
        [null, 'OK'],
      ]);
      await expect(cluster.mset('a', 1, 'b', 2)).rejects.toThrow();
    });
    for (const key of keys) {
      expect(await cluster.get(`{${key}}:trace`)).toMatch(/^00-/);
      expect(await cluster.cluster('KEYSLOT', `{${key}}:trace`)).toBe(await cluster.cluster('KEYSLOT', key));
    }
    const spans = await recording.spans();
    expect(spans.filter(({ name }) => name === 'SET')).toHaveLength(20);
    expect(spans.find(({ name }) => name === 'PIPELINE')?.attributes['db.operation.batch.size']).toBe(2);
    expect(spans.find(({ name }) => name === 'MSET')?.status).toBe('error');
  });

  it('answers a command that has to be sent to another node with one span', async () => {
    const cluster = traceRedis(new Cluster(startNodes()));
    opened.push(cluster);
    await cluster.get('warm');
    // A slot map that is wrong is what a cluster has after a slot moved.
    const { slots } = cluster as unknown as { slots: string[][] };
    for (let slot = 0; slot < slots.length; slot += 1) slots[slot] = [`127.0.0.1:${servers.nodes[0]?.port}`];
    await inTrace(async () => {
      for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) expect(await cluster.get(key)).toBeNull();
    });
    expect((await recording.spans()).map(({ name, status }) => [name, status])).toEqual(
      Array.from({ length: 6 }, () => ['GET', 'unset']),
    );
  });

  it('makes no spans where an instrumentation makes those of its nodes, and still tells durations', async () => {
    const prototype: { sendCommand: Redis['sendCommand'] } = Redis.prototype;
    const original: (this: Redis, ...args: Parameters<Redis['sendCommand']>) => unknown =
      prototype.sendCommand;
    function sendTracedByOthers(this: Redis, ...args: Parameters<Redis['sendCommand']>): unknown {
      return original.apply(this, args);
    }
    prototype.sendCommand = Object.assign(sendTracedByOthers, { __wrapped: true, __original: original });
    const { facts, stop } = listen();
    try {
      const cluster = traceRedis(new Cluster(startNodes()));
      opened.push(cluster);
      await cluster.get('warm');
      await inTrace(() => cluster.set('key', 1));
    } finally {
      prototype.sendCommand = original;
      stop();
    }
    expect(facts.map(({ command }) => command)).toEqual(['GET', 'SET']);
    expect(await names()).toEqual([]);
  });
});

describe('withRedisTrace', () => {
  it('runs an operation inside a span, whatever the client', async () => {
    await plain.set('cache:user:123', 'ada');
    const result = await inTrace(() =>
      withRedisTrace('get', 'cache:user:123', () => plain.get('cache:user:123'), {
        slowOperationThreshold: 50,
      }),
    );
    expect(result).toBe('ada');
    expect(await recording.span('GET')).toMatchObject({
      kind: 'client',
      attributes: {
        'db.system.name': 'redis',
        'db.operation.name': 'GET',
        'holdfast.redis.key': 'cache:user:123',
      },
    });
  });

  it('tells durations, reports slow operations with their key, and passes errors on', async () => {
    const clock = new ManualClock();
    const lines: unknown[] = [];
    const { facts, stop } = listen();
    const options = {
      slowOperationThreshold: 50,
      clock,
      logger: { warn: (fields: object) => void lines.push(fields) },
    };
    await withRedisTrace('get', 'k', () => clock.advance(51), options);
    const failure = new Error('down');
    await expect(
      inTrace(() => withRedisTrace('set', 'k', () => Promise.reject(failure), options)),
    ).rejects.toBe(failure);
    await expect(
      withRedisTrace(
        'set',
        'k',
        () => {
          throw failure;
        },
        options,
      ),
    ).rejects.toBe(failure);
    stop();
    expect(facts).toEqual([
      { command: 'GET', durationMs: 51, failed: false },
      { command: 'SET', durationMs: 0, failed: true },
      { command: 'SET', durationMs: 0, failed: true },
    ]);
    expect(lines).toEqual([{ command: 'GET', durationMs: 51, thresholdMs: 50, failed: false, key: 'k' }]);
    expect((await recording.span('SET')).status).toBe('error');
  });
});

describe('the options', () => {
  it('have these defaults', () => {
    expect(REDIS_TRACE_DEFAULTS).toEqual({ slowOperationThreshold: 100, stampKeys: false });
  });

  it('are refused where they cannot be used', () => {
    const redis = new Redis({ lazyConnect: true });
    expect(() => traceRedis(redis, { slowOperationThreshold: -1 })).toThrow(
      'slowOperationThreshold: is -1; it must be 0 or more milliseconds.',
    );
    expect(() => traceRedis({} as Redis)).toThrow('client: must be a Redis or a Cluster of ioredis.');
    expect(traceRedis(traceRedis(redis))).toBe(redis);
  });
});
