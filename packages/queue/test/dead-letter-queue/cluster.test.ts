import { type RedisCluster, redisServer, startRedisCluster } from '@holdfast/test-servers';
import { Cluster } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeadLetterQueue } from '../../src/index.ts';

describe.skipIf(redisServer() === undefined)('a DeadLetterQueue on a Redis Cluster', () => {
  let servers: RedisCluster;
  let cluster: Cluster;
  beforeAll(async () => {
    servers = await startRedisCluster();
    cluster = new Cluster(servers.nodes.map(({ port }) => ({ host: '127.0.0.1', port })));
  });
  afterAll(async () => {
    cluster.disconnect();
    await servers.stop();
  });

  it('keeps each event type on its node, and rebuilds the index from all of them', async () => {
    const dlq = new DeadLetterQueue({ client: cluster });
    const types = Array.from({ length: 12 }, (_, n) => `TYPE_${String(n).padStart(2, '0')}`);
    for (const type of types) await dlq.enqueue(type, { type }, new Error('x'));
    const sizes = await Promise.all(cluster.nodes('master').map((node) => node.dbsize()));
    expect(sizes.every((size) => size > 1)).toBe(true);
    await cluster.del('dlq:index');
    expect(await dlq.types()).toEqual(types);
    expect((await cluster.smembers('dlq:index')).sort()).toEqual(types);

    const [letter] = await dlq.list('TYPE_03');
    const retries = [1, 2].map(() => dlq.retry('TYPE_03', letter?.id ?? '', () => 'done'));
    const outcomes = await Promise.allSettled(retries);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await dlq.types()).toEqual(types.filter((type) => type !== 'TYPE_03'));
    expect(await cluster.sismember('dlq:index', 'TYPE_03')).toBe(0);
    await dlq.close();
  });
});
