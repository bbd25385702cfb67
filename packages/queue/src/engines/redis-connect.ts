import type { Cluster, ClusterNode, ClusterOptions, Redis, RedisOptions } from 'ioredis';
import type { RedisConnection } from './engine-choice.ts';
import { loadPeer } from './load-peer.ts';
import { isRedisClient, type RedisClusterNodes } from './redis-location.ts';

const LONGEST_RECONNECT_DELAY_MS = 2000;

export type AnyRedis = Redis | Cluster;

type ClusterConstructor = new (nodes: ClusterNode[], options: ClusterOptions) => Cluster;
/** A Cluster, by the way it is copied; ioredis' own type refuses what its options allow. */
type Duplicable = { duplicate(nodes: ClusterNode[], options: ClusterOptions): Cluster };
type RedisConstructor = new (options: RedisOptions | string, more?: RedisOptions) => Redis;

/** How one kind of connection behaves when the server is away; the same for a server and for a Cluster. */
export interface ConnectionManner {
  /** Of one server, or of each node of a Cluster. */
  readonly node: RedisOptions;
  readonly cluster: ClusterOptions;
}

export interface RedisConnector {
  readonly isCluster: boolean;
  connect(manner: ConnectionManner): AnyRedis;
}

/** Keeps no offline queue, resends nothing, and drops a server that does not answer. */
export function producerManner(enqueueTimeoutMs: number): ConnectionManner {
  const node: RedisOptions = {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: enqueueTimeoutMs,
    socketTimeout: enqueueTimeoutMs,
    retryStrategy: reconnectDelayMs,
    reconnectOnError: (error) => isDemoted(error),
  };
  return {
    node,
    cluster: {
      enableOfflineQueue: false,
      slotsRefreshTimeout: enqueueTimeoutMs,
      clusterRetryStrategy: reconnectDelayMs,
    },
  };
}

/** Waits for the server for ever. */
export const WORKER_MANNER: ConnectionManner = {
  node: {
    maxRetriesPerRequest: null,
    enableOfflineQueue: true,
    retryStrategy: reconnectDelayMs,
    // 2: and the command is sent again.
    reconnectOnError: (error) => (isDemoted(error) ? 2 : false),
  },
  cluster: { enableOfflineQueue: true, clusterRetryStrategy: reconnectDelayMs },
};

/** @throws QueueMissingPeerError */
export async function createConnector(connection: RedisConnection): Promise<RedisConnector> {
  if (isRedisClient(connection)) return copier(connection as unknown as AnyRedis);
  const ioredis = await loadPeer('ioredis', () => import('ioredis'));
  if ('cluster' in connection) {
    const Cluster = ioredis.Cluster as unknown as ClusterConstructor;
    const { cluster, natMap, ...node } = connection;
    const options = natMap === undefined ? {} : { natMap: { ...natMap } };
    return {
      isCluster: true,
      connect: (manner) =>
        new Cluster(startupNodes(cluster), {
          ...options,
          ...clusterOptions(manner, node as RedisOptions),
        }),
    };
  }
  const Redis = ioredis.Redis as unknown as RedisConstructor;
  const { url, ...rest } = connection as { url?: string };
  return {
    isCluster: false,
    connect: (manner) => {
      const options = { ...(rest as RedisOptions), ...manner.node };
      return url === undefined ? new Redis(options) : new Redis(url, options);
    },
  };
}

function copier(client: AnyRedis): RedisConnector {
  if (client.isCluster) {
    return {
      isCluster: true,
      connect: (manner) => (client as Duplicable).duplicate([], clusterOptions(manner)),
    };
  }
  return { isCluster: false, connect: (manner) => (client as Redis).duplicate(manner.node) };
}

function clusterOptions(manner: ConnectionManner, node: RedisOptions = {}): ClusterOptions {
  return { ...manner.cluster, redisOptions: { ...node, ...manner.node } };
}

function startupNodes(nodes: RedisClusterNodes['cluster']): ClusterNode[] {
  return nodes.map((node) => (typeof node === 'string' ? node : { ...node }));
}

/** The master became a replica and kept its connections: the address may mean another server by now. */
function isDemoted({ message }: Error): boolean {
  return message.startsWith('READONLY');
}

function reconnectDelayMs(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt - 1, 10), LONGEST_RECONNECT_DELAY_MS);
}
