import { PostgresQueueBackend } from 'bullmq';
import { describe, expect, it } from 'vitest';
import { backendOf, newFile, openQueue, sqlite, track } from './support/queues.ts';

const MISSING = [
  'addFlow',
  'moveToWaitingChildren',
  'removeUnprocessedChildren',
  'removeChildDependency',
  'getDependencyCounts',
  'getDependencies',
  'getProcessedChildrenValues',
  'getIgnoredChildrenFailures',
  'paginate',
  'addJobScheduler',
  'updateJobSchedulerNextMillis',
  'removeJobScheduler',
  'getJobScheduler',
  'isJobScheduler',
  'getJobSchedulerData',
  'getJobSchedulersRange',
  'getJobSchedulersCount',
  'removeDeduplicationKey',
  'deleteDeduplicationKey',
  'getDeduplicationJobId',
  'getRateLimitTtl',
  'setRateLimit',
  'removeRateLimitKey',
  'getMetrics',
  'getClientList',
] as const;

const refusal = (member: RegExp) => ({
  name: 'NotSupportedYetError',
  code: 'ERR_BULLMQ_SQLITE_NOT_SUPPORTED',
  member: expect.stringMatching(member),
});

describe('a member that is not supported yet', () => {
  it.each(MISSING)('%s refuses and names itself', async (member) => {
    const backend = backendOf(openQueue());
    await expect(backend[member]()).rejects.toMatchObject(refusal(new RegExp(member)));
  });

  it('is one of a known list: every other member of the contract is there', () => {
    const backend = backendOf(openQueue()) as unknown as Record<string, unknown>;
    // BullMQ's own PostgreSQL backend has the members of the interface, and these of its own.
    const own = [
      'constructor',
      'buildNextJobResult',
      'collectMetrics',
      'ensureListening',
      'ensureListeningEvents',
      'fetchEvents',
      'mapFinishError',
      'query',
      'run',
      'toBatchEntry',
      'waitForEvent',
      'workerName',
    ];
    const members = Object.getOwnPropertyNames(PostgresQueueBackend.prototype).filter(
      (name) => !own.includes(name),
    );
    expect(members.length).toBeGreaterThan(70);
    expect(members.filter((name) => !(name in backend))).toEqual([]);
  });
});

describe('an option that is not supported yet', () => {
  it('is refused with the job, and nothing is stored', async () => {
    const queue = openQueue();
    await expect(queue.add('job', {}, { deduplication: { id: 'd', ttl: 1000 } })).rejects.toMatchObject(
      refusal(/deduplication/),
    );
    await expect(queue.add('job', {}, { parent: { id: '1', queue: 'bull:jobs' } })).rejects.toMatchObject(
      refusal(/parent/),
    );
    expect(await queue.getJobCountByTypes()).toBe(0);
  });

  it('is refused where the worker is made', () => {
    const connection = { file: newFile() };
    const limited = () =>
      new sqlite.Worker('jobs', null, { connection, limiter: { max: 1, duration: 1000 } });
    expect(limited).toThrow(expect.objectContaining(refusal(/limiter/)));
    const measured = () => new sqlite.Worker('jobs', null, { connection, metrics: { maxDataPoints: 10 } });
    expect(measured).toThrow(expect.objectContaining(refusal(/metrics/)));
  });

  it('is refused with the rate limit of a queue', async () => {
    await expect(openQueue().setGlobalRateLimit(1, 1000)).rejects.toMatchObject(
      refusal(/setGlobalRateLimit/),
    );
  });

  it('is refused in a flow', async () => {
    const flows = track(new sqlite.FlowProducer({ connection: { file: newFile() } }));
    await expect(flows.add({ name: 'root', queueName: 'jobs' })).rejects.toMatchObject(
      refusal(/FlowProducer/),
    );
  });
});

describe('the members that have nothing to do here', () => {
  it('answer with nothing done', async () => {
    const backend = backendOf(openQueue());
    expect(await backend.removeOrphanedJobs()).toBe(0);
    expect(await backend.removeDeprecatedPriorityKey()).toBe(0);
  });
});

describe('names', () => {
  it('are those of BullMQ on Redis', () => {
    const queue = openQueue(newFile(), 'jobs', { prefix: 'app' });
    const backend = backendOf(queue);
    expect(queue.qualifiedName).toBe('app:jobs');
    expect(backend.toKey('7')).toBe('app:jobs:7');
    expect(backend.parseNodeKey('app:jobs:7')).toEqual({ prefix: 'app', queueName: 'jobs', id: '7' });
    expect(backend.parseNodeKey('a:b:jobs:7')).toEqual({ prefix: 'a:b', queueName: 'jobs', id: '7' });
    expect(backend.clientName(':w:one')).toBe('app:am9icw==:w:one');
    expect(backend.forQueue('other').qualifiedName).toBe('app:other');
    expect(backend.forQueue('other', 'x').qualifiedName).toBe('x:other');
  });

  it('keep queues of different prefixes apart', async () => {
    const file = newFile();
    const first = openQueue(file, 'jobs', { prefix: 'a' });
    const second = openQueue(file, 'jobs', { prefix: 'b' });
    await first.add('job', {});
    expect(await second.getWaitingCount()).toBe(0);
  });
});
