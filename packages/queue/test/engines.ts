import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redisServer, startRedis } from '@holdfast/test-servers';
import type { WebhookQueueOptions } from '../src/index.ts';

export type Where = Pick<WebhookQueueOptions, 'connection' | 'backend'>;

export interface RunningEngine {
  readonly where: Where;
  stop(): Promise<void>;
}

export interface TestEngine {
  readonly name: 'redis' | 'sqlite';
  readonly available: boolean;
  readonly start: () => Promise<RunningEngine>;
}

/** Every engine the queue runs on: what is promised holds on each of them. */
export const ENGINES: readonly TestEngine[] = [
  { name: 'sqlite', available: true, start: startSqlite },
  { name: 'redis', available: redisServer() !== undefined, start: startRedisEngine },
];

async function startSqlite(): Promise<RunningEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-queue-'));
  return {
    where: { backend: { file: join(folder, 'queue.db') } },
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function startRedisEngine(): Promise<RunningEngine> {
  const server = await startRedis();
  return { where: { connection: { url: server.url } }, stop: () => server.stop() };
}
