/** Clients that pool their connections and call back from a socket that another request opened. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { MessageChannel, Worker as Thread } from 'node:worker_threads';
import { createTraceContext, getCurrentTrace, runWithTrace } from '@holdfast/context';
import {
  type PostgresServer,
  type RedisServer,
  redisServer,
  startPostgres,
  startRedis,
} from '@holdfast/test-servers';
import { Queue, QueueEvents, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

const current = () => getCurrentTrace()?.requestId;

/** Runs `work` in many contexts at once; each must see its own id, at each place where it looks. */
async function inManyContexts(work: () => Promise<readonly (string | undefined)[]>): Promise<void> {
  const ids = Array.from({ length: 20 }, (_, index) => `req-${index}`);
  const run = async (id: string) => runWithTrace(createTraceContext({ requestId: id }), work);
  const seen = await Promise.all(ids.map(run));
  ids.forEach((id, index) => {
    expect(seen[index]?.length).toBeGreaterThan(0);
    expect(new Set(seen[index])).toEqual(new Set([id]));
  });
  expect(current()).toBeUndefined();
}

describe('the context survives a pool of pg with fewer connections than requests', () => {
  let server: PostgresServer;
  let pool: pg.Pool;
  beforeAll(async () => {
    server = await startPostgres();
    pool = new pg.Pool({ connectionString: server.url, max: 2 });
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  it('in queries of the pool and in those of a client that was waited for', async () => {
    await inManyContexts(async () => {
      const seen = [current()];
      await pool.query('SELECT 1');
      seen.push(current());
      const client = await pool.connect();
      seen.push(current());
      await client.query('SELECT 2');
      seen.push(current());
      client.release();
      return seen;
    });
  });

  it('in callbacks that are bound: pg calls them from the connection that another request opened', async () => {
    await inManyContexts(async () => {
      const { promise, resolve } = Promise.withResolvers<string | undefined>();
      pool.query(
        'SELECT 1',
        AsyncLocalStorage.bind(() => resolve(current())),
      );
      return [await promise, current()];
    });
  });

  it('after a query that failed', async () => {
    await inManyContexts(async () => {
      await expect(pool.query('SELECT broken')).rejects.toThrow('broken');
      return [current()];
    });
  });
});

describe.skipIf(redisServer() === undefined)('the context survives one connection of ioredis', () => {
  let server: RedisServer;
  beforeAll(async () => void (server = await startRedis()));
  afterAll(() => server.stop());

  function connect(): Redis {
    const client = new Redis(server.url, { maxRetriesPerRequest: null });
    onTestFinished(() => client.disconnect());
    return client;
  }

  it('in commands, pipelines, transactions and blocking commands', async () => {
    const client = connect();
    await inManyContexts(async () => {
      const seen: (string | undefined)[] = [];
      await client.set('a', '1');
      seen.push(current());
      await client.pipeline().get('a').incr('n').exec();
      seen.push(current());
      await client.multi().get('a').exec();
      seen.push(current());
      return seen;
    });
    const blocking = connect();
    const waiting = runWithTrace(createTraceContext({ requestId: 'blocked' }), async () => {
      await blocking.blpop('list', 0);
      return current();
    });
    await runWithTrace(createTraceContext({ requestId: 'pusher' }), () => client.rpush('list', 'x'));
    expect(await waiting).toBe('blocked');
  });

  it('in callbacks', async () => {
    const client = connect();
    await inManyContexts(async () => {
      const { promise, resolve } = Promise.withResolvers<string | undefined>();
      void client.get('a', () => resolve(current()));
      return [await promise, current()];
    });
  });

  it('in the processor of a BullMQ worker, each job in the context it was given', async () => {
    const connection = {
      host: '127.0.0.1',
      port: Number(new URL(server.url).port),
      maxRetriesPerRequest: null,
    };
    const queue = new Queue('survival', { connection }).setMaxListeners(0);
    const events = new QueueEvents('survival', { connection });
    const processor = (job: { data: { id: string } }) =>
      runWithTrace(createTraceContext({ requestId: job.data.id }), async () => {
        const seen = [current()];
        await queue.getJobCounts();
        seen.push(current());
        await new Promise((resolve) => setImmediate(resolve));
        return [...seen, current()];
      });
    const worker = new Worker('survival', processor, { connection, concurrency: 5 });
    onTestFinished(async () => {
      await worker.close();
      await events.close();
      await queue.close();
    });
    await events.waitUntilReady();
    await inManyContexts(async () => {
      const id = current() ?? 'none';
      const job = await queue.add('job', { id });
      const seen = (await job.waitUntilFinished(events)) as string[];
      return [...seen, current()];
    });
  });
});

describe('the context survives the answers of a worker thread', () => {
  it('that come as messages, where one listener waits for each', async () => {
    const thread = new Thread(
      "require('node:worker_threads').parentPort.on('message', ({ port }) => port.postMessage(1));",
      {
        eval: true,
      },
    );
    onTestFinished(() => void thread.terminate());
    await once(thread, 'online');
    await inManyContexts(async () => {
      const { port1, port2 } = new MessageChannel();
      thread.postMessage({ port: port2 }, [port2]);
      await once(port1, 'message');
      const seen = current();
      port1.close();
      return [seen];
    });
  });

  it('and the callbacks of the thread pool', async () => {
    const { pbkdf2 } = await import('node:crypto');
    const { stat } = await import('node:fs');
    await inManyContexts(async () => {
      const hashed = Promise.withResolvers<string | undefined>();
      pbkdf2('a', 'b', 10, 16, 'sha256', () => hashed.resolve(current()));
      const found = Promise.withResolvers<string | undefined>();
      stat('.', () => found.resolve(current()));
      return [await hashed.promise, await found.promise, current()];
    });
  });
});
