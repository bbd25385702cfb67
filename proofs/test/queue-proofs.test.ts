import { redisServer } from '@holdfast/test-servers';
import { describe, expect, it } from 'vitest';
import { crash } from '../src/crash/crash.ts';
import type { Proof } from '../src/harness/proof.ts';
import { createRandom } from '../src/harness/random.ts';
import { outage } from '../src/outage/outage.ts';

const LIMIT_MS = 120_000;

/** A run of seconds, so that a proof that no longer runs, or no longer holds at all, is found with the tests. */
async function shortRun(proof: Proof, store: string, size: number): Promise<readonly string[]> {
  const { violations } = await proof.run({ random: createRandom(7), size, store, progress: () => undefined });
  return violations;
}

describe('a short run of the proof', () => {
  it.skipIf(redisServer() === undefined)(
    'crash holds on Redis',
    async () => expect(await shortRun(crash, 'redis', 3)).toEqual([]),
    LIMIT_MS,
  );
  it(
    'crash holds on PostgreSQL',
    async () => expect(await shortRun(crash, 'postgres', 3)).toEqual([]),
    LIMIT_MS,
  );
  it.skipIf(redisServer() === undefined)(
    'outage holds on a Redis that is killed',
    async () => expect(await shortRun(outage, 'redis-killed', 1)).toEqual([]),
    LIMIT_MS,
  );
});
