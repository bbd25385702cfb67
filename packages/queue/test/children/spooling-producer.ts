/** Adds jobs without end to a server that is away, and prints the name of each once it is kept. To be killed. */
import { writeSync } from 'node:fs';
import { createJobQueue, type JobQueueOptions } from '../../src/index.ts';

const queue = createJobQueue<number>(JSON.parse(process.argv[2] ?? '') as JobQueueOptions<number>);
for (let index = 0; ; index += 1) {
  const name = `child-${index}`;
  const { status } = await queue.add(name, index, { id: name });
  if (status === 'spooled') writeSync(1, `${name}\n`);
}
