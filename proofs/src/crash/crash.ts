import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { redisServer, startRedis } from '@holdfast/test-servers';
import type { Proof, ProofContext, ProofResult } from '../harness/proof.ts';
import { type PlantResult, type Role, startPlant } from '../workload/plant.ts';
import type { Engine } from '../workload/settings.ts';
import { crashOnSqlite } from './sqlite/crash-on-sqlite.ts';

const SHORTEST_ROUND_MS = 200;
const LONGEST_ROUND_MS = 900;
/** So often the next fault does not wait until the process is up again. */
const HURRIED_RATIO = 0.2;

type Victims = readonly Role[];
const VICTIMS: readonly [Victims, ...Victims[]] = [['worker'], ['producer'], ['worker', 'producer']];

/** Kills the worker's and the producer's process at random moments, on each engine. */
export const crash: Proof = {
  claim: 'A killed process loses no accepted job, and every job has its effect exactly once.',
  unit: 'rounds',
  defaultSize: 20,
  engines: ['sqlite'],
  run: async (context) => {
    if (context.engine === 'sqlite') return crashOnSqlite(context);
    const results: Record<string, ProofResult> = { sqlite: await crashOn('sqlite', '', context) };
    if (redisServer() !== undefined) {
      const redis = await startRedis({ appendfsync: 'always' });
      try {
        results['redis'] = await crashOn('redis', redis.url, context);
      } finally {
        await redis.stop();
      }
    }
    return joined(results);
  },
};

async function crashOn(engine: Engine, redisUrl: string, context: ProofContext): Promise<ProofResult> {
  const { size: rounds, progress } = context;
  const random = context.random.fork();
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-proof-'));
  const plant = startPlant({ engine, folder, redisUrl }, random.fork());
  let kills = 0;
  try {
    await plant.ready();
    for (let round = 1; round <= rounds; round += 1) {
      await sleep(random.between(SHORTEST_ROUND_MS, LONGEST_ROUND_MS));
      const victims = random.pick(VICTIMS);
      const hurried = random.chance(HURRIED_RATIO);
      for (const role of victims) await plant.restart(role, hurried);
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

function joined(results: Readonly<Record<string, ProofResult>>): ProofResult {
  const figures: Record<string, number> = {};
  const violations: string[] = [];
  for (const [engine, result] of Object.entries(results)) {
    for (const [name, value] of Object.entries(result.figures)) {
      figures[`${engine}.${name}`] = value;
      figures[name] = (figures[name] ?? 0) + value;
    }
    violations.push(...result.violations.map((violation) => `${engine}: ${violation}`));
  }
  return { figures, violations };
}
