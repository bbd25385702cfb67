import { type RedisServer, redisServer, startRedis } from '@holdfast/test-servers';
import { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeadLetterQueue } from '../../src/index.ts';

const SLOTS = [
  [0, 5460],
  [5461, 10_922],
  [10_923, 16_383],
] as const;

/** Three masters on loopback that know each other. */
async function startCluster(): Promise<RedisServer[]> {
  const servers = await Promise.all(SLOTS.map(() => startRedis({ args: ['--cluster-enabled', 'yes'] })));
  const clients = servers.map(({ url }) => new Redis(url));
  await Promise.all(clients.map((client, n) => client.call('CLUSTER', 'ADDSLOTSRANGE', ...(SLOTS[n] ?? []))));
  for (const { port } of servers.slice(1)) await clients[0]?.cluster('MEET', '127.0.0.1', port);
  for (const client of clients) {
    for (;;) {
      const info = await client.cluster('INFO');
      if (info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3')) break;
    }
    client.disconnect();
  }
  return servers;
}

describe.skipIf(redisServer() === undefined)('a DeadLetterQueue on a Redis Cluster', () => {
  let servers: RedisServer[];
  let cluster: Cluster;
  beforeAll(async () => {
    servers = await startCluster();
    cluster = new Cluster(servers.map(({ port }) => ({ host: '127.0.0.1', port })));
  });
  afterAll(async () => {
    cluster.disconnect();
    await Promise.all(servers.map((server) => server.stop()));
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
