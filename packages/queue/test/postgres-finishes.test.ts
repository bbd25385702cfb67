/** What becomes of a job whose end PostgreSQL does not take at once: the processor has done its work, and once. */
import { type PostgresServer, startPostgres } from '@holdfast/test-servers';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { createJobQueue, type JobQueue, type JobSettled } from '../src/index.ts';
import { collectFacts } from './facts.ts';

let server: PostgresServer;
let pool: pg.Pool;
let other: pg.PoolClient;
beforeAll(async () => {
  server = await startPostgres();
  pool = new pg.Pool({ connectionString: server.url });
});
afterAll(async () => {
  await pool.end();
  await server.stop();
});
beforeEach(async () => {
  other = await pool.connect();
  onTestFinished(() => other.release(true));
});

function create(queueName: string): JobQueue<string> {
  const queue = createJobQueue<string>({
    queueName,
    backend: { postgres: { url: server.url, options: '-c deadlock_timeout=4s' } as { url: string } },
    enqueueTimeoutMs: 60_000,
    maxRetries: 0,
    concurrency: 1,
  });
  onTestFinished(() => queue.close());
  return queue;
}

async function lock(id: string): Promise<void> {
  const { rowCount } = await other.query('SELECT FROM bullmq.job WHERE id = $1 FOR UPDATE', [id]);
  expect(rowCount).toBe(1);
}

/** The server's process that waits for a row. */
async function waiting(): Promise<number> {
  for (;;) {
    const { rows } = await pool.query(
      "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%move_to_%'",
    );
    const [row] = rows as { pid: number }[];
    if (row !== undefined) return row.pid;
  }
}

it('is completed where the server ends a deadlock at its cost', async () => {
  const queue = create('deadlocks');
  using settled = collectFacts<JobSettled>('holdfast:queue:settled', 'deadlocks');
  await queue.add('any', 'x', { id: 'later', delayMs: 600_000 });
  const runs: string[] = [];
  await queue.startWorker(async ({ id }) => {
    if (runs.push(id) === 2) return;
    // What finishes this job finds the other one due, too.
    await pool.query("UPDATE bullmq.job SET process_at_ms = 1 WHERE id = 'later'");
    await other.query('BEGIN');
    await other.query("SET deadlock_timeout = '1min'");
    await lock('later');
  });
  await queue.add('any', 'x', { id: 'first' });
  await waiting();
  await lock('first');
  await other.query('COMMIT');
  await settled.until((facts) => facts.length === 2);
  expect(runs).toEqual(['first', 'later']);
  expect((await queue.getMetrics()).counts).toMatchObject({ completed: 2, failed: 0 });
});

it('is completed where the connection is lost while the server works on it', async () => {
  const queue = create('losses');
  using settled = collectFacts<JobSettled>('holdfast:queue:settled', 'losses');
  let runs = 0;
  await queue.startWorker(async ({ id }) => {
    runs += 1;
    await other.query('BEGIN');
    await lock(id);
  });
  await queue.add('any', 'x', { id: 'cut' });
  await pool.query('SELECT pg_terminate_backend($1)', [await waiting()]);
  await other.query('COMMIT');
  await settled.until((facts) => facts.length === 1);
  expect(runs).toBe(1);
  expect((await queue.getMetrics()).counts).toMatchObject({ completed: 1, failed: 0 });
});
