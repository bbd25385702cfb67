/** pg-boss, the queue on PostgreSQL that is most in use. */
import { PgBoss } from 'pg-boss';
import { eventOf } from './payload.ts';
import { serveQueue } from './serve-queue.ts';

const LARGEST_BATCH = 50;
const POLL_SECONDS = 0.5;

serveQueue({
  open: async (name, workers) => {
    const boss = new PgBoss({ connectionString: process.env['BENCH_POSTGRES_URL'] ?? '', max: 10 });
    boss.on('error', () => undefined);
    await boss.start();
    await boss.createQueue(name);
    return {
      // The singleton key is its way to refuse the same event twice.
      add: (index) => {
        const event = eventOf(index);
        return boss.send(name, event, { singletonKey: event.eventId, priority: 1, retryLimit: 3 });
      },
      start: async (processed) => {
        const options = { batchSize: Math.min(workers, LARGEST_BATCH), pollingIntervalSeconds: POLL_SECONDS };
        await boss.work(name, options, async (jobs) => {
          for (const _ of jobs) processed();
        });
      },
      close: () => boss.stop({ graceful: true }),
    };
  },
});
