/** Adds jobs without end, alone and in bulk. Prints `try ID…` before and `added ID…` after each call that was answered. */
import '../../workload/end-with-parent.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BulkJobOptions } from 'bullmq';
import { createRandom, type Random } from '../../harness/random.ts';
import { print } from '../../workload/print.ts';
import { type JobKind, toJobId } from './job-ids.ts';
import { fromEnvironment, openQueue } from './processes.ts';

const LANES = 4;
const BULK_RATIO = 0.1;
const LARGEST_BULK = 20;
const LONGEST_PAUSE_MS = 25;
const LONGEST_DELAY_MS = 200;
/** 0 is none, which goes before all. */
const PRIORITIES = [0, 0, 1, 2, 5] as const;
const KINDS = ['plain', 'plain', 'plain', 'plain', 'plain', 'plain', 'plain', 'flaky', 'late'] as const;
const FILLER = 'x'.repeat(300);

interface Job {
  readonly name: string;
  readonly data: object;
  readonly opts: BulkJobOptions & { readonly jobId: string };
}

const { file, seed } = fromEnvironment();
const queue = openQueue(file);
let stopping = false;

function makeJob(random: Random, lane: string, number: number): Job {
  const priority = random.pick(PRIORITIES);
  const kind: JobKind = random.pick(KINDS);
  const jobId = toJobId({ kind, priority, lane, number });
  const delay = kind === 'late' ? random.between(1, LONGEST_DELAY_MS) : 0;
  return { name: kind, data: { number, filler: FILLER }, opts: { jobId, priority, delay, attempts: 3 } };
}

async function add(jobs: readonly [Job, ...Job[]]): Promise<void> {
  const ids = jobs.map(({ opts }) => opts.jobId).join(' ');
  print('try', ids);
  const [{ name, data, opts }] = jobs;
  await (jobs.length === 1 ? queue.add(name, data, opts) : queue.addBulk([...jobs]));
  print('added', ids);
}

async function runLane(index: number): Promise<void> {
  const random = createRandom(seed + index);
  const lane = `${seed}x${index}`;
  let number = 0;
  const next = (): Job => makeJob(random, lane, (number += 1));
  while (!stopping) {
    const others = random.chance(BULK_RATIO) ? random.between(1, LARGEST_BULK - 1) : 0;
    await add([next(), ...Array.from({ length: others }, next)]);
    await sleep(random.between(0, LONGEST_PAUSE_MS));
  }
}

process.once('SIGTERM', () => {
  stopping = true;
});

await queue.waitUntilReady();
print('ready', '-');
await Promise.all(Array.from({ length: LANES }, (_, index) => runLane(index)));
await queue.close();
