/** Each a server with a fault that lasts for a while, under a producer that spools and goes on. */
import { startPostgres, startRedis, startRedisCluster } from '@holdfast/test-servers';
import type { Engine } from '../workload/settings.ts';

export interface Scenario {
  readonly engine: Engine;
  readonly url: string;
  readonly spoolMaxJobs?: number;
  /** Whether the producer has to have spooled something for the run to show anything. */
  readonly mustSpool: boolean;
  begin(): Promise<void>;
  end(): Promise<void>;
  stop(): Promise<void>;
}

export const SCENARIOS: Readonly<Record<string, () => Promise<Scenario>>> = {
  /** The process stands still: connections stay open and nothing answers. */
  'redis-stopped': async () => {
    const redis = await startRedis({ appendfsync: 'always' });
    return {
      engine: 'redis',
      url: redis.url,
      mustSpool: true,
      begin: async () => void process.kill(redis.pid, 'SIGSTOP'),
      end: async () => void process.kill(redis.pid, 'SIGCONT'),
      stop: () => redis.stop(),
    };
  },
  'redis-killed': async () => killedRedis(),
  /** The spool is full soon after the server has gone: what is refused is refused, what was accepted is not lost. */
  'spool-full': async () => ({ ...(await killedRedis()), spoolMaxJobs: 200 }),
  'cluster-failover': async () => {
    const cluster = await startRedisCluster({ appendfsync: 'always', replicas: 1 });
    return {
      engine: 'cluster',
      url: cluster.nodes.map(({ url }) => url).join(','),
      mustSpool: false,
      // Two of three masters hold the queue's slot or not; the vote needs the majority, so one goes.
      begin: async () => cluster.nodes[1]?.kill(),
      end: async () => undefined,
      stop: () => cluster.stop(),
    };
  },
  'postgres-restarted': async () => {
    const postgres = await startPostgres();
    return {
      engine: 'postgres',
      url: postgres.url,
      mustSpool: true,
      begin: () => postgres.kill(),
      end: () => postgres.restart(),
      stop: () => postgres.stop(),
    };
  },
};

async function killedRedis(): Promise<Scenario> {
  let redis = await startRedis({ appendfsync: 'always' });
  const { url, port, directory } = redis;
  return {
    engine: 'redis',
    url,
    mustSpool: true,
    begin: () => redis.kill(),
    end: async () => {
      redis = await startRedis({ appendfsync: 'always', port, directory });
    },
    stop: () => redis.stop(),
  };
}
