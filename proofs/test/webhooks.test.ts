import { expect, it } from 'vitest';
import { createRandom } from '../src/harness/random.ts';
import { runRound } from '../src/webhooks/load-round.ts';

it('a short run of the proof webhooks loses nothing for healthy endpoints and reaches no refused address', async () => {
  const size = { endpoints: 60, seconds: 2, ratePerEndpoint: 0.5 };
  const result = await runRound(size, true, createRandom(7));
  expect(result.violations).toEqual([]);
  expect(result.accepted).toBeGreaterThan(0);
  expect(result.badArrivals).toBeGreaterThan(0);
}, 120_000);
