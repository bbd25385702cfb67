/** Each a server with a fault that lasts for a while, under a producer that spools and goes on. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RedisServer, startPostgres, startRedis, startRedisCluster } from '@holdfast/test-servers';
import type { Engine, WorkloadSettings } from '../workload/settings.ts';
import { mountSmallDisk } from './small-disk.ts';

export interface Scenario {
  readonly engine: Engine;
  readonly url: string;
  readonly settings?: Partial<Pick<WorkloadSettings, 'spoolMaxJobs' | 'diskFolder' | 'clockFile'>>;
  /** Whether the producer has to have spooled something for the run to show anything. Default false. */
  readonly mustSpool?: boolean;
  /** Whether something has to have been refused. Default false. */
  readonly mustRefuse?: boolean;
  begin(): Promise<void>;
  end(): Promise<void>;
  /** Some time after the end, before the result is looked at. */
  afterwards?(): Promise<void>;
  stop(): Promise<void>;
}

const SPOOL_DISK_BYTES = 2_000_000;
const QUEUE_DISK_BYTES = 8_000_000;
const HOUR_MS = 3_600_000;

/** Each is undefined where this machine does not allow it. */
export const SCENARIOS: Readonly<Record<string, () => Promise<Scenario | undefined>>> = {
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
  'spool-full': async () => ({
    ...(await killedRedis()),
    settings: { spoolMaxJobs: 200 },
    mustRefuse: true,
  }),
  /** The same, with no room on the disk for what the spool may hold. */
  'spool-disk-full': async () => {
    const disk = mountSmallDisk(SPOOL_DISK_BYTES);
    if (disk === undefined) return undefined;
    const redis = await killedRedis();
    return {
      ...redis,
      settings: { diskFolder: disk.folder },
      mustRefuse: true,
      stop: async () => {
        await redis.stop();
        disk.remove();
      },
    };
  },
  'sqlite-disk-full': async () => {
    const disk = mountSmallDisk(QUEUE_DISK_BYTES);
    if (disk === undefined) return undefined;
    return {
      engine: 'sqlite',
      url: '',
      settings: { diskFolder: disk.folder },
      mustRefuse: true,
      begin: async () => disk.fill(),
      end: async () => disk.empty(),
      stop: async () => disk.remove(),
    };
  },
  'clock-moved-sqlite': async () => ({
    engine: 'sqlite',
    url: '',
    ...movedClock(async () => undefined),
  }),
  'clock-moved-redis': async () => {
    const redis = await startRedis({ appendfsync: 'always' });
    return { engine: 'redis', url: redis.url, ...movedClock(() => redis.stop()) };
  },
  'clock-moved-postgres': async () => {
    const postgres = await startPostgres();
    return { engine: 'postgres', url: postgres.url, ...movedClock(() => postgres.stop()) };
  },
  'cluster-failover': async () => {
    const cluster = await startRedisCluster({ appendfsync: 'always', replicas: 1 });
    return {
      engine: 'cluster',
      url: cluster.nodes.map(({ url }) => url).join(','),
      // Two of three masters hold the queue's slot or not; the vote needs the majority, so one goes.
      begin: () => cluster.lose(cluster.nodes[1] as RedisServer),
      end: () => cluster.untilWhole(),
      stop: () => cluster.stop(),
    };
  },
  /** All its processes stand still: connections stay open and nothing answers. */
  'postgres-stopped': async () => {
    const postgres = await startPostgres();
    let goOn = () => {};
    return {
      engine: 'postgres',
      url: postgres.url,
      mustSpool: true,
      begin: async () => {
        goOn = postgres.hang();
      },
      end: async () => goOn(),
      stop: () => postgres.stop(),
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

/**
 * The clock of producer and worker goes five hours forward, then to two hours before the true time; and at last it
 * comes to where it was, since what was to wait until a time of then runs only when it is that time again.
 */
function movedClock(
  stop: () => Promise<void>,
): Pick<Scenario, 'settings' | 'begin' | 'end' | 'afterwards' | 'stop'> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-clock-'));
  const clockFile = join(folder, 'offset');
  const move = async (hours: number) => writeFileSync(clockFile, String(hours * HOUR_MS));
  return {
    settings: { clockFile },
    begin: () => move(5),
    end: () => move(-2),
    afterwards: () => move(6),
    stop: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
