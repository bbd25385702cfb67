import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { type Child, startChild } from './support/child.ts';
import { newFile, openQueue, sqlite, track } from './support/queues.ts';
import { next, until } from './support/wait-for.ts';

const STATES = ['waiting', 'prioritized', 'active', 'delayed', 'completed', 'failed'] as const;

/** What no crash may leave behind: a damaged file, a wrong count, a job without its payload or the other way round. */
function inspect(file: string): { jobs: number; problems: string[] } {
  const db = new Database(file);
  const problems: string[] = [];
  const check: unknown = db.pragma('integrity_check', { simple: true });
  if (check !== 'ok') problems.push(`integrity_check: ${String(check)}`);
  const counted = db.prepare('SELECT state, count(*) AS jobs FROM bullmq_job GROUP BY state').all() as {
    state: number;
    jobs: number;
  }[];
  const kept = db.prepare("SELECT * FROM bullmq_queue WHERE name = 'bull:jobs'").get() as Record<
    string,
    number
  >;
  STATES.forEach((state, code) => {
    const jobs = counted.find((row) => row.state === code)?.jobs ?? 0;
    if (kept[state] !== jobs) problems.push(`${state}: kept ${kept[state]}, counted ${jobs}`);
  });
  const strays = db
    .prepare('SELECT (SELECT count(*) FROM bullmq_job) - (SELECT count(*) FROM bullmq_payload) AS difference')
    .get() as { difference: number };
  if (strays.difference !== 0) problems.push(`payloads: ${strays.difference}`);
  db.close();
  return { jobs: counted.reduce((sum, { jobs }) => sum + jobs, 0), problems };
}

function idsOf(child: Child, start: string): string[] {
  return child.lines.filter((line) => line.startsWith(start)).map((line) => line.slice(start.length));
}

describe('several processes on one file', () => {
  it('wake each other: a job added here is done by a worker there', async () => {
    const file = newFile();
    const worker = startChild('worker-process.ts', file);
    await worker.line('ready');
    const queue = openQueue(file);
    const events = track(new sqlite.QueueEvents('jobs', { connection: { file } }));
    const completed = next<[{ jobId: string }]>(events, 'completed');
    await queue.add('job', {}, { jobId: 'over-there' });
    expect((await completed)[0].jobId).toBe('over-there');
    expect(await queue.getJobState('over-there')).toBe('completed');
    await worker.kill();
  });

  it('add and work at the same time without losing or doubling a job', async () => {
    const file = newFile();
    const queue = openQueue(file);
    await queue.waitUntilReady();
    const workers = [1, 2].map(() => startChild('worker-process.ts', file, 'steady'));
    const producers = ['a', 'b'].map((prefix) => startChild('producer-process.ts', file, prefix, '100'));
    expect(await Promise.all(producers.map(({ exited }) => exited))).toEqual([0, 0]);
    await until(async () => (await queue.getCompletedCount()) === 800);
    await Promise.all(workers.map((worker) => worker.kill()));
    const started = workers.flatMap((worker) => idsOf(worker, 'start '));
    expect(started).toHaveLength(800);
    expect(new Set(started).size).toBe(800);
    expect(inspect(file)).toEqual({ jobs: 800, problems: [] });
  });
});

describe('SIGKILL', () => {
  it('of a producer in the middle of its commits loses no job that was confirmed', async () => {
    const file = newFile();
    for (let round = 0; round < 5; round += 1) {
      const producer = startChild('producer-process.ts', file, `r${round}`, '100000');
      await until(() => producer.lines.length > 100 + round * 37);
      await producer.kill();
      const queue = openQueue(file);
      const confirmed = idsOf(producer, 'added ');
      const states = await Promise.all(confirmed.map((id) => queue.getJobState(id)));
      expect(states.filter((state) => state !== 'waiting')).toEqual([]);
      await queue.close();
      expect(inspect(file).problems).toEqual([]);
    }
  });

  it('of a worker in mid-job gives the job to another worker once its lock has expired', async () => {
    const file = newFile();
    const queue = openQueue(file);
    await queue.addBulk(Array.from({ length: 5 }, () => ({ name: 'job', data: {} })));
    const doomed = startChild('worker-process.ts', file, 'hang');
    await until(() => idsOf(doomed, 'start ').length === 5);
    await doomed.kill();
    expect(await queue.getActiveCount()).toBe(5);
    const heir = startChild('worker-process.ts', file, 'steady');
    await until(async () => (await queue.getCompletedCount()) === 5);
    await heir.kill();
    expect((await queue.getJob('1'))?.stalledCounter).toBe(1);
    expect(inspect(file)).toEqual({ jobs: 5, problems: [] });
  });

  it('of workers in the middle of their commits leaves every job to be done', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const jobs = Array.from({ length: 3000 }, (_, n) => ({
      name: 'job',
      data: {},
      opts: { jobId: `j${n}` },
    }));
    await queue.addBulk(jobs);
    const done = new Set<string>();
    for (let round = 0; round < 4; round += 1) {
      const worker = startChild('worker-process.ts', file);
      await until(() => idsOf(worker, 'done ').length > 50 + round * 23);
      await worker.kill();
      for (const id of idsOf(worker, 'done ')) {
        expect(done.has(id)).toBe(false);
        done.add(id);
      }
      expect(inspect(file)).toEqual({ jobs: 3000, problems: [] });
    }
    const last = startChild('worker-process.ts', file);
    await until(async () => (await queue.getCompletedCount()) === 3000);
    await last.kill();
    expect(await queue.getJobCounts('waiting', 'active', 'failed')).toEqual({
      waiting: 0,
      active: 0,
      failed: 0,
    });
    expect(inspect(file)).toEqual({ jobs: 3000, problems: [] });
  });
});
