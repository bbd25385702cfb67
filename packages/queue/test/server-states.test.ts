import {
  type RedisServer,
  redisServer,
  startPostgres,
  startPostgresProxy,
  startRedis,
  startRedisCluster,
  startRedisWithSentinel,
} from '@holdfast/test-servers';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { type AddOptions, createJobQueue, type JobQueue, type JobQueueOptions } from '../src/index.ts';

const QUEUE = 'states';
const UNAVAILABLE = { code: 'ERR_QUEUE_UNAVAILABLE' };

/** Each `await` that comes back at all shows that the limit holds: without one, these calls wait for ever. */
describe('enqueue answers in time', () => {
  const cleanUp: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const act of cleanUp.splice(0).toReversed()) await act();
  });

  function create(options: Partial<JobQueueOptions<number>>): JobQueue<number> {
    const queue = createJobQueue<number>({
      queueName: QUEUE,
      enqueueTimeoutMs: 300,
      onWarning: () => undefined,
      ...options,
    });
    cleanUp.push(() => queue.close());
    return queue;
  }

  function hang(pids: readonly number[]): () => void {
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    const goOn = () => {
      for (const pid of pids) {
        try {
          process.kill(pid, 'SIGCONT');
        } catch {
          // It is gone.
        }
      }
    };
    cleanUp.push(async () => goOn());
    return goOn;
  }

  /** A busy machine may need more than one try where the limit is so short. */
  async function untilQueued(queue: JobQueue<number>, id: string, options?: AddOptions): Promise<string> {
    for (;;) {
      try {
        return (await queue.add('any', 1, { ...options, id })).status;
      } catch (error) {
        expect(error).toMatchObject(UNAVAILABLE);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }

  /** Resolves when the replica has all that its master has. */
  async function untilReplicated(port: number): Promise<void> {
    const client = new Redis(port);
    for (;;) {
      const info = await client.info('replication');
      const offset = /master_repl_offset:(\d+)/.exec(info)?.[1];
      if (new RegExp(`slave0:.*state=online,offset=${offset},`).test(info)) break;
    }
    client.disconnect();
  }

  describe.skipIf(redisServer() === undefined)('when Redis', () => {
    it('has no memory left', async () => {
      const server = await startRedis();
      cleanUp.push(() => server.stop());
      const queue = create({ connection: { url: server.url }, enqueueTimeoutMs: 60_000 });
      await untilQueued(queue, 'first');
      const client = new Redis(server.url);
      cleanUp.push(async () => client.disconnect());
      await client.config('SET', 'maxmemory', '1');
      const refusal = () => queue.add('any', 1).catch(({ message }: Error) => message);
      await expect.poll(refusal).toMatch(/OOM/);
    });

    it('is a replica that may only be read', async () => {
      const master = await startRedis();
      const replica = await startRedis({ args: ['--replicaof', `127.0.0.1 ${master.port}`] });
      cleanUp.push(
        () => master.stop(),
        () => replica.stop(),
      );
      const queue = create({ connection: { url: replica.url } });
      await expect(queue.add('any', 1)).rejects.toMatchObject(UNAVAILABLE);
    });

    it('is busy with a script of somebody else', async () => {
      const server = await startRedis({ args: ['--lua-time-limit', '50'] });
      cleanUp.push(() => server.stop());
      const queue = create({ connection: { url: server.url } });
      await untilQueued(queue, 'first');
      const client = new Redis(server.url);
      const killer = new Redis(server.url);
      await killer.ping();
      cleanUp.push(async () => {
        client.disconnect();
        killer.disconnect();
      });
      client.eval('while true do end', 0).catch(() => undefined);
      await expect.poll(() => killer.ping().catch(({ message }: Error) => message)).toMatch(/^BUSY/);
      await expect(queue.add('any', 1)).rejects.toMatchObject(UNAVAILABLE);
      await killer.script('KILL');
      expect(await untilQueued(queue, 'later')).toBe('queued');
    });

    it('hangs, for the first in time and for the next ones at once, and takes jobs again when it goes on', async () => {
      const cluster = await startRedisCluster();
      cleanUp.push(() => cluster.stop());
      const nodes = cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
      const queue = create({ connection: { cluster: nodes } });
      await untilQueued(queue, 'first');
      const goOn = hang(cluster.nodes.map(({ pid }) => pid));
      await expect(queue.add('any', 1, { id: 'a' })).rejects.toThrow('no answer within 300 ms');
      await expect(queue.add('any', 1, { id: 'a' })).rejects.toMatchObject(UNAVAILABLE);
      goOn();
      expect(['queued', 'duplicate']).toContain(await untilQueued(queue, 'a'));
    });

    it('loses a master of its Cluster, and its replica takes over', async () => {
      const cluster = await startRedisCluster({ replicas: 1 });
      cleanUp.push(() => cluster.stop());
      const nodes = cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
      const queue = create({ connection: { cluster: nodes } });
      await untilQueued(queue, 'before');
      const client = new Redis(cluster.nodes[0]?.port ?? 0);
      client.on('error', () => undefined);
      cleanUp.push(async () => client.disconnect());
      const slot = await client.cluster('KEYSLOT', `{${QUEUE}}`);
      const master = cluster.nodes[slot <= 5460 ? 0 : slot <= 10_922 ? 1 : 2] as RedisServer;
      await untilReplicated(master.port);
      await cluster.lose(master);
      expect(['queued', 'duplicate']).toContain(await untilQueued(queue, 'after'));
      expect(await untilQueued(queue, 'before')).toBe('duplicate');
    });

    it('is another one after a failover of its Sentinel', async () => {
      const group = await startRedisWithSentinel();
      cleanUp.push(() => group.stop());
      const { sentinels, name } = group;
      const queue = create({ connection: { sentinels, name } });
      await untilQueued(queue, 'before');
      await untilReplicated(group.master.port);
      await group.loseMaster();
      expect(['queued', 'duplicate']).toContain(await untilQueued(queue, 'after'));
      expect(await untilQueued(queue, 'before')).toBe('duplicate');
    });
  });

  describe('when PostgreSQL', () => {
    it('is not there when the queue is made, and comes later', async () => {
      const server = await startPostgres();
      cleanUp.push(() => server.stop());
      await server.kill();
      const queue = create({ backend: { postgres: { url: server.url } } });
      const ran = Promise.withResolvers<void>();
      await queue.startWorker(() => ran.resolve());
      await expect(queue.add('any', 1)).rejects.toMatchObject(UNAVAILABLE);
      await server.restart();
      // The first that was stored may have had no answer in its time, while the tables were made.
      expect(['queued', 'duplicate']).toContain(await untilQueued(queue, 'a'));
      await ran.promise;
    });

    it('is killed and recovers: the worker goes on, and what was queued is there', async () => {
      const server = await startPostgres();
      cleanUp.push(() => server.stop());
      const queue = create({ backend: { postgres: { url: server.url } } });
      await untilQueued(queue, 'first');
      await untilQueued(queue, 'before', { delayMs: 600_000 });
      const ran = Promise.withResolvers<void>();
      await queue.startWorker(() => ran.resolve());
      await server.kill();
      await expect(queue.add('any', 1)).rejects.toMatchObject(UNAVAILABLE);
      await server.restart();
      expect(['queued', 'duplicate']).toContain(await untilQueued(queue, 'after'));
      await ran.promise;
      expect(await untilQueued(queue, 'before')).toBe('duplicate');
    });

    it('ends a connection behind any of its answers: the process goes on, and so does the queue', async () => {
      const server = await startPostgres();
      cleanUp.push(() => server.stop());
      const proxy = await startPostgresProxy(server.url);
      cleanUp.push(() => proxy.close());
      for (let passing = 0; passing < 8; passing += 1) {
        const queue = create({ backend: { postgres: { url: proxy.url } } });
        proxy.endBehindNextAnswer(passing);
        await queue.add('any', passing).catch(() => undefined);
        expect(['queued', 'duplicate']).toContain(await untilQueued(queue, `after ${passing}`));
        await queue.close();
      }
      expect(proxy.ended).toBeGreaterThan(5);
    });

    it('is reached through a pool of the application, which stays open and unused', async () => {
      const server = await startPostgres();
      cleanUp.push(() => server.stop());
      const { default: pg } = await import('pg');
      const pool = new pg.Pool({ connectionString: server.url, max: 1 });
      const queue = create({ backend: { postgres: pool } });
      expect(['queued', 'duplicate']).toContain(await untilQueued(queue, 'a'));
      expect(pool.totalCount).toBe(0);
      await queue.close();
      expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
      await pool.end();
    });
  });
});
