import { type ChildProcess, spawn } from 'node:child_process';
import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withDeadline } from '@holdfast/context';
import { COLLECT_CHANNEL, type CollectRequest } from '@holdfast/context/channels';
import { type RedisServer, redisServer, startPostgres, startRedis } from '@holdfast/test-servers';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createJobQueue, type JobQueue, type JobQueueOptions } from '../src/index.ts';

const QUEUE = 'spooled';
const CHILD = fileURLToPath(new URL('children/spooling-producer.ts', import.meta.url));

/** For what has to be answered by a server, on a busy machine too. */
const PATIENT = { enqueueTimeoutMs: 20_000 } as const;

describe.skipIf(redisServer() === undefined)('a job queue that spools', () => {
  const cleanUp: (() => Promise<unknown>)[] = [];
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-spool-'));
  });
  afterEach(async () => {
    for (const act of cleanUp.splice(0).toReversed()) await act();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(options: Parameters<typeof startRedis>[0] = {}): Promise<RedisServer> {
    const server = await startRedis({ appendfsync: 'everysec', ...options });
    cleanUp.push(() => server.stop());
    return server;
  }

  /** A server that was there and is not any more; starts it again. */
  async function stopped(): Promise<{ port: number; restart: () => Promise<RedisServer> }> {
    const server = await startRedis({ appendfsync: 'always' });
    const { port, directory } = server;
    await server.kill();
    return { port, restart: () => start({ port, directory, appendfsync: 'always' }) };
  }

  function options(port: number, more: Partial<JobQueueOptions<number>> = {}): JobQueueOptions<number> {
    return {
      queueName: QUEUE,
      connection: { host: '127.0.0.1', port },
      whenUnavailable: 'spool',
      enqueueTimeoutMs: 200,
      ...more,
      spool: { folder, ...more.spool },
    };
  }

  function create(port: number, more: Partial<JobQueueOptions<number>> = {}): JobQueue<number> {
    const queue = createJobQueue<number>(options(port, more));
    cleanUp.push(() => queue.close());
    return queue;
  }

  async function names(port: number): Promise<string[]> {
    const reader = createJobQueue<number>({
      queueName: QUEUE,
      connection: { port },
      concurrency: 1,
      ...PATIENT,
    });
    const seen: string[] = [];
    const { counts } = await reader.getMetrics();
    const all = Promise.withResolvers<void>();
    const total = counts.waiting + counts.prioritized + counts.delayed;
    if (total === 0) all.resolve();
    await reader.startWorker((job) => {
      if (seen.push(job.name) === total) all.resolve();
    });
    await all.promise;
    await reader.close();
    return seen;
  }

  async function until(done: () => Promise<boolean> | boolean): Promise<void> {
    while (!(await done())) await new Promise((resolve) => setImmediate(resolve));
  }

  function spooled(): unknown[] {
    const found: { kind: string; snapshot: unknown }[] = [];
    const request: CollectRequest = {
      add: (kind, snapshot) => void found.push({ kind, snapshot }),
      waitFor: (promise) => void promise.catch(() => undefined),
    };
    channel(COLLECT_CHANNEL).publish(request);
    return found.filter(({ kind }) => kind === 'queue.spool').map(({ snapshot }) => snapshot);
  }

  it('hands over what it kept, the oldest first, when the server is back', async () => {
    const { port, restart } = await stopped();
    const queue = create(port);
    for (let index = 0; index < 5; index += 1) {
      const answer = await queue.add(`n${index}`, index, { id: `n${index}` });
      expect(answer).toEqual({ status: 'spooled', jobId: `n${index}` });
    }
    expect(spooled()).toMatchObject([{ queue: QUEUE, jobs: 5, oldestJobAgeMs: expect.any(Number) }]);
    await restart();
    await until(() => (spooled()[0] as { jobs: number }).jobs === 0);
    expect(await names(port)).toEqual(['n0', 'n1', 'n2', 'n3', 'n4']);
  });

  it('says duplicate to a second job with an id that it keeps', async () => {
    const { port } = await stopped();
    const queue = create(port);
    expect((await queue.add('any', 1, { id: 'a' })).status).toBe('spooled');
    expect((await queue.add('any', 1, { id: 'a' })).status).toBe('duplicate');
  });

  it('doubles nothing where the server had stored the job and its answer was lost', async () => {
    const server = await start();
    const queue = create(server.port);
    await until(() =>
      queue.ready().then(
        () => true,
        () => false,
      ),
    );
    process.kill(server.pid, 'SIGSTOP');
    const answer = await queue.add('any', 1, { id: 'in flight' });
    process.kill(server.pid, 'SIGCONT');
    expect(answer.status).toBe('spooled');
    await until(() => (spooled()[0] as { jobs: number }).jobs === 0);
    expect(await names(server.port)).toEqual(['any']);
  });

  it('sends new work straight to the server while the old drains', async () => {
    const { port, restart } = await stopped();
    const queue = create(port);
    await queue.add('old', 1);
    await restart();
    await until(async () => (await queue.add('new', 2)).status === 'queued');
    await until(() => (spooled()[0] as { jobs: number }).jobs === 0);
    await expect.poll(() => queue.getMetrics().then(({ spooled }) => spooled, String)).toBe(0);
  });

  it('keeps what a process leaves for the next one, which drains it and removes its file', async () => {
    const { port, restart } = await stopped();
    const first = createJobQueue<number>(options(port));
    await Promise.all([first.add('a', 1), first.add('b', 2)]);
    await first.close();
    const [left = ''] = readdirSync(folder);
    expect(left).toMatch(/\.spool$/);
    await restart();
    create(port);
    await until(() => !existsSync(join(folder, left)));
    expect((await names(port)).toSorted()).toEqual(['a', 'b']);
  });

  it('has what a killed process kept, every answered job of it, and leaves a living one alone', async () => {
    const { port, restart } = await stopped();
    const child = spawn(
      process.execPath,
      ['--conditions=@holdfast/source', CHILD, JSON.stringify(options(port))],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    cleanUp.push(async () => void child.kill('SIGKILL'));
    const answered = await linesOf(child, 30);
    const neighbour = create(port);
    await neighbour.add('neighbour', 1);
    expect(spooled()).toMatchObject([{ jobs: 1 }]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await neighbour.close();
    const left = readdirSync(folder).filter((name) => name.endsWith('.spool'));
    expect(left).toHaveLength(2);
    await restart();
    create(port);
    await until(() => !left.some((name) => existsSync(join(folder, name))));
    const seen = await names(port);
    expect(seen).toEqual(expect.arrayContaining([...answered, 'neighbour']));
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('says that it is full, and when to come back, at its limits', async () => {
    const { port } = await stopped();
    const byJobs = create(port, { spool: { maxJobs: 1 } });
    await byJobs.add('any', 1);
    await expect(byJobs.add('any', 1)).rejects.toMatchObject({
      code: 'ERR_QUEUE_SPOOL_FULL',
      retryAfterMs: 5000,
      message: expect.stringContaining('it holds 1 jobs (spool.maxJobs)'),
    });
    const byBytes = create(port, { spool: { maxBytes: 10 } });
    await expect(byBytes.add('any', 1)).rejects.toThrow('it may hold 10 bytes (spool.maxBytes)');
  });

  it('tells a folder that cannot be written while the server is still there', async () => {
    const server = await start();
    const troubles: Error[] = [];
    const file = join(folder, 'a-file');
    new Database(file).exec('CREATE TABLE t (x)').close();
    const queue = create(server.port, {
      spool: { folder: join(file, 'x') },
      onError: (error) => troubles.push(error),
    });
    await expect(queue.add('any', 1)).rejects.toThrow();
    expect(troubles.length).toBeGreaterThan(0);
  });

  it('gives up at once, keeping nothing, when the deadline of its caller has passed', async () => {
    const { port } = await stopped();
    const queue = create(port);
    await expect(withDeadline(0, () => queue.add('any', 1))).rejects.toMatchObject({
      code: 'ERR_QUEUE_UNAVAILABLE',
    });
    expect(spooled()).toMatchObject([{ jobs: 0 }]);
  });

  it('leaves no file behind where nothing was kept', async () => {
    const server = await start();
    const queue = createJobQueue<number>(options(server.port, PATIENT));
    await queue.add('any', 1);
    await queue.close();
    expect(readdirSync(folder)).toEqual([]);
    expect(existsSync(folder)).toBe(true);
  });
});

/** The first lines of a child, which goes on; more of them may be on their way. */
function linesOf(child: ChildProcess, count: number): Promise<string[]> {
  return new Promise((resolve) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += String(chunk);
      if (text.split('\n').length > count) resolve(text.split('\n').slice(0, count));
    });
  });
}

it('hands over to PostgreSQL what a job queue kept, the oldest first', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-spool-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const server = await startPostgres();
  onTestFinished(() => server.stop());
  await server.kill();
  const queue = createJobQueue<number>({
    queueName: QUEUE,
    backend: { postgres: { url: server.url } },
    whenUnavailable: 'spool',
    spool: { folder },
    concurrency: 1,
    ...PATIENT,
  });
  onTestFinished(() => queue.close());
  const ids = Array.from({ length: 250 }, (_, index) => `n${index}`);
  for (const id of ids) expect(await queue.add('any', 1, { id })).toEqual({ status: 'spooled', jobId: id });
  await server.restart();
  await expect.poll(() => queue.getMetrics().then(({ counts }) => counts.waiting, String)).toBe(ids.length);
  const seen: string[] = [];
  const all = Promise.withResolvers<void>();
  await queue.startWorker(({ id }) => {
    if (seen.push(id) === ids.length) all.resolve();
  });
  await all.promise;
  expect(seen).toEqual(ids);
});
