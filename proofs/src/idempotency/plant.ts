/** The store, the servers that share it, and how they are hurt. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startPostgres, startRedis } from '@holdfast/test-servers';
import { type LineProcess, startLineProcess } from '../harness/line-process.ts';
import type { Random } from '../harness/random.ts';
import { startCuttingProxy } from './cutting-proxy.ts';
import { openSqlite, preparePostgres, readFileEffects, readPostgresEffects } from './effects.ts';
import type { Effect } from './kinds.ts';

/** Where the records are, as the servers reach them. */
interface Backing {
  readonly target: string;
  /** Breaks connections between servers and store. @returns how many */
  cut(random: Random): number;
  effects(): Promise<readonly Effect[]> | readonly Effect[];
  close(): Promise<void>;
}

export interface Plant {
  /** The ports of the servers; one that is being started again refuses connections. */
  readonly ports: readonly number[];
  /** SIGKILLs one server and starts it again. */
  kill(index: number): Promise<void>;
  cut(random: Random): number;
  effects(): Promise<readonly Effect[]>;
  close(): Promise<void>;
}

const SERVERS = 3;
const CUT_SHARE = 0.3;
const LARGEST_SEED = 2 ** 31;

export async function startPlant(store: string, random: Random): Promise<Plant> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-proof-'));
  const file = join(folder, 'effects.log');
  const backing = await startBacking(store, folder, file);
  // What one process remembers another cannot know, and a kill forgets.
  const ports = await Promise.all(Array.from({ length: store === 'memory' ? 1 : SERVERS }, freePort));
  const start = (port: number): Promise<LineProcess> =>
    startServer({
      STORE: store,
      TARGET: backing.target,
      EFFECTS: file,
      PORT: String(port),
      SEED: String(random.between(0, LARGEST_SEED)),
    });
  const servers = await Promise.all(ports.map(start));
  return {
    ports,
    kill: async (index) => {
      await servers[index]?.kill();
      servers[index] = await start(ports[index] ?? 0);
    },
    cut: (random) => backing.cut(random),
    effects: async () => backing.effects(),
    close: async () => {
      await Promise.all(servers.map((server) => server.kill()));
      await backing.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startBacking(store: string, folder: string, file: string): Promise<Backing> {
  const inFile = { effects: () => readFileEffects(file), cut: () => 0, close: async () => undefined };
  if (store === 'memory') return { ...inFile, target: '' };
  if (store === 'sqlite') {
    const db = openSqlite(join(folder, 'store.db'));
    const effects = () => db.prepare('SELECT key, id FROM effects').all() as Effect[];
    return { ...inFile, target: join(folder, 'store.db'), effects, close: async () => void db.close() };
  }
  const isRedis = store === 'redis';
  const server = isRedis ? await startRedis({ appendfsync: 'everysec' }) : await startPostgres();
  if (!isRedis) await preparePostgres(server.url);
  const proxy = await startCuttingProxy(server.port);
  return {
    target: server.url.replace(`:${server.port}`, `:${proxy.port}`),
    cut: (random) => proxy.cut(() => random.chance(CUT_SHARE)),
    effects: () => (isRedis ? readFileEffects(file) : readPostgresEffects(server.url)),
    close: async () => {
      await proxy.close();
      await server.stop();
    },
  };
}

async function startServer(env: Readonly<Record<string, string>>): Promise<LineProcess> {
  const ready = Promise.withResolvers<void>();
  const server = startLineProcess(new URL('./server.ts', import.meta.url), env, () => ready.resolve());
  const limit = setTimeout(() => ready.reject(new Error(`no server: ${server.errors()}`)), 60_000);
  await ready.promise.finally(() => clearTimeout(limit));
  return server;
}
