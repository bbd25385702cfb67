import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { type RedisServer, type RedisServerOptions, startRedis } from './redis.ts';
import { redisCli as cli, tryRedisCli as tryCli } from './redis-cli.ts';

export interface RedisClusterOptions extends Pick<RedisServerOptions, 'appendfsync'> {
  /** For each master. Default 0. */
  replicas?: 0 | 1;
}

export interface RedisCluster {
  /** Masters first; a replica may be a master after a failover. */
  readonly nodes: readonly RedisServer[];
  /** Kills a node, which its replica notices soon: till then one that is slow on a busy machine is not away. */
  lose(node: RedisServer): Promise<void>;
  /** Resolves when every slot is served again, as after a failover. */
  untilWhole(): Promise<void>;
  /** Ends every server and removes their folders. */
  stop(): Promise<void>;
}

const MASTERS = 3;
/** How long a node may be away, and how long when one was killed. */
const NODE_TIMEOUT_MS = 15_000;
const NODE_TIMEOUT_AFTER_LOSS_MS = 1000;
const READY_LIMIT_MS = 30_000;
const POLL_MS = 50;

/** Starts a private Cluster of three masters on loopback and answers when it accepts commands for every slot. */
export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const { appendfsync = 'no', replicas = 0 } = options;
  const nodes: RedisServer[] = [];
  for (let index = 0; index < MASTERS * (replicas + 1); index += 1) {
    nodes.push(await startNode(appendfsync));
  }
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  cli('--cluster', 'create', ...addresses, '--cluster-replicas', String(replicas), '--cluster-yes');
  await untilAllReady(nodes, MASTERS * (replicas + 1));
  if (replicas > 0) await untilReplicasInSync(nodes.slice(MASTERS));
  return {
    nodes,
    lose: async (node) => {
      await node.kill();
      const setting = ['config', 'set', 'cluster-node-timeout', String(NODE_TIMEOUT_AFTER_LOSS_MS)];
      for (const { port } of nodes) tryCli('-p', String(port), ...setting);
    },
    untilWhole: () => untilWhole(nodes),
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

async function startNode(appendfsync: 'no' | 'everysec' | 'always', triesLeft = 3): Promise<RedisServer> {
  // Without the last, a master lets its replica wait for five seconds before it sends what it has.
  const settings = `--cluster-enabled yes --cluster-node-timeout ${NODE_TIMEOUT_MS} --repl-diskless-sync-delay 0`;
  const args = settings.split(' ');
  try {
    return await startRedis({ appendfsync, args: [...args, '--cluster-port', String(await freePort())] });
  } catch (error) {
    // Somebody may have taken a port that was free a moment ago.
    if (triesLeft === 0) throw error;
    return startNode(appendfsync, triesLeft - 1);
  }
}

async function untilAllReady(nodes: readonly RedisServer[], size: number): Promise<void> {
  const deadline = performance.now() + READY_LIMIT_MS;
  for (const { port } of nodes) {
    for (;;) {
      const info = cli('-p', String(port), 'cluster', 'info');
      if (info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${size}`)) break;
      if (performance.now() > deadline) throw new Error(`The cluster was not ready in time:\n${info}`);
      await sleep(POLL_MS);
    }
  }
}

async function untilWhole(nodes: readonly RedisServer[]): Promise<void> {
  const deadline = performance.now() + READY_LIMIT_MS;
  for (;;) {
    const states = nodes.map(({ port }) => tryCli('-p', String(port), 'cluster', 'info'));
    const alive = states.filter((info) => info.includes('cluster_state:'));
    if (alive.length > 0 && alive.every((info) => info.includes('cluster_state:ok'))) return;
    if (performance.now() > deadline) throw new Error(`The cluster was not whole in time:\n${alive[0]}`);
    await sleep(POLL_MS);
  }
}

/** A replica that never had the data of its master does not take over from it, and the Cluster stays down. */
async function untilReplicasInSync(replicas: readonly RedisServer[]): Promise<void> {
  const deadline = performance.now() + READY_LIMIT_MS;
  for (const { port } of replicas) {
    for (;;) {
      const info = cli('-p', String(port), 'info', 'replication');
      if (info.includes('master_link_status:up')) break;
      if (performance.now() > deadline) throw new Error(`A replica was not in sync in time:\n${info}`);
      await sleep(POLL_MS);
    }
  }
}
