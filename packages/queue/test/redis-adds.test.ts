import { type RedisServer, redisServer, startRedis } from '@holdfast/test-servers';
import { createRedisBackend, Queue, type RedisQueueBackend } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JobToStore } from '../src/engines/engine.ts';
import { RedisAdds } from '../src/engines/redis-adds.ts';

describe.skipIf(redisServer() === undefined)('RedisAdds', () => {
  let server: RedisServer;
  let client: Redis;
  let queue: Queue;
  let adds: RedisAdds;

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    client = new Redis(server.url);
    adds = new RedisAdds(client);
    await client.flushall();
    queue = await open();
    await client.config('RESETSTAT');
  });
  afterEach(async () => {
    await queue.close();
    client.disconnect();
  });

  async function open(): Promise<Queue> {
    const opened = new Queue('q', { connection: client, skipVersionCheck: true }, createRedisBackend);
    await opened.waitUntilReady();
    return opened;
  }

  function job(jobId: string, token: string, more: JobToStore['options'] = {}): JobToStore {
    const options = { jobId, telemetry: { metadata: `{"holdfast":"${token}"}` }, ...more };
    return { jobId, jobName: 'x', json: `{"of":"${token}"}`, options, token };
  }

  function add(one: JobToStore, to: RedisAdds = adds): Promise<boolean> {
    return to.add(one, queue.toKey(one.jobId), queue.getBackend() as RedisQueueBackend);
  }

  async function evaluations(): Promise<number> {
    const stats = await client.info('commandstats');
    const calls = [...stats.matchAll(/^cmdstat_eval(?:sha)?:calls=(\d+),.*failed_calls=(\d+)/gm)];
    return calls.reduce((sum, [, all, failed]) => sum + Number(all) - Number(failed), 0);
  }

  it('adds all of one turn with one command, 50 at a time', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, index) => add(job(`a${index}`, `t${index}.`))));
    expect(await evaluations()).toBe(1);
    await Promise.all(Array.from({ length: 51 }, (_, index) => add(job(`b${index}`, `t${index}.`))));
    expect(await evaluations()).toBe(3);
    expect(await queue.getJobCounts('waiting')).toEqual({ waiting: 101 });
  });

  it('adds no more than a million characters with one command', async () => {
    const large = { ...job('large', 'a.'), json: JSON.stringify('x'.repeat(600_000)) };
    await Promise.all([add(large), add({ ...large, jobId: 'other' })]);
    expect(await evaluations()).toBe(2);
    expect((await queue.getJob('other'))?.data).toHaveLength(600_000);
  });

  it('keeps the order of the turn, those with a priority and those with a delay apart', async () => {
    await Promise.all([
      add(job('first', 'a.')),
      add(job('urgent', 'b.', { priority: 3 })),
      add(job('second', 'c.')),
      add(job('later', 'd.', { delay: 3_600_000 })),
      add(job('third', 'e.')),
    ]);
    expect(await evaluations()).toBe(3);
    const ids = async (type: 'waiting' | 'prioritized' | 'delayed') =>
      (await queue.getJobs([type], 0, -1, true)).map(({ id }) => id);
    expect(await ids('waiting')).toEqual(['first', 'second', 'third']);
    expect(await ids('prioritized')).toEqual(['urgent']);
    expect(await ids('delayed')).toEqual(['later']);
  });

  it('says whose job has the id, also within a turn and for an add that is repeated', async () => {
    expect(await Promise.all([add(job('one', 'mine.')), add(job('one', 'other.'))])).toEqual([true, false]);
    expect(await add(job('one', 'mine.'))).toBe(true);
    expect(await add(job('one', 'min.'))).toBe(false);
    expect((await queue.getJob('one'))?.data).toEqual({ of: 'mine.' });
  });

  it('fails a job that cannot be added, and adds the others of the turn', async () => {
    await client.set(queue.toKey('bad'), 'not a hash');
    const answers = await Promise.allSettled([
      add(job('good', 'a.')),
      add(job('bad', 'b.')),
      add(job('last', 'c.')),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(answers[1]).toMatchObject({ reason: { message: expect.stringContaining('WRONGTYPE') } });
    expect(await queue.getJobCounts('waiting')).toEqual({ waiting: 2 });
  });

  it('knows its script again after Redis has forgotten it', async () => {
    await add(job('before', 'a.'));
    await client.script('FLUSH');
    expect(await add(job('after', 'b.'))).toBe(true);
  });

  it('adds one at a time where BullMQ has defined its scripts elsewhere', async () => {
    const blind = new RedisAdds(client);
    const answers = await Promise.all([
      add(job('one', 'a.'), blind),
      add(job('two', 'b.'), blind),
      add(job('one', 'c.'), blind),
    ]);
    expect(answers).toEqual([true, true, false]);
    await client.set(queue.toKey('bad'), 'not a hash');
    await expect(add(job('bad', 'd.'), blind)).rejects.toThrow('WRONGTYPE');
  });

  it('fails every add of a connection that is lost', async () => {
    client.disconnect();
    const answers = await Promise.allSettled([add(job('one', 'a.')), add(job('two', 'b.'))]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
