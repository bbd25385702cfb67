import { expect, it } from 'vitest';
import { createRandom } from '../src/harness/random.ts';
import { rollingRestart } from '../src/rolling-restart/rolling-restart.ts';

it('restarts both instances under load without a failed request or a lost payment', async () => {
  const context = { random: createRandom(7), size: 1, store: undefined, progress: () => undefined };
  const { figures, violations } = await rollingRestart.run(context);
  expect(violations).toEqual([]);
  expect(figures).toMatchObject({ restarts: 2, failed: 0, lost: 0, doubled: 0 });
  expect(figures['inFlightAtSigterm']).toBeGreaterThan(0);
  expect(figures['accepted']).toBeGreaterThan(0);
}, 120_000);
