import { type RedisServer, redisServer, startRedis } from '@holdfast/test-servers';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TokenReads } from '../src/engines/token-reads.ts';

describe.skipIf(redisServer() === undefined)('TokenReads', () => {
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
  beforeEach(async () => {
    await client.flushall();
    await client.config('RESETSTAT');
  });

  async function evaluations(): Promise<number> {
    const stats = await client.info('commandstats');
    const calls = [...stats.matchAll(/^cmdstat_eval(?:sha)?:calls=(\d+),.*failed_calls=(\d+)/gm)];
    return calls.reduce((sum, [, all, failed]) => sum + Number(all) - Number(failed), 0);
  }

  it('tells whether a job holds the token, another one, or is not there', async () => {
    await client.hset('q:mine', 'opts', '{"tm":"{\\"holdfast\\":\\"abc1.\\"}"}');
    await client.hset('q:other', 'opts', '{"tm":"{\\"holdfast\\":\\"abc11.\\"}"}');
    const reads = new TokenReads(client);
    const answers = ['q:mine', 'q:other', 'q:missing'].map((key) => reads.holds(key, 'abc1.'));
    expect(await Promise.all(answers)).toEqual([true, false, undefined]);
  });

  it('asks once for all that is asked for in one turn, 500 keys at a time', async () => {
    const reads = new TokenReads(client);
    await Promise.all(Array.from({ length: 500 }, (_, index) => reads.holds(`q:${index}`, 't.')));
    expect(await evaluations()).toBe(1);
    await Promise.all(Array.from({ length: 501 }, (_, index) => reads.holds(`q:${index}`, 't.')));
    expect(await evaluations()).toBe(3);
  });

  it('sees what was written in the same turn after it was asked', async () => {
    const reads = new TokenReads(client);
    const answer = reads.holds('q:late', 't.');
    const written = client.hset('q:late', 'opts', 't.');
    expect(await answer).toBe(true);
    await written;
  });

  it('fails every question of a command that fails', async () => {
    const lost = new Redis(server.url, { enableOfflineQueue: false, lazyConnect: true });
    lost.on('error', () => {});
    const reads = new TokenReads(lost);
    const answers = await Promise.allSettled([reads.holds('q:a', 't.'), reads.holds('q:b', 't.')]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    lost.disconnect();
  });
});
