import { once } from 'node:events';
import { type RedisServer, redisServer, startRedis } from '@holdfast/test-servers';
import { createRedisBackend, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { shareFinishes } from '../src/engines/shared-finishes.ts';

const JOBS = 20;

describe.skipIf(redisServer() === undefined)('a worker of BullMQ whose finishes are shared', () => {
  let server: RedisServer;
  let client: Redis;
  let queue: Queue;
  let worker: Worker;
  let begun: number;
  let go: PromiseWithResolvers<void>;
  let allBegun: PromiseWithResolvers<void>;
  const errors: Error[] = [];

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    begun = 0;
    errors.length = 0;
    go = Promise.withResolvers();
    allBegun = Promise.withResolvers();
    client = new Redis(server.url, { maxRetriesPerRequest: null });
    await client.flushall();
    shareFinishes(client);
    queue = new Queue('q', { connection: { url: server.url } });
    await queue.addBulk(
      Array.from({ length: JOBS }, (_, n) => ({ name: 'x', data: { n }, opts: { jobId: `j${n}` } })),
    );
    worker = new Worker(
      'q',
      async (job) => {
        begun += 1;
        if (begun === JOBS) allBegun.resolve();
        await go.promise;
        return { n: job.data.n };
      },
      { connection: client, concurrency: JOBS },
      createRedisBackend,
    );
    worker.on('error', (error) => errors.push(error));
  });
  afterEach(async () => {
    await worker.close();
    await queue.close();
    client.disconnect();
  });

  async function finished(count: number): Promise<void> {
    let done = 0;
    const over = Promise.withResolvers<void>();
    const one = () => {
      done += 1;
      if (done === count) over.resolve();
    };
    worker.on('completed', one);
    worker.on('failed', one);
    await allBegun.promise;
    go.resolve();
    await over.promise;
  }

  it('records each job of a turn with its own result, with a few commands', async () => {
    const over = finished(JOBS);
    await allBegun.promise;
    await client.config('RESETSTAT');
    await over;
    const stats = await client.info('commandstats');
    const calls = [...stats.matchAll(/^cmdstat_eval(?:sha)?:calls=(\d+),.*failed_calls=(\d+)/gm)];
    // Four for the finishes, and what asks for further jobs.
    expect(calls.reduce((sum, [, all, failed]) => sum + Number(all) - Number(failed), 0)).toBeLessThan(
      JOBS / 2,
    );
    const jobs = await queue.getJobs(['completed']);
    expect(jobs.map(({ returnvalue }) => returnvalue.n).sort((a, b) => a - b)).toEqual(
      Array.from({ length: JOBS }, (_, n) => n),
    );
    expect(errors).toEqual([]);
  });

  it('brings the next jobs with the answers', async () => {
    await queue.addBulk(
      Array.from({ length: JOBS }, (_, n) => ({ name: 'x', data: { n }, opts: { jobId: `later${n}` } })),
    );
    await finished(2 * JOBS);
    expect(await queue.getJobCounts('completed', 'active', 'waiting')).toEqual({
      completed: 2 * JOBS,
      active: 0,
      waiting: 0,
    });
  });

  it('tells of a job whose lock was lost, and records the others', async () => {
    await allBegun.promise;
    await client.del(queue.toKey('j3:lock'));
    const over = finished(JOBS - 1);
    await over;
    if (errors.length === 0) await once(worker, 'error');
    expect(String(errors[0])).toContain('Missing lock for job j3');
    expect(await queue.getJobCounts('completed')).toEqual({ completed: JOBS - 1 });
  });

  it('tells of a job that Redis cannot record, and records the others', async () => {
    await allBegun.promise;
    await client.del(queue.toKey('j5:lock'));
    await client.lpush(queue.toKey('j5:lock'), 'not a text');
    await finished(JOBS - 1);
    if (errors.length === 0) await once(worker, 'error');
    expect(String(errors[0])).toContain('WRONGTYPE');
    expect(await queue.getJobCounts('completed')).toEqual({ completed: JOBS - 1 });
  });
});
