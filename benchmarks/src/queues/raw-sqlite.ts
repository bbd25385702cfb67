import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createSqliteBackend } from '@holdfast/bullmq-sqlite';
import { withBackend } from 'bullmq';
import { eventOf, RAW_REMOVE_ON_COMPLETE, rawOptions } from './payload.ts';
import { serveQueue } from './serve-queue.ts';

const { Queue, Worker } = withBackend(createSqliteBackend);

serveQueue({
  open: async (name, concurrency) => {
    const folder = join(process.env['BENCH_SQLITE_FOLDER'] ?? '', `raw-${name}`);
    mkdirSync(folder);
    const connection = { file: join(folder, 'queue.db') };
    const queue = new Queue(name, { connection });
    await queue.waitUntilReady();
    let closeWorker = async (): Promise<void> => undefined;
    return {
      add: (index) => {
        const event = eventOf(index);
        return queue.add(event.eventType, event, rawOptions(event));
      },
      start: (processed) => {
        const worker = new Worker(name, async () => processed(), {
          connection,
          concurrency,
          removeOnComplete: RAW_REMOVE_ON_COMPLETE,
        });
        closeWorker = () => worker.close();
      },
      close: async () => {
        await closeWorker();
        await queue.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
});
