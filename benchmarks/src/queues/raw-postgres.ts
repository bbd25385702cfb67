/** BullMQ alone on its own PostgreSQL backend. */
import { createPostgresBackend, Queue, Worker } from 'bullmq';
import pg from 'pg';
import { eventOf, RAW_REMOVE_ON_COMPLETE, rawOptions } from './payload.ts';
import { serveQueue } from './serve-queue.ts';

const settings = { connectionString: process.env['BENCH_POSTGRES_URL'], options: '-c search_path=bullmq' };

serveQueue({
  open: async (name, concurrency) => {
    const pool = new pg.Pool({ ...settings, max: 10 });
    const workerPool = new pg.Pool({ ...settings, max: 20 });
    const queue = new Queue(name, { connection: pool as never }, createPostgresBackend as never);
    let worker: Worker | undefined;
    return {
      add: (index) => {
        const event = eventOf(index);
        return queue.add(event.eventType, event, rawOptions(event));
      },
      start: (processed) => {
        const options = {
          connection: workerPool as never,
          concurrency,
          removeOnComplete: RAW_REMOVE_ON_COMPLETE,
        };
        worker = new Worker(name, async () => processed(), options, createPostgresBackend as never);
      },
      close: async () => {
        await worker?.close();
        await queue.close();
        await Promise.all([pool.end(), workerPool.end()]);
      },
    };
  },
});
