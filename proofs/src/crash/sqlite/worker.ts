/** Works on jobs until it is killed. Prints `start ID NANOSECONDS` and, when the end is committed, `done ID NANOSECONDS`. */
import '../../workload/end-with-parent.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '../../harness/random.ts';
import { print } from '../../workload/print.ts';
import {
  fromEnvironment,
  LOCK_DURATION_MS,
  MAX_STALLS,
  QUEUE,
  STALLED_INTERVAL_MS,
  sqlite,
} from './processes.ts';

const LONGEST_JOB_MS = 10;

const { file, seed } = fromEnvironment();
const random = createRandom(seed);
/** The same clock in all processes of the machine, so that their lines can be put in order. */
const now = (): bigint => process.hrtime.bigint();

const worker = new sqlite.Worker(
  QUEUE,
  async (job) => {
    print('start', `${job.id} ${now()}`);
    await sleep(random.between(0, LONGEST_JOB_MS));
    if (job.name === 'flaky' && job.attemptsMade === 0) throw new Error('fails at its first attempt');
  },
  {
    connection: { file },
    concurrency: 4,
    lockDuration: LOCK_DURATION_MS,
    stalledInterval: STALLED_INTERVAL_MS,
    maxStalledCount: MAX_STALLS,
  },
);
worker.on('completed', (job) => print('done', `${job.id} ${now()}`));
worker.on('error', (error) => print('error', error.message));

process.once('SIGTERM', () => void worker.close());
await worker.waitUntilReady();
print('ready', '-');
