/** What becomes of a job whose end the store does not take at once: the processor has done its work, and once. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RedisServer, redisServer, startRedis } from '@holdfast/test-servers';
import Database from 'better-sqlite3';
import { Redis } from 'ioredis';
import type { PoolClient } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createJobQueue, type JobQueue, type JobQueueOptions, type JobSettled } from '../src/index.ts';
import { collectFacts } from './facts.ts';
import { type PostgresAndPool, startPostgresAndPool } from './postgres.ts';

/** With one attempt for each job, so that one that is done and taken for failed is dead. */
function create(options: Partial<JobQueueOptions<string>>): JobQueue<string> {
  const queue = createJobQueue<string>({
    queueName: 'ends',
    enqueueTimeoutMs: 60_000,
    maxRetries: 0,
    concurrency: 1,
    onWarning: () => undefined,
    ...options,
  });
  onTestFinished(() => queue.close());
  return queue;
}

describe('on PostgreSQL', () => {
  let postgres: PostgresAndPool;
  let other: PoolClient;
  beforeAll(async () => {
    postgres = await startPostgresAndPool();
  });
  afterAll(() => postgres.stop());
  beforeEach(async () => {
    other = await postgres.pool.connect();
    onTestFinished(() => other.release(true));
  });

  const at = (options = '') => ({ backend: { postgres: { url: postgres.url, options } as { url: string } } });

  async function lock(id: string): Promise<void> {
    const { rowCount } = await other.query('SELECT FROM bullmq.job WHERE id = $1 FOR UPDATE', [id]);
    expect(rowCount).toBe(1);
  }

  /** The server's process that waits for a row. */
  async function waiting(): Promise<number> {
    for (;;) {
      const { rows } = await postgres.pool.query(
        "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%move_to_%'",
      );
      const [row] = rows as { pid: number }[];
      if (row !== undefined) return row.pid;
    }
  }

  it('is completed where the server ends a deadlock at its cost', async () => {
    const queue = create({ queueName: 'deadlocks', ...at('-c deadlock_timeout=4s') });
    using settled = collectFacts<JobSettled>('holdfast:queue:settled', 'deadlocks');
    await queue.add('any', 'x', { id: 'later', delayMs: 600_000 });
    const runs: string[] = [];
    await queue.startWorker(async ({ id }) => {
      if (runs.push(id) === 2) return;
      // What finishes this job finds the other one due, too.
      await postgres.pool.query("UPDATE bullmq.job SET process_at_ms = 1 WHERE id = 'later'");
      await other.query('BEGIN');
      await other.query("SET deadlock_timeout = '1min'");
      await lock('later');
    });
    await queue.add('any', 'x', { id: 'first' });
    await waiting();
    await lock('first');
    await other.query('COMMIT');
    await settled.count(2);
    expect(runs).toEqual(['first', 'later']);
    expect((await queue.getMetrics()).counts).toMatchObject({ completed: 2, failed: 0 });
  });

  it('is completed where the connection is lost while the server works on it', async () => {
    const queue = create({ queueName: 'losses', ...at() });
    using settled = collectFacts<JobSettled>('holdfast:queue:settled', 'losses');
    let runs = 0;
    await queue.startWorker(async ({ id }) => {
      runs += 1;
      await other.query('BEGIN');
      await lock(id);
    });
    await queue.add('any', 'x', { id: 'cut' });
    await postgres.pool.query('SELECT pg_terminate_backend($1)', [await waiting()]);
    await other.query('COMMIT');
    await settled.count(1);
    expect(runs).toBe(1);
    expect((await queue.getMetrics()).counts).toMatchObject({ completed: 1, failed: 0 });
  });
});

describe.skipIf(redisServer() === undefined)('on Redis', () => {
  async function start(args: string[] = []): Promise<{ server: RedisServer; client: Redis }> {
    const server = await startRedis({ args });
    onTestFinished(() => server.stop());
    const client = new Redis(server.url);
    onTestFinished(() => client.disconnect());
    return { server, client };
  }

  it('is completed once the server has ended the script of somebody else', async () => {
    const { server, client } = await start(['--lua-time-limit', '50']);
    const blocker = new Redis(server.url);
    onTestFinished(() => blocker.disconnect());
    using settled = collectFacts<JobSettled>('holdfast:queue:settled', 'ends');
    const trouble = Promise.withResolvers<Error>();
    const queue = create({ connection: { url: server.url }, onError: trouble.resolve });
    let runs = 0;
    await queue.startWorker(async () => {
      runs += 1;
      blocker.eval('while true do end', 0).catch(() => undefined);
      while (await client.ping().catch(() => undefined));
    });
    await queue.add('any', 'x');
    expect((await trouble.promise).message).toMatch(/^BUSY/);
    await client.script('KILL');
    await settled.count(1);
    expect(runs).toBe(1);
    expect((await queue.getMetrics()).counts).toMatchObject({ completed: 1, failed: 0 });
  });

  it('is completed on the new master where the old one only became a replica and the address moved on', async () => {
    const old = await start();
    const next = await start(['--replicaof', `127.0.0.1 ${old.server.port}`]);
    let target = old.server.port;
    const address = createServer((client) => {
      const upstream = connect(target, '127.0.0.1');
      client.on('error', () => undefined).on('close', () => upstream.destroy());
      upstream.on('error', () => undefined).on('close', () => client.destroy());
      client.pipe(upstream).pipe(client);
    }).listen(0, '127.0.0.1');
    await once(address, 'listening');
    onTestFinished(() => void address.close());
    using settled = collectFacts<JobSettled>('holdfast:queue:settled', 'ends');
    const { port } = address.address() as AddressInfo;
    const queue = create({ connection: { host: '127.0.0.1', port } });
    let runs = 0;
    await queue.startWorker(async () => {
      runs += 1;
      await old.client.set('all before this', 'is on the replica');
      await old.client.wait(1, 0);
      await next.client.replicaof('NO', 'ONE');
      await old.client.replicaof('127.0.0.1', next.server.port);
      target = next.server.port;
    });
    await queue.add('any', 'x');
    await settled.count(1);
    expect(runs).toBe(1);
    expect((await queue.getMetrics()).counts).toMatchObject({ completed: 1, failed: 0 });
    expect((await queue.add('any', 'y', { id: 'after' })).status).toBe('queued');
  });
});

it('is completed on SQLite once another process no longer holds the file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-queue-'));
  const file = join(folder, 'queue.db');
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  using settled = collectFacts<JobSettled>('holdfast:queue:settled', 'ends');
  const trouble = Promise.withResolvers<Error>();
  const queue = create({ backend: { file }, enqueueTimeoutMs: 2000, onError: trouble.resolve });
  await queue.add('any', 'x');
  const holder = new Database(file);
  onTestFinished(() => void holder.close());
  let runs = 0;
  await queue.startWorker(() => {
    runs += 1;
    holder.exec('BEGIN IMMEDIATE');
  });
  expect(await trouble.promise).toMatchObject({ code: 'ERR_BULLMQ_SQLITE_BUSY' });
  holder.exec('ROLLBACK');
  await settled.count(1);
  expect(runs).toBe(1);
  expect((await queue.getMetrics()).counts).toMatchObject({ completed: 1, failed: 0 });
});
