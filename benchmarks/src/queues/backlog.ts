/** BullMQ on SQLite with a backlog that stays: as many jobs are added in a round as are processed. */
import { createSqliteBackend } from '@holdfast/bullmq-sqlite';
import { withBackend } from 'bullmq';
import { answerParent } from '../harness/answer-parent.ts';
import { eventOf, RAW_REMOVE_ON_COMPLETE, rawOptions } from './payload.ts';
import {
  type MeasuredQueue,
  type RoundAnswer,
  type RoundQuestion,
  timeAdds,
  timeProcessing,
} from './serve-queue.ts';

const BULK = 1_000;
const QUEUE = 'backlog';

const { Queue, Worker } = withBackend(createSqliteBackend);
const connection = { file: process.env['BENCH_SQLITE_FILE'] ?? '' };
const queue = new Queue(QUEUE, { connection });
await queue.waitUntilReady();
let added = 0;

answerParent({
  /** Adds so many jobs in bulk and answers how many are waiting. */
  fill: async (jobs: number) => {
    for (const end = added + jobs; added < end; ) {
      await queue.addBulk(Array.from({ length: BULK }, () => jobOf((added += 1))));
    }
    const counts = await queue.getJobCounts('waiting', 'prioritized');
    return Object.values(counts).reduce((sum, count) => sum + count, 0);
  },
  round: async ({ jobs, adders, workers }: Omit<RoundQuestion, 'name'>): Promise<RoundAnswer> => {
    globalThis.gc?.();
    const measured = measuredQueue(workers);
    const addedPerSecond = await timeAdds(measured, jobs, adders);
    const processedPerSecond = await timeProcessing(measured, jobs);
    await measured.close();
    return { addedPerSecond, processedPerSecond };
  },
});

function jobOf(index: number): { name: string; data: object; opts: ReturnType<typeof rawOptions> } {
  const event = eventOf(index);
  return { name: event.eventType, data: event, opts: rawOptions(event) };
}

function measuredQueue(concurrency: number): MeasuredQueue {
  let close = async (): Promise<void> => undefined;
  return {
    add: () => {
      const { name, data, opts } = jobOf((added += 1));
      return queue.add(name, data, opts);
    },
    start: (processed) => {
      const options = { connection, concurrency, removeOnComplete: RAW_REMOVE_ON_COMPLETE };
      const worker = new Worker(QUEUE, async () => processed(), options);
      close = () => worker.close();
    },
    close: () => close(),
  };
}
