import { redisServer, startPostgres, startRedis, startRedisCluster } from '@holdfast/test-servers';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createWebhookQueue,
  type StoreSafety,
  type WebhookQueue,
  type WebhookQueueOptions,
} from '../src/index.ts';
import { collectFacts } from './facts.ts';

const QUEUE = 'safety';
const EVENT = { eventId: 'e', eventType: 't', payload: '{}', provider: 'p', receivedAt: 1_700_000_000_000 };

describe('the check of the store at the start', () => {
  const cleanUp: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const act of cleanUp.splice(0).toReversed()) await act();
  });

  function create(options: Partial<WebhookQueueOptions>): {
    queue: WebhookQueue;
    warnings: Promise<StoreSafety[]>;
  } {
    const all: StoreSafety[] = [];
    const first = Promise.withResolvers<StoreSafety[]>();
    const onWarning = (warning: StoreSafety) => {
      all.push(warning);
      setImmediate(() => first.resolve(all));
    };
    const queue = createWebhookQueue({ queueName: QUEUE, enqueueTimeoutMs: 20_000, onWarning, ...options });
    cleanUp.push(() => queue.close());
    return { queue, warnings: first.promise };
  }

  describe.skipIf(redisServer() === undefined)('on Redis', () => {
    async function start(
      args: string[],
      appendfsync: 'no' | 'everysec' = 'everysec',
    ): Promise<{ url: string }> {
      const server = await startRedis({ appendfsync, args });
      cleanUp.push(() => server.stop());
      return { url: server.url };
    }

    it('warns of a policy that loses jobs, on the channel and to the application, and goes on', async () => {
      using facts = collectFacts<StoreSafety>('holdfast:queue:safety', QUEUE);
      const { queue, warnings } = create({ connection: await start(['--maxmemory-policy', 'allkeys-lru']) });
      const warning = {
        queue: QUEUE,
        engine: 'redis',
        problem: 'eviction',
        message:
          'Redis has the maxmemory-policy allkeys-lru, which loses jobs when its memory is full. Set maxmemory-policy to noeviction.',
      };
      expect(await warnings).toEqual([warning]);
      expect(facts.all).toEqual([warning]);
      expect((await queue.enqueue(EVENT)).status).toBe('queued');
    });

    it('warns where nothing is written to disk', async () => {
      const { warnings } = create({ connection: await start([], 'no') });
      expect(await warnings).toMatchObject([{ problem: 'no-persistence' }]);
    });

    it('is a warning of the process where the application takes none', async () => {
      const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
      const connection = await start(['--maxmemory-policy', 'volatile-lru']);
      const queue = createWebhookQueue({ queueName: QUEUE, enqueueTimeoutMs: 20_000, connection });
      cleanUp.push(() => queue.close());
      expect(await warned).toMatchObject({ name: 'HoldfastQueueWarning', code: 'HOLDFAST_QUEUE_EVICTION' });
    });

    it('refuses with requireNoEviction, until the policy is right', async () => {
      const connection = await start(['--maxmemory-policy', 'allkeys-lru']);
      const { queue } = create({ connection, requireNoEviction: true });
      await expect(queue.ready()).rejects.toMatchObject({ code: 'ERR_QUEUE_EVICTION_POLICY' });
      await expect(queue.enqueue(EVENT)).rejects.toMatchObject({ policy: 'allkeys-lru' });
      const client = new Redis(connection.url);
      cleanUp.push(async () => client.disconnect());
      await client.config('SET', 'maxmemory-policy', 'noeviction');
      expect((await queue.enqueue(EVENT)).status).toBe('queued');
    });

    it('reads INFO where CONFIG is forbidden, and says what it could not find out', async () => {
      const connection = await start(
        ['--rename-command', 'CONFIG', '""', '--maxmemory-policy', 'allkeys-lfu'],
        'no',
      );
      const { warnings } = create({ connection });
      expect((await warnings).map(({ problem }) => problem)).toEqual(['eviction', 'persistence-unknown']);
    });

    it('says that it knows nothing where CONFIG and INFO are forbidden', async () => {
      const { url } = await start([]);
      const admin = new Redis(url);
      cleanUp.push(async () => admin.disconnect());
      await admin.call('ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '&*', '+@all', '-info', '-config');
      const connection = { url: url.replace('//', '//app:secret@') };
      const { queue, warnings } = create({ connection, requireNoEviction: true });
      expect((await warnings).map(({ problem }) => problem)).toEqual([
        'eviction-unknown',
        'persistence-unknown',
      ]);
      await expect(queue.enqueue(EVENT)).rejects.toMatchObject({ policy: undefined });
    });

    it('says nothing of a server that is set up well', async () => {
      const warnings: StoreSafety[] = [];
      const { queue } = create({
        connection: await start([]),
        requireNoEviction: true,
        onWarning: (warning) => warnings.push(warning),
      });
      await queue.ready();
      expect(warnings).toEqual([]);
    });

    it('looks at every master of a Cluster', async () => {
      const cluster = await startRedisCluster({ appendfsync: 'everysec' });
      cleanUp.push(() => cluster.stop());
      const client = new Redis(cluster.nodes[2]?.port ?? 0);
      cleanUp.push(async () => client.disconnect());
      await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
      const nodes = cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
      const { warnings } = create({ connection: { cluster: nodes } });
      expect(await warnings).toMatchObject([{ problem: 'eviction' }]);
    });
  });

  it('warns of a PostgreSQL that answers before its log is on disk', async () => {
    const server = await startPostgres({ args: ['-c', 'synchronous_commit=off'] });
    cleanUp.push(() => server.stop());
    const { queue, warnings } = create({ backend: { postgres: { url: server.url } } });
    expect(await warnings).toMatchObject([{ problem: 'no-persistence', engine: 'postgres' }]);
    expect((await queue.enqueue(EVENT)).status).toBe('queued');
  });
});
