import { type RedisServer, redisServer, startRedis } from '@holdfast/test-servers';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createEventBus, type EventBus, type EventBusOptions } from '../src/index.ts';
import { openLog } from '../src/log/open-log.ts';
import { resolveOptions } from '../src/options.ts';
import { temporaryFolder } from './engines.ts';
import { Seen } from './seen.ts';

/** Ways for a Redis to come back with nothing. */
const LOSSES: readonly { name: string; lose: (server: RedisServer) => Promise<RedisServer> }[] = [
  {
    name: 'flushed',
    lose: async (server) => {
      await ask(server, (redis) => redis.flushall());
      return server;
    },
  },
  {
    name: 'killed and started again without its data',
    lose: async (server) => {
      await server.kill();
      const folder = temporaryFolder();
      onTestFinished(() => folder.remove());
      return startRedis({ port: server.port, directory: folder.path });
    },
  },
];

async function ask<T>(server: RedisServer, command: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(server.port, '127.0.0.1');
  try {
    return await command(redis);
  } finally {
    redis.disconnect();
  }
}

/** What the server has of the bus now; puts it back in place of all that it has then. */
async function copyOf(server: RedisServer): Promise<() => Promise<void>> {
  const copy = await ask(server, async (redis) => {
    const keys = await redis.keys('{holdfast:events:events}:*');
    return Promise.all(keys.map(async (key) => [key, await redis.dumpBuffer(key)] as const));
  });
  return () =>
    ask(server, async (redis) => {
      const restore = redis.multi().flushall();
      for (const [key, dump] of copy) restore.restore(key, 0, dump);
      await restore.exec();
    });
}

