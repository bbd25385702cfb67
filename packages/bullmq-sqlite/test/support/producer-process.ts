/**
 * A process that adds jobs until it is killed or has added `count`: `node producer-process.ts FILE PREFIX COUNT`.
 * It prints the id of each job once the queue has confirmed it.
 */
import { withBackend } from 'bullmq';
import { createSqliteBackend } from '../../src/index.ts';

const [, , file = '', prefix = '', count = '0'] = process.argv;
const { Queue } = withBackend(createSqliteBackend);
const queue = new Queue('jobs', { connection: { file } });

async function addSome(lane: number): Promise<void> {
  for (let n = 0; n < Number(count); n += 1) {
    const { id } = await queue.add(
      'job',
      { n, filler: 'x'.repeat(300) },
      { jobId: `${prefix}-${lane}-${n}` },
    );
    process.stdout.write(`added ${id}\n`);
  }
}

await Promise.all([0, 1, 2, 3].map(addSome));
await queue.close();
