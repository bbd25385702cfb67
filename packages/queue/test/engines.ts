import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  redisServer,
  startPostgres,
  startRedis,
  startRedisCluster,
  startRedisWithSentinel,
} from '@holdfast/test-servers';
import type { WebhookQueueOptions } from '../src/index.ts';

export type Where = Pick<WebhookQueueOptions, 'connection' | 'backend'>;

export interface RunningEngine {
  readonly where: Where;
  stop(): Promise<void>;
}

export interface TestEngine {
  readonly name: 'redis' | 'redis cluster' | 'redis sentinel' | 'sqlite' | 'postgres';
  readonly available: boolean;
  readonly start: () => Promise<RunningEngine>;
}

const hasRedis = redisServer() !== undefined;

/** Every engine the queue runs on: what is promised holds on each of them. */
export const ENGINES: readonly TestEngine[] = [
  { name: 'sqlite', available: true, start: startSqlite },
  { name: 'redis', available: hasRedis, start: startRedisEngine },
  { name: 'redis cluster', available: hasRedis, start: startCluster },
  { name: 'redis sentinel', available: hasRedis, start: startSentinel },
  { name: 'postgres', available: true, start: startPostgresEngine },
];

/** For what takes long and does not depend on how Redis is reached. */
export const STORES: readonly TestEngine[] = ENGINES.filter(
  ({ name }) => name === 'sqlite' || name === 'redis' || name === 'postgres',
);

async function startSqlite(): Promise<RunningEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-queue-'));
  return {
    where: { backend: { file: join(folder, 'queue.db') } },
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function startRedisEngine(): Promise<RunningEngine> {
  const server = await startRedis({ appendfsync: 'everysec' });
  return { where: { connection: { url: server.url } }, stop: () => server.stop() };
}

async function startCluster(): Promise<RunningEngine> {
  const cluster = await startRedisCluster({ appendfsync: 'everysec' });
  const nodes = cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
  return { where: { connection: { cluster: nodes } }, stop: () => cluster.stop() };
}

async function startSentinel(): Promise<RunningEngine> {
  const group = await startRedisWithSentinel();
  const { sentinels, name } = group;
  return { where: { connection: { sentinels, name } }, stop: () => group.stop() };
}

async function startPostgresEngine(): Promise<RunningEngine> {
  const server = await startPostgres();
  return { where: { backend: { postgres: { url: server.url } } }, stop: () => server.stop() };
}
