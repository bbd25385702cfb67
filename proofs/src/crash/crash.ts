import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { redisServer, startPostgres, startRedis } from '@holdfast/test-servers';
import { joinResults } from '../harness/join-results.ts';
import type { Proof, ProofContext, ProofResult } from '../harness/proof.ts';
import { type PlantResult, type Role, startPlant } from '../workload/plant.ts';
import type { Engine } from '../workload/settings.ts';
import { crashOnSqlite } from './sqlite/crash-on-sqlite.ts';

const SHORTEST_ROUND_MS = 200;
const LONGEST_ROUND_MS = 900;
/** So often the next fault does not wait until the process is up again. */
const HURRIED_RATIO = 0.2;

type Victim = Role | 'server';
type Victims = readonly Victim[];
const PROCESSES: readonly [Victims, ...Victims[]] = [['worker'], ['producer'], ['worker', 'producer']];
const WITH_SERVER: readonly [Victims, ...Victims[]] = [...PROCESSES, ['server'], ['server', 'worker']];

/** What holds the jobs, and is a process of its own on some engines. */
interface Server {
  readonly engine: Engine;
  readonly url: string;
  /** SIGKILL, and a start on the same data; undefined where there is no process. */
  readonly restart: (() => Promise<void>) | undefined;
  stop(): Promise<void>;
}

const SERVERS: Readonly<Record<string, () => Promise<Server | undefined>>> = {
  sqlite: async () => ({ engine: 'sqlite', url: '', restart: undefined, stop: async () => undefined }),
  redis: startRedisServer,
  postgres: startPostgresServer,
};

/** Kills the worker's, the producer's and the server's process at random moments, on each engine. */
export const crash: Proof = {
  claim: 'A killed process loses no accepted job, and every job has its effect exactly once.',
  unit: 'rounds',
  defaultSize: 20,
  stores: ['all', 'sqlite', 'redis', 'postgres'],
  run: async (context) => {
    const results: Record<string, ProofResult> = {};
    const isChosen = (name: string) => [undefined, 'all', name].includes(context.store);
    for (const [name, start] of Object.entries(SERVERS)) {
      if (!isChosen(name)) continue;
      const server = await start();
      if (server === undefined) continue;
      try {
        results[name] = await crashOn(server, context);
      } finally {
        await server.stop();
      }
    }
    if (isChosen('sqlite')) results['bullmq on sqlite'] = await crashOnSqlite(context);
    return joinResults(results);
  },
};

async function startRedisServer(): Promise<Server | undefined> {
  if (redisServer() === undefined) return undefined;
  let redis = await startRedis({ appendfsync: 'always' });
  const { url, port, directory } = redis;
  return {
    engine: 'redis',
    url,
    restart: async () => {
      await redis.kill();
      redis = await startRedis({ appendfsync: 'always', port, directory });
    },
    stop: () => redis.stop(),
  };
}

async function startPostgresServer(): Promise<Server> {
  const postgres = await startPostgres();
  return {
    engine: 'postgres',
    url: postgres.url,
    restart: async () => {
      await postgres.kill();
      await postgres.restart();
    },
    stop: () => postgres.stop(),
  };
}

async function crashOn(server: Server, context: ProofContext): Promise<ProofResult> {
  const { size: rounds, progress } = context;
  const { engine } = server;
  const random = context.random.fork();
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-proof-'));
  const plant = startPlant({ engine, folder, redisUrl: server.url }, random.fork());
  let kills = 0;
  try {
    await plant.ready();
    for (let round = 1; round <= rounds; round += 1) {
      await sleep(random.between(SHORTEST_ROUND_MS, LONGEST_ROUND_MS));
      const victims = random.pick(server.restart === undefined ? PROCESSES : WITH_SERVER);
      const hurried = random.chance(HURRIED_RATIO);
      for (const victim of victims) {
        if (victim === 'server') await server.restart?.();
        else await plant.restart(victim, hurried);
      }
      kills += victims.length;
      progress(
        `${engine}: round ${round} of ${rounds}, ${kills} kills, ${plant.history.accepted.size} accepted`,
      );
    }
    progress(`${engine}: draining`);
    const { figures, violations }: PlantResult = await plant.finish();
    return { figures: { kills, ...figures }, violations: [...violations, ...emptyRun(figures)] };
  } finally {
    await plant.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A run in which nothing was at stake shows nothing. */
function emptyRun(figures: Readonly<Record<string, number>>): string[] {
  return figures['accepted'] === 0 ? ['no event was accepted at all'] : [];
}
