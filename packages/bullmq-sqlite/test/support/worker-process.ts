/**
 * A process that works on jobs until it is killed: `node worker-process.ts FILE MODE`. It prints `start ID` and
 * `done ID`; with MODE=hang it never ends a job, with MODE=steady it keeps its locks however slow
 * the machine is; else they are short, so that the jobs of a killed one come back soon.
 */
import { withBackend } from 'bullmq';
import { createSqliteBackend } from '../../src/index.ts';

const [, , file = '', mode = ''] = process.argv;
const { Worker } = withBackend(createSqliteBackend);
const worker = new Worker(
  'jobs',
  async (job) => {
    process.stdout.write(`start ${job.id}\n`);
    if (mode === 'hang') await new Promise(() => {});
  },
  {
    connection: { file },
    concurrency: 5,
    lockDuration: mode === 'steady' ? 60_000 : 300,
    stalledInterval: 300,
    maxStalledCount: 1000,
  },
);
worker.on('completed', (job) => process.stdout.write(`done ${job.id}\n`));
worker.on('error', (error) => process.stdout.write(`error ${error.message}\n`));
await worker.waitUntilReady();
process.stdout.write('ready\n');
