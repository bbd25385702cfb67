import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redisServer, startPostgres, startRedis } from '@holdfast/test-servers';
import type { EventBusOptions } from '../src/index.ts';

export type Where = Pick<EventBusOptions, 'connection' | 'backend'>;

export interface RunningEngine {
  readonly where: Where;
  stop(): Promise<void>;
}

export interface TestEngine {
  readonly name: 'sqlite' | 'redis' | 'postgres';
  readonly available: boolean;
  readonly start: () => Promise<RunningEngine>;
}

/** Every engine the bus runs on: what is promised holds on each of them. */
export const ENGINES: readonly TestEngine[] = [
  { name: 'sqlite', available: true, start: startSqlite },
  { name: 'redis', available: redisServer() !== undefined, start: startRedisEngine },
  { name: 'postgres', available: true, start: startPostgresEngine },
];

export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-events-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

async function startSqlite(): Promise<RunningEngine> {
  const folder = temporaryFolder();
  return { where: { backend: { file: join(folder.path, 'events.db') } }, stop: async () => folder.remove() };
}

async function startRedisEngine(): Promise<RunningEngine> {
  const server = await startRedis({ appendfsync: 'everysec' });
  return { where: { connection: { url: server.url } }, stop: () => server.stop() };
}

async function startPostgresEngine(): Promise<RunningEngine> {
  const server = await startPostgres();
  return { where: { backend: { postgres: { url: server.url } } }, stop: () => server.stop() };
}
