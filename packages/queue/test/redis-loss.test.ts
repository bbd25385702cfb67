import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RedisServer, redisServer, startRedis } from '@holdfast/test-servers';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createJobQueue, type JobQueue } from '../src/index.ts';

const LOSSES: readonly { name: string; lose: (server: RedisServer) => Promise<RedisServer> }[] = [
  {
    name: 'was flushed',
    lose: async (server) => {
      const redis = new Redis(server.port, '127.0.0.1');
      await redis.flushall();
      redis.disconnect();
      return server;
    },
  },
  {
    name: 'was killed and started again without its data',
    lose: async (server) => {
      await server.kill();
      const directory = mkdtempSync(join(tmpdir(), 'holdfast-redis-'));
      onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
      return startRedis({ port: server.port, directory });
    },
  },
];

describe.skipIf(redisServer() === undefined)('a queue whose Redis', () => {
  /** While the server is away an add fails, and may be made again under its id. */
  async function add(queue: JobQueue<string>, id: string): Promise<void> {
    const outcome = () => queue.add('job', id, { id }).then(({ status }) => status, String);
    await expect.poll(outcome).toMatch(/^(?:queued|duplicate)$/);
  }

  it.each(LOSSES)('$name goes on with the jobs that are added then, retries among them', async ({ lose }) => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const queue = createJobQueue<string>({
      queueName: 'lost',
      connection: { url: server.url },
      backoff: { initialDelayMs: 1, maxDelayMs: 1 },
    });
    onTestFinished(() => queue.close());
    const done = new Map<string, PromiseWithResolvers<number>>();
    const doneOf = (id: string) => {
      const known = done.get(id) ?? Promise.withResolvers<number>();
      done.set(id, known);
      return known;
    };
    await queue.startWorker(({ data, attempt }) => {
      if (data === 'job-2' && attempt === 1) throw new Error('once more');
      doneOf(data).resolve(attempt);
    });
    await add(queue, 'job-1');
    expect(await doneOf('job-1').promise).toBe(1);
    const back = await lose(server);
    onTestFinished(() => back.stop());
    await add(queue, 'job-2');
    expect(await doneOf('job-2').promise).toBe(2);
    await add(queue, 'job-3');
    expect(await doneOf('job-3').promise).toBe(1);
  });
});
