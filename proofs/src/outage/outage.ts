import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RedisServer, startRedis } from '@holdfast/test-servers';
import { joinResults } from '../harness/join-results.ts';
import type { Proof, ProofContext, ProofResult } from '../harness/proof.ts';
import { startPlant } from '../workload/plant.ts';
import { SCENARIOS } from './scenarios.ts';
import { runScenario } from './spooling.ts';

const SHORTEST_UP_MS = 500;
const LONGEST_UP_MS = 2_000;
const LONGEST_DOWN_MS = 3_000;

/** An outage of a scenario lasts so long for each round, ten rounds being half a minute. */
const OUTAGE_OF_A_ROUND_MS = 3_000;
const RESTARTS = 'redis-restarts';

/** Takes the server away under running producers and workers, in several ways. */
export const outage: Proof = {
  claim: 'While the server is away, nothing that was accepted is lost, and nothing is done twice.',
  unit: 'rounds',
  defaultSize: 10,
  stores: ['all', RESTARTS, ...Object.keys(SCENARIOS)],
  run: async (context) => {
    const results: Record<string, ProofResult> = {};
    const chosen = (name: string) => ['all', name, undefined].includes(context.store);
    if (chosen(RESTARTS)) results[RESTARTS] = await restarts(context);
    for (const [name, start] of Object.entries(SCENARIOS)) {
      if (!chosen(name)) continue;
      const scenario = await start();
      if (scenario === undefined) {
        const text = `${name}: left out, a small disk cannot be mounted here`;
        context.progress(text);
        // What a person is told, a machine would not read.
        if (process.env['CI'] !== undefined) results[name] = { figures: {}, violations: [text] };
        continue;
      }
      try {
        results[name] = await runScenario(name, scenario, context.size * OUTAGE_OF_A_ROUND_MS, context);
      } finally {
        await scenario.stop();
      }
    }
    return joinResults(results);
  },
};

/** Kills Redis again and again, and starts it on the same data and port; the producer delivers again what was refused. */
async function restarts({ random, size: rounds, progress }: ProofContext): Promise<ProofResult> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-proof-'));
  let redis: RedisServer = await startRedis({ appendfsync: 'always' });
  const { port, directory, url } = redis;
  const plant = startPlant({ engine: 'redis', folder, redisUrl: url }, random.fork());
  try {
    await plant.ready();
    for (let round = 1; round <= rounds; round += 1) {
      await sleep(random.between(SHORTEST_UP_MS, LONGEST_UP_MS));
      await redis.kill();
      await sleep(random.between(0, LONGEST_DOWN_MS));
      redis = await startRedis({ appendfsync: 'always', port, directory });
      progress(`round ${round} of ${rounds}, ${plant.history.accepted.size} accepted`);
    }
    await sleep(LONGEST_UP_MS);
    progress('draining');
    const { figures, violations } = await plant.finish();
    const idle = figures['refusals'] === 0 ? ['no delivery met the outage: nothing was shown'] : [];
    return { figures: { outages: rounds, ...figures }, violations: [...violations, ...idle] };
  } finally {
    await plant.stop();
    await redis.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
