import { Queue, Worker } from 'bullmq';
import { eventOf, RAW_REMOVE_ON_COMPLETE, rawOptions } from './payload.ts';
import { serveQueue } from './serve-queue.ts';

const connection = { url: process.env['BENCH_REDIS_URL'] ?? '' };

serveQueue({
  open: async (name, concurrency) => {
    const queue = new Queue(name, { connection });
    await queue.waitUntilReady();
    let worker: Worker | undefined;
    return {
      add: (index) => {
        const event = eventOf(index);
        return queue.add(event.eventType, event, rawOptions(event));
      },
      start: (processed) => {
        worker = new Worker(name, async () => processed(), {
          connection,
          concurrency,
          removeOnComplete: RAW_REMOVE_ON_COMPLETE,
        });
      },
      close: async () => {
        await worker?.close();
        await queue.close();
      },
    };
  },
});
