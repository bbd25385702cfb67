/**
 * Processes events and makes each one's effect through `runOnce`. It is slow at random, before and after the effect,
 * so that a kill finds it in every state, and it fails at random, before and after. Prints `again ID` where the effect
 * was there already.
 */
import './end-with-parent.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { runOnce } from '@holdfast/idempotency';
import { createRandom } from '../harness/random.ts';
import { openEffects } from './effects.ts';
import { print } from './print.ts';
import { fromEnvironment, openQueue } from './settings.ts';

const LONGEST_STEP_MS = 15;
const FAILURE_RATIO = 0.05;

const settings = fromEnvironment();
const random = createRandom(settings.seed);
const effects = openEffects(settings.folder);
const queue = openQueue(settings);

/** A failure of the kind that is tried again. */
function failAtRandom(): void {
  if (random.chance(FAILURE_RATIO))
    throw Object.assign(new Error('connection reset'), { code: 'ECONNRESET' });
}

async function end(): Promise<never> {
  await queue.close();
  effects.db.close();
  process.exit(0);
}

process.once('SIGTERM', () => void end());

await queue.startWorker(async (job) => {
  await sleep(random.between(0, LONGEST_STEP_MS));
  failAtRandom();
  const { ran } = runOnce(job.data.eventId, { db: effects.db }, () => effects.record(job.data.eventId));
  if (!ran) print('again', job.data.eventId);
  await sleep(random.between(0, LONGEST_STEP_MS));
  failAtRandom();
});
print('ready', '-');
