import { type RedisServer, startRedis } from '@holdfast/test-servers';
import { Redis } from 'ioredis';

export interface RedisCluster {
  readonly nodes: { host: string; port: number }[];
  stop(): Promise<void>;
}

const LAST_SLOT = 16_383;

/** A cluster of two masters on loopback, each with half of the slots. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'];
  const servers: RedisServer[] = [await startRedis({ args }), await startRedis({ args })];
  const clients = servers.map(({ url }) => new Redis(url, { enableReadyCheck: false }));
  const [first, second] = clients;
  await first?.call('CLUSTER', 'ADDSLOTSRANGE', 0, 8191);
  await second?.call('CLUSTER', 'ADDSLOTSRANGE', 8192, LAST_SLOT);
  await first?.call('CLUSTER', 'MEET', '127.0.0.1', servers[1]?.port ?? 0);
  const ready = async () => {
    const states = await Promise.all(clients.map((client) => client.call('CLUSTER', 'INFO')));
    return states.every((state) => /cluster_state:ok[\s\S]*cluster_known_nodes:2/.test(String(state)));
  };
  while (!(await ready())) await new Promise((resolve) => setTimeout(resolve, 20));
  for (const client of clients) client.disconnect();
  return {
    nodes: servers.map(({ port }) => ({ host: '127.0.0.1', port })),
    stop: async () => {
      for (const server of servers) await server.stop();
    },
  };
}
