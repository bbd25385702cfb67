import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RedisServer, startRedis } from '@holdfast/test-servers';
import type { Proof } from '../harness/proof.ts';
import { startPlant } from '../workload/plant.ts';

const SHORTEST_UP_MS = 500;
const LONGEST_UP_MS = 2_000;
const LONGEST_DOWN_MS = 3_000;

/** Kills Redis under running producers and workers, and starts it again on the same data and port. */
export const outage: Proof = {
  claim: 'While Redis is killed and restarted, nothing that was accepted is lost, and nothing is done twice.',
  unit: 'rounds',
  defaultSize: 10,
  run: async ({ random, size: rounds, progress }) => {
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
  },
};
