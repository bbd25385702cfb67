import { QueueOptionError } from '../errors.ts';

/** An ioredis client, of one server or a Cluster: it is copied, never used itself, and stays yours to close. */
export interface RedisClientLike {
  duplicate(...overrides: never[]): unknown;
  readonly options: object;
  readonly status: string;
  readonly isCluster?: boolean;
}

/** Where one Redis is; further fields of ioredis' own options are passed on. */
export interface RedisAddress {
  /** `redis://` or `rediss://`, wins over `host` and `port`. */
  url?: string;
  host?: string;
  port?: number;
  username?: string;
  password?: string;
  db?: number;
  tls?: object;
}

/** One server. */
export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** A master that Sentinels watch; further fields of ioredis' own options are passed on. */
export interface RedisSentinels {
  sentinels: readonly RedisNode[];
  /** Of the group of the master. */
  name: string;
  username?: string;
  password?: string;
  sentinelUsername?: string;
  sentinelPassword?: string;
  db?: number;
  tls?: object;
}

/** Some nodes of a Cluster; the others are found through them. */
export interface RedisClusterNodes {
  /** Each a `redis://` or `rediss://` url, or a host and port. */
  cluster: readonly (string | RedisNode)[];
  username?: string;
  password?: string;
  tls?: object;
  /** Where nodes announce addresses that are not reachable from here: what to use instead, by `host:port`. */
  natMap?: Readonly<Record<string, RedisNode>>;
}

type RedisConnection = RedisAddress | RedisSentinels | RedisClusterNodes | RedisClientLike;

const WHAT_IT_MAY_BE =
  '{ url }, { host, port }, { sentinels, name }, { cluster: [...] } or an ioredis client';

export function isRedisClient(connection: RedisConnection): connection is RedisClientLike {
  return 'duplicate' in connection && typeof connection.duplicate === 'function';
}

/** @throws QueueOptionError */
export function checkedConnection(connection: RedisConnection): RedisConnection {
  if (typeof connection !== 'object' || connection === null) {
    throw new QueueOptionError('connection', `must be ${WHAT_IT_MAY_BE}.`);
  }
  if (isRedisClient(connection)) return connection;
  if ('cluster' in connection) return checkedCluster(connection);
  if ('sentinels' in connection) return checkedSentinels(connection);
  const { url, host, port } = connection;
  if (url === undefined && host === undefined && port === undefined) {
    throw new QueueOptionError('connection', `names no server; give ${WHAT_IT_MAY_BE}.`);
  }
  if (url !== undefined) checkUrl('connection.url', url);
  return connection;
}

function checkedCluster(connection: RedisClusterNodes): RedisClusterNodes {
  const { cluster } = connection;
  if (!Array.isArray(cluster) || cluster.length === 0) {
    throw new QueueOptionError('connection.cluster', 'must name one node or more.');
  }
  for (const [index, node] of (cluster as RedisClusterNodes['cluster']).entries()) {
    if (typeof node === 'string') checkUrl(`connection.cluster[${index}]`, node);
    else checkNode(`connection.cluster[${index}]`, node);
  }
  return connection;
}

function checkedSentinels(connection: RedisSentinels): RedisSentinels {
  const { sentinels, name } = connection;
  if (!Array.isArray(sentinels) || sentinels.length === 0) {
    throw new QueueOptionError('connection.sentinels', 'must name one Sentinel or more.');
  }
  for (const [index, node] of (sentinels as readonly RedisNode[]).entries()) {
    checkNode(`connection.sentinels[${index}]`, node);
  }
  if (typeof name !== 'string' || name === '') {
    throw new QueueOptionError('connection.name', 'must be the name of the group of the master.');
  }
  return connection;
}

function checkUrl(option: string, url: unknown): void {
  if (typeof url !== 'string' || !/^rediss?:\/\//.test(url)) {
    throw new QueueOptionError(option, 'must begin with redis:// or rediss://.');
  }
}

function checkNode(option: string, node: RedisNode): void {
  if (typeof node?.host !== 'string' || !Number.isInteger(node.port)) {
    throw new QueueOptionError(option, 'must be { host, port }.');
  }
}
