import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createJobQueue, type JobQueue } from '../src/index.ts';
import { type PostgresAndPool, startPostgresAndPool } from './postgres.ts';

let postgres: PostgresAndPool;
beforeAll(async () => {
  postgres = await startPostgresAndPool();
});
afterAll(() => postgres.stop());

async function create(queueName: string): Promise<JobQueue<unknown>> {
  const queue = createJobQueue<unknown>({
    queueName,
    backend: { postgres: { url: postgres.url } },
    enqueueTimeoutMs: 60_000,
  });
  onTestFinished(() => queue.close());
  await queue.ready();
  return queue;
}

const transactions = async (queueName: string) => {
  const { rows } = await postgres.pool.query(
    'SELECT count(DISTINCT xmin::text)::int AS n, count(*)::int AS jobs FROM bullmq.job WHERE queue LIKE $1',
    [`%${queueName}`],
  );
  return rows[0] as { n: number; jobs: number };
};

it('stores what is added at once in a few transactions, in the order in which it was added', async () => {
  const queue = await create('many');
  const added = await Promise.all(
    Array.from({ length: 1200 }, (_, n) => queue.add('job', { n }, { id: `j${n}` })),
  );
  expect(added.every(({ status }) => status === 'queued')).toBe(true);
  expect(await transactions('many')).toEqual({ n: 3, jobs: 1200 });
  const { rows } = await postgres.pool.query(
    "SELECT data ->> 'n' AS n FROM bullmq.job WHERE queue LIKE '%many' ORDER BY seq",
  );
  expect(rows.map(({ n }) => Number(n))).toEqual(Array.from({ length: 1200 }, (_, n) => n));
});

it('says of each whether it was new, also of two with one id that are added at once', async () => {
  const queue = await create('twice');
  await queue.add('job', 1, { id: 'old' });
  const added = await Promise.all(
    ['old', 'a', 'b', 'a'].map((id) => queue.add('job', { id }, { id, delayMs: 60_000 })),
  );
  expect(added.map(({ status }) => status)).toEqual(['duplicate', 'queued', 'queued', 'duplicate']);
  expect((await queue.getMetrics()).counts).toMatchObject({ waiting: 1, delayed: 2 });
});

it('keeps priority, delay and retries of each of many', async () => {
  const queue = await create('options');
  await Promise.all([
    queue.add('low', {}, { priority: 9, maxRetries: 7 }),
    queue.add('high', {}, { priority: 1 }),
    queue.add('later', {}, { delayMs: 60_000 }),
  ]);
  const { rows } = await postgres.pool.query(
    "SELECT name, state::text, priority, delay_ms::int, max_attempts FROM bullmq.job WHERE queue LIKE '%options' ORDER BY seq",
  );
  expect(rows).toEqual([
    { name: 'low', state: 'waiting', priority: 9, delay_ms: 0, max_attempts: 8 },
    { name: 'high', state: 'waiting', priority: 1, delay_ms: 0, max_attempts: 4 },
    { name: 'later', state: 'delayed', priority: 0, delay_ms: 60_000, max_attempts: 4 },
  ]);
});

it('fails the one job alone that the database refuses', async () => {
  const queue = await create('guilty');
  await postgres.pool.query("ALTER TABLE bullmq.job ADD CONSTRAINT no_bad_name CHECK (name <> 'bad')");
  const added = await Promise.allSettled(['a', 'bad', 'b'].map((name) => queue.add(name, {})));
  expect(added.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await transactions('guilty')).toMatchObject({ jobs: 2 });
});

it('stores what was added before it was closed', async () => {
  const queue = await create('closing');
  const adding = Promise.all(Array.from({ length: 700 }, (_, n) => queue.add('job', { n })));
  await queue.close();
  expect((await adding).every(({ status }) => status === 'queued')).toBe(true);
  expect(await transactions('closing')).toMatchObject({ jobs: 700 });
});
