import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { newFile, openQueue, sqlite, track } from './support/queues.ts';

const STATES = ['waiting', 'active', 'completed', 'failed', 'delayed', 'prioritized'] as const;

describe('a backup', () => {
  it('taken while jobs are added and worked on is whole, and can be opened and worked on', async () => {
    const file = newFile();
    const copy = join(dirname(file), 'copy.db');
    const queue = openQueue(file);
    const worker = track(
      new sqlite.Worker('jobs', async () => 'ok', { connection: { file }, concurrency: 10 }),
    );
    let adding = true;
    const adder = (async () => {
      for (let n = 0; adding; n += 1) await queue.add('job', { n, text: 'x'.repeat(500) });
    })();
    await new Promise<void>((resolve) => worker.once('completed', () => resolve()));
    const source = new Database(file, { readonly: true });
    await source.backup(copy);
    source.close();
    adding = false;
    await adder;
    await worker.close();

    const check = new Database(copy);
    expect(check.pragma('integrity_check', { simple: true })).toBe('ok');
    const stored = check.prepare('SELECT state, count(*) AS jobs FROM bullmq_job GROUP BY state').all() as {
      jobs: number;
    }[];
    check.close();
    const restored = openQueue(copy);
    const counts = await restored.getJobCounts(...STATES);
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    expect(total).toBe(stored.reduce((sum, { jobs }) => sum + jobs, 0));
    expect(total).toBeGreaterThan(0);
    await restored.add('after', {}, { jobId: 'after' });
    expect((await restored.getJob('after'))?.name).toBe('after');
  });
});
