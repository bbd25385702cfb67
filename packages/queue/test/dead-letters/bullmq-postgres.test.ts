import { systemClock } from '@holdfast/context/clock';
import { type PostgresServer, startPostgres } from '@holdfast/test-servers';
import { createPostgresBackend, Queue, Worker } from 'bullmq';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BulkRuns } from '../../src/dead-letters/bulk-runs.ts';
import { DeadLetterActs } from '../../src/dead-letters/dead-letter-acts.ts';
import { createDeadLetters, type DeadLetters } from '../../src/dead-letters/dead-letters.ts';
import type { EngineQueue, QueueEngine } from '../../src/engines/engine.ts';

type Data = { n: number };

/** The model needs nothing of an engine but BullMQ's own interface: here BullMQ itself over its PostgreSQL backend. */
describe("the dead letters of BullMQ's own PostgreSQL backend", () => {
  let server: PostgresServer;
  let connection: { connectionString: string; migrate: true };
  let queue: Queue<Data>;
  let worker: Worker<Data>;
  let acts: DeadLetterActs;
  let runs: BulkRuns;
  let letters: DeadLetters<Data>;
  let dead: (count: number) => Promise<void>;

  beforeAll(async () => {
    server = await startPostgres();
    connection = { connectionString: await server.createDatabase('dead_letters'), migrate: true };
    const open = <D>(name: string) =>
      new Queue<D>(name, { connection } as never, createPostgresBackend as never);
    queue = open<Data>('q');
    await queue.waitUntilReady();
    const engine = {
      queue: queue as unknown as EngineQueue<Data>,
      sibling: <D>(name: string) => open<D>(name) as unknown as EngineQueue<D>,
    } as QueueEngine<Data>;
    acts = new DeadLetterActs('q');
    runs = new BulkRuns('q');
    const access = { use: <T>(work: (opened: QueueEngine<Data>) => Promise<T>) => work(engine) };
    letters = createDeadLetters({ access, acts, clock: systemClock }, runs);
    worker = new Worker<Data>(
      'q',
      async (job) => {
        throw new Error(job.data.n % 2 === 0 ? `even ${job.data.n}` : `odd one ${job.data.n}`);
      },
      { connection } as never,
      createPostgresBackend as never,
    );
    // What is said when the server ends before its connections.
    queue.on('error', () => {});
    worker.on('error', () => {});
    let failed = 0;
    const waiting: { count: number; resolve: () => void }[] = [];
    worker.on('failed', () => {
      failed += 1;
      for (const one of waiting) if (failed >= one.count) one.resolve();
    });
    dead = (count) =>
      new Promise((resolve) => {
        if (failed >= count) resolve();
        else waiting.push({ count, resolve });
      });
  });
  afterAll(async () => {
    await worker.close();
    await Promise.all([acts.close(), runs.close()]);
    await queue.close();
    await server.stop();
  });

  it('are listed, grouped, redriven, discarded and expired like all others', async () => {
    await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        queue.add(n % 2 === 0 ? 'even' : 'odd', { n }, { jobId: `j-${n}` }),
      ),
    );
    await dead(12);
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await letters.list({ limit: 5, ...(cursor !== undefined && { cursor }) });
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(ids).toHaveLength(12);
    expect(new Set(ids).size).toBe(12);
    const { groups } = await letters.groups();
    expect(groups.map(({ count, error }) => `${count} ${error}`).sort()).toEqual([
      '6 Error: even #',
      '6 Error: odd one #',
    ]);

    const twice = await Promise.allSettled([letters.redrive('j-1'), letters.redrive('j-1')]);
    expect(twice.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await dead(13);
    const filter = { jobName: 'even' };
    expect(await letters.redriveAll({ filter, run: 'r', by: 'ann' })).toMatchObject({ done: 6, skipped: 0 });
    await dead(19);
    expect(await letters.redriveAll({ filter, run: 'r', by: 'ann' })).toMatchObject({ done: 0 });
    expect(await letters.get('j-2')).toMatchObject({ redrives: 1, redriveLog: [{ by: 'ann' }] });
    await letters.discard('j-3', { by: 'bob' });
    expect((await letters.acts({ by: 'bob' })).map(({ act, jobId }) => `${act} ${jobId}`)).toEqual([
      'discard j-3',
    ]);
    expect(await letters.expire({ maxAgeDays: 0 })).toEqual({ expired: 11, more: false });
    expect(await letters.count()).toBe(0);
    expect(await letters.acts({ limit: 100 })).toHaveLength(1 + 6 + 1 + 11);
  });
});
