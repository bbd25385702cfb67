import { PostgresQueueBackend } from 'bullmq';
import { describe, expect, it } from 'vitest';
import { backendOf, newFile, openQueue } from './support/queues.ts';

describe('the members of BullMQ’s backend contract', () => {
  it('are all there', () => {
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

  it('refuse to page through what they do not know', async () => {
    await expect(
      backendOf(openQueue()).paginate('bull:jobs:1:else', { start: 0, end: 1 }),
    ).rejects.toMatchObject({
      name: 'NotSupportedYetError',
      code: 'ERR_BULLMQ_SQLITE_NOT_SUPPORTED',
      member: 'Paging through bull:jobs:1:else',
    });
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
