import { type PostgresServer, startPostgres } from '@holdfast/test-servers';
import { createPostgresBackend, Queue } from 'bullmq';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { groupLetters } from '../src/dead-letters/groups.ts';
import { readPage } from '../src/dead-letters/page.ts';
import type { QueueEngine } from '../src/engines/engine.ts';
import type { EngineAccess } from '../src/engines/engine-access.ts';
import { type Query, SharedQueries } from '../src/engines/shared-queries.ts';

describe('what BullMQ asks PostgreSQL for one job, asked through SharedQueries', () => {
  let server: PostgresServer;
  let pool: pg.Pool;
  let queue: Queue;
  let sent: string[] = [];

  beforeAll(async () => {
    server = await startPostgres();
    const settings = { connectionString: server.url };
    // Makes the tables.
    const first = new Queue(
      'first',
      { connection: { ...settings, migrate: true } as never },
      createPostgresBackend as never,
    );
    await first.waitUntilReady();
    await first.close();
    pool = new pg.Pool({ ...settings, options: '-c search_path=bullmq' });
    const query = pool.query.bind(pool) as unknown as Query;
    const counted: Query = (text, values) => {
      sent.push(text);
      return query(text, values);
    };
    const shared = new SharedQueries(counted);
    pool.query = ((text: string, values?: unknown[]) => shared.query(text, values)) as never;
    queue = new Queue('q', { connection: pool as never }, createPostgresBackend as never);
    await queue.waitUntilReady();
  });
  afterAll(async () => {
    await queue.close();
    await pool.end();
    await server.stop();
  });
  beforeEach(async () => {
    await queue.obliterate({ force: true });
    sent = [];
  });

  const add = (jobId: string, data: unknown = { jobId }, opts: object = {}) =>
    queue.add('x', data, { jobId, ...opts });

  it('is one statement for the jobs added in one turn, in their order, 50 at a time', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, index) => add(`j${index}`)));
    expect(sent).toHaveLength(1);
    const ids = (await queue.getJobs(['waiting'], 0, -1, true)).map(({ id }) => id);
    expect(ids).toEqual(Array.from({ length: 50 }, (_, index) => `j${index}`));
    sent = [];
    await Promise.all(Array.from({ length: 101 }, (_, index) => add(`more${index}`)));
    expect(sent).toHaveLength(3);
    expect(await queue.getJobCountByTypes('waiting')).toBe(151);
  });

  it('keeps what each job was added with', async () => {
    await Promise.all([
      add('plain', { text: 'a "quoted", {braced} \\ text' }),
      add('urgent', [1, null, 'x'], { priority: 3, attempts: 4 }),
      add('later', 'text', { delay: 3_600_000 }),
    ]);
    expect(sent).toHaveLength(1);
    const [plain, urgent, later] = await Promise.all(
      ['plain', 'urgent', 'later'].map((id) => queue.getJob(id)),
    );
    expect(sent).toHaveLength(2);
    expect(plain?.data).toEqual({ text: 'a "quoted", {braced} \\ text' });
    expect([urgent?.data, urgent?.priority, urgent?.opts.attempts]).toEqual([[1, null, 'x'], 3, 4]);
    expect([later?.data, later?.delay]).toEqual(['text', 3_600_000]);
  });

  it('is one statement for the jobs read in one turn, those that are not there and those read twice among them', async () => {
    await add('one');
    sent = [];
    const jobs = await Promise.all(['one', 'none', 'one'].map((id) => queue.getJob(id)));
    expect(jobs.map((job) => job?.id)).toEqual(['one', undefined, 'one']);
    expect(sent).toHaveLength(1);
  });

  it('keeps the first of two jobs with one id in a turn', async () => {
    await Promise.all([add('same', { n: 1 }), add('same', { n: 2 })]);
    expect((await queue.getJob('same'))?.data).toEqual({ n: 1 });
    expect(await queue.getJobCountByTypes('waiting')).toBe(1);
  });

  it('fails a job that cannot be added, and adds the others of the turn', async () => {
    const answers = await Promise.allSettled([add('good'), add('bad', { text: '\0' }), add('last')]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await queue.getJobCountByTypes('waiting')).toBe(2);
  });

  it('lets the dead letters be grouped and filtered in four statements for 500 of them', async () => {
    await pool.query(`INSERT INTO job
        (queue, id, seq, name, state, data, opts, added_at_ms, finished_at_ms, failed_reason, attempts_made)
      SELECT '${queue.qualifiedName}', 'dead' || n, n, 'x', 'failed', '{}', '{}', n, n, 'no ' || n, 1
      FROM generate_series(1, 2000) AS n`);
    sent = [];
    const engine = { queue } as unknown as QueueEngine<unknown>;
    const access: EngineAccess<unknown> = { use: (work) => work(engine) };
    const { groups, total } = await groupLetters(access);
    expect([groups.length, groups[0]?.count, total]).toEqual([1, 2000, 2000]);
    expect(sent.length).toBeLessThanOrEqual(4 * 5);
    sent = [];
    const { items } = await readPage(access, { filter: { failedSince: 1900, jobName: 'x' }, limit: 1000 });
    expect(items).toHaveLength(101);
    expect(sent.length).toBeLessThanOrEqual(5);
  });

  it('fails each of them where the server cannot be asked', async () => {
    const lost = new SharedQueries(() => Promise.reject(new Error('no connection')));
    const text = 'SELECT * FROM job WHERE queue = $1 AND id = $2;';
    const answers = await Promise.allSettled([lost.query(text, ['q', 'a']), lost.query(text, ['q', 'b'])]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
