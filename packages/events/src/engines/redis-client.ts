import type { RedisConnection } from '@holdfast/queue';
import type { Cluster, ClusterNode, ClusterOptions, Redis, RedisOptions } from 'ioredis';
import { loadPeer } from './load-peer.ts';

const LONGEST_RECONNECT_DELAY_MS = 2000;

/** ioredis' own types refuse what its options allow. */
type ClusterConstructor = new (nodes: ClusterNode[], options: ClusterOptions) => Cluster;
type RedisConstructor = new (options: RedisOptions | string, more?: RedisOptions) => Redis;

export type AnyRedis = Redis | Cluster;

/** A client of our own, that fails what it cannot send within `timeoutMs`. @throws MissingPeerError */
export async function connectRedis(connection: RedisConnection, timeoutMs: number): Promise<AnyRedis> {
  const manner: RedisOptions = {
    maxRetriesPerRequest: 1,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    retryStrategy: reconnectDelayMs,
  };
  if ('duplicate' in connection) {
    const client = connection as unknown as AnyRedis;
    return client.isCluster
      ? (client as Cluster).duplicate([], { clusterRetryStrategy: reconnectDelayMs })
      : (client as Redis).duplicate(manner);
  }
  const ioredis = await loadPeer('ioredis', () => import('ioredis'));
  const Client = ioredis.Redis as unknown as RedisConstructor;
  const ClusterClient = ioredis.Cluster as unknown as ClusterConstructor;
  if ('cluster' in connection) {
    const { cluster, natMap, ...node } = connection;
    return new ClusterClient(cluster as ClusterNode[], {
      ...(natMap !== undefined && { natMap: { ...natMap } }),
      clusterRetryStrategy: reconnectDelayMs,
      redisOptions: { ...(node as RedisOptions), ...manner },
    });
  }
  const { url, ...rest } = connection as { url?: string };
  const options = { ...(rest as RedisOptions), ...manner };
  return url === undefined ? new Client(options) : new Client(url, options);
}

function reconnectDelayMs(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt - 1, 10), LONGEST_RECONNECT_DELAY_MS);
}