describe.skipIf(redisServer() === undefined)('a bus whose Redis is', () => {
  async function start(): Promise<RedisServer> {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    return server;
  }

  function create(server: RedisServer, options: EventBusOptions = {}) {
    const errors = new Seen<string>();
    const bus = createEventBus({
      connection: { url: server.url },
      leaseMs: 300,
      onError: (error) => errors.add('code' in error ? String(error.code) : error.message),
      ...options,
    });
    onTestFinished(() => bus.close());
    const lost = () => errors.until((all) => all.includes('ERR_EVENTS_DATA_LOST'));
    return { bus, errors, lost };
  }

  /** While the server is away a publish fails, and may be made again under its id. */
  async function publish(bus: EventBus, id: string, key = 'k'): Promise<void> {
    const outcome = () => bus.publish('a', id, {}, { id, key }).then(({ status }) => status, String);
    await expect.poll(outcome).toMatch(/^(?:published|duplicate)$/);
  }

  describe.each(LOSSES)('$name', ({ lose }) => {
    it.each([false, true])(
      'registers the groups of its processes again, says so, and delivers what is published then (ordered: %s)',
      async (ordered) => {
        const server = await start();
        const [one, two] = [create(server), create(server)];
        const [mail, audit] = [new Seen<unknown>(), new Seen<unknown>()];
        await one.bus.subscribe('mail', '*', ({ payload }) => mail.add(payload), { ordered });
        await two.bus.subscribe('audit', 'a', ({ payload }) => audit.add(payload), { ordered });
        for (const id of ['1', '2', '3']) await publish(one.bus, id);
        await Promise.all([mail.count(3), audit.count(3)]);
        const back = await lose(server);
        onTestFinished(() => back.stop());
        for (const id of ['4', '5', '6']) await publish(two.bus, id);
        await Promise.all([mail.count(6), audit.count(6), one.lost(), two.lost()]);
        for (const seen of [mail, audit]) {
          const last = seen.all.slice(3);
          expect(last).toHaveLength(3);
          if (ordered) expect(last).toEqual(['4', '5', '6']);
          else expect(new Set(last)).toEqual(new Set(['4', '5', '6']));
        }
        for (const { errors } of [one, two])
          expect(errors.all.filter((code) => code === 'ERR_EVENTS_DATA_LOST')).toHaveLength(1);
      },
    );

    it('delivers to a process that only listens, without a publish from it', async () => {
      const server = await start();
      const listening = create(server);
      const seen = new Seen<unknown>();
      await listening.bus.subscribe('mail', '*', ({ payload }) => seen.add(payload));
      const back = await lose(server);
      onTestFinished(() => back.stop());
      await listening.lost();
      await expect
        .poll(() => listening.bus.getLag().catch(String))
        .toEqual({ outbox: undefined, groups: { mail: 0 } });
      await publish(create(back).bus, 'new');
      expect(await seen.count(1)).toEqual(['new']);
    });
  });

  it('flushed loses none of the events that are published before any process has noticed', async () => {
    const server = await start();
    const listening = create(server, { leaseMs: 600_000 });
    const seen = new Seen<unknown>();
    await listening.bus.subscribe('mail', '*', ({ payload }) => seen.add(payload));
    await publish(listening.bus, 'old');
    await seen.count(1);
    await ask(server, (redis) => redis.flushall());
    // A process that knows of no loss: it has only just begun.
    const { bus } = create(server);
    await bus.subscribe('audit', '*', () => {});
    await publish(bus, 'new-1');
    expect(listening.errors.all).toEqual([]);
    await publish(listening.bus, 'new-2');
    await listening.lost();
    expect(new Set((await seen.count(3)).slice(1))).toEqual(new Set(['new-1', 'new-2']));
  });

  it('flushed while an event is handled hands the next one of its key on after it', async () => {
    const server = await start();
    const { bus, lost } = create(server, { leaseMs: 600_000 });
    const seen = new Seen<unknown>();
    const release = Promise.withResolvers<void>();
    await bus.subscribe(
      'mail',
      '*',
      async ({ payload }) => {
        seen.add(payload);
        if (payload === 'old') await release.promise;
        else seen.add(`end of ${String(payload)}`);
      },
      { ordered: true },
    );
    await publish(bus, 'old');
    await seen.count(1);
    await ask(server, (redis) => redis.flushall());
    await publish(bus, 'new-1');
    await lost();
    release.resolve();
    await publish(bus, 'new-2');
    expect(await seen.count(5)).toEqual(['old', 'new-1', 'end of new-1', 'new-2', 'end of new-2']);
  });

  it('flushed gives no event a position that one before it had', async () => {
    const server = await start();
    const log = await openLog(resolveOptions({ connection: { url: server.url } }));
    onTestFinished(() => log.close());
    const events = ['1', '2', '3'].map((id) => ({ id, type: 'a', key: 'k', body: '{}' }));
    await log.append(events);
    const before = await log.head();
    await ask(server, (redis) => redis.flushall());
    await log.append(events);
    const [first] = await log.read(0, 1);
    expect(first?.position).toBeGreaterThan(before);
    expect(await log.head()).toBe((first?.position ?? 0) + 2);
  });

  it('put back to an older copy says so, and delivers to groups that the copy does not know', async () => {
    const server = await start();
    const { bus, lost } = create(server);
    const [mail, audit] = [new Seen<unknown>(), new Seen<unknown>()];
    await bus.subscribe('mail', '*', ({ payload }) => mail.add(payload));
    await publish(bus, '1');
    await mail.count(1);
    const before = Date.now();
    while (Date.now() === before);
    const restore = await copyOf(server);
    await bus.subscribe('audit', '*', ({ payload }) => audit.add(payload));
    await publish(bus, '2');
    await Promise.all([mail.count(2), audit.count(1)]);
    await restore();
    await publish(bus, '3');
    await lost();
    expect((await mail.count(3)).slice(2)).toEqual(['3']);
    expect((await audit.count(2)).slice(1)).toEqual(['3']);
  });

  it('put back to an older copy shows no lag of a group that has read all of it', async () => {
    const server = await start();
    const { bus, lost } = create(server);
    const seen = new Seen<unknown>();
    await bus.subscribe('mail', '*', ({ payload }) => seen.add(payload));
    await publish(bus, '1');
    await seen.count(1);
    await expect.poll(async () => (await bus.getLag()).groups).toEqual({ mail: 0 });
    const restore = await copyOf(server);
    await publish(bus, '2');
    await seen.count(2);
    await restore();
    await lost();
    expect((await bus.getLag()).groups).toEqual({ mail: 0 });
  });
});
