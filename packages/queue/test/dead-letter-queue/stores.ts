import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redisServer, startPostgres, startRedis } from '@holdfast/test-servers';
import type { DeadLetterQueueOptions } from '../../src/index.ts';

export type LetterPlace = Pick<DeadLetterQueueOptions, 'redisUrl' | 'backend'>;

export interface RunningStore {
  readonly place: LetterPlace;
  /** Ends the store, or takes it away, so that it cannot be reached any more. */
  stop(): Promise<void>;
}

export interface TestStore {
  readonly name: string;
  readonly available: boolean;
  readonly start: () => Promise<RunningStore>;
}

/** Every store of a `DeadLetterQueue`: what is promised holds on each of them. */
export const STORES: readonly TestStore[] = [
  { name: 'sqlite', available: true, start: startSqlite },
  { name: 'redis', available: redisServer() !== undefined, start: startRedisStore },
  { name: 'postgres', available: true, start: startPostgresStore },
];

async function startSqlite(): Promise<RunningStore> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-dlq-'));
  return {
    place: { backend: { file: join(folder, 'sub', 'letters.db') } },
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function startRedisStore(): Promise<RunningStore> {
  const server = await startRedis();
  return { place: { redisUrl: server.url }, stop: () => server.stop() };
}

async function startPostgresStore(): Promise<RunningStore> {
  const server = await startPostgres();
  const url = await server.createDatabase(`dlq_${randomUUID().replaceAll('-', '')}`);
  return { place: { backend: { postgres: { url } } }, stop: () => server.stop() };
}
