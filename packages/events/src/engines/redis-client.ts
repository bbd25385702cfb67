import type { RedisConnection } from '@holdfast/queue';
import type { Cluster, ClusterNode, ClusterOptions, Redis, RedisOptions } from 'ioredis';
import { EventsUnavailableError } from '../errors.ts';
import { loadPeer } from './load-peer.ts';

const LONGEST_RECONNECT_DELAY_MS = 2000;

/** ioredis' own types refuse what its options allow. */
type ClusterConstructor = new (nodes: ClusterNode[], options: ClusterOptions) => Cluster;
type RedisConstructor = new (options: RedisOptions | string, more?: RedisOptions) => Redis;

export type AnyRedis = Redis | Cluster;

/**
 * A client of our own, connected. It keeps nothing for a server that is away: what was answered with an error must not
 * be sent later.
 * @throws EventsMissingPeerError; EventsUnavailableError where the server is not there within `timeoutMs`
 */
export async function connectRedis(
  connection: RedisConnection,
  timeoutMs: number,
  onError: (error: Error) => void,
): Promise<AnyRedis> {
  const client = await createClient(connection, timeoutMs);
  client.on('error', onError);
  if (client.status === 'ready') return client;
  const timer = Promise.withResolvers<void>();
  const timeout = setTimeout(
    () => timer.reject(new EventsUnavailableError('Redis cannot be reached', timeoutMs)),
    timeoutMs,
  );
  client.once('ready', () => timer.resolve());
  try {
    await timer.promise;
    return client;
  } catch (error) {
    client.disconnect();
    throw error;
  } finally {
    clearTimeout(timeout);
  }
}

async function createClient(connection: RedisConnection, timeoutMs: number): Promise<AnyRedis> {
  const manner: RedisOptions = {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    lazyConnect: false,
    maxRetriesPerRequest: 0,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    retryStrategy: reconnectDelayMs,
  };
  if ('duplicate' in connection) {
    const client = connection as unknown as AnyRedis;
    return client.isCluster
      ? (client as Cluster).duplicate([], {
          enableOfflineQueue: false,
          clusterRetryStrategy: reconnectDelayMs,
        })
      : (client as Redis).duplicate(manner);
  }
  const ioredis = await loadPeer('ioredis', () => import('ioredis'));
  const Client = ioredis.Redis as unknown as RedisConstructor;
  const ClusterClient = ioredis.Cluster as unknown as ClusterConstructor;
  if ('cluster' in connection) {
    const { cluster, natMap, ...node } = connection;
    return new ClusterClient(cluster as ClusterNode[], {
      ...(natMap !== undefined && { natMap: { ...natMap } }),
      enableOfflineQueue: false,
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
