import { describe, expect, it, vi } from 'vitest';
import { Clients } from '../src/backend/clients.ts';
import { expiryClock } from '../src/database/expiry-clock.ts';
import { startChild } from './support/child.ts';
import {
  backendOf,
  NOON,
  newFile,
  openManualWorker,
  openQueue,
  sqlite,
  stopClock,
  track,
} from './support/queues.ts';
import { until } from './support/wait-for.ts';

describe('getWorkers', () => {
  it('lists the workers of the queue, named or not, until they close', async () => {
    const file = newFile();
    const queue = openQueue(file);
    expect(await queue.getWorkers()).toEqual([]);
    openManualWorker(file);
    const named = openManualWorker(file, { name: 'one' });
    openManualWorker(file, {}, 'other');
    expect((await queue.getWorkers()).map(({ rawname }) => rawname)).toEqual([
      'bull:am9icw==',
      'bull:am9icw==:w:one',
    ]);
    expect(await queue.getWorkersCount()).toBe(2);
    await named.close();
    expect(await queue.getWorkersCount()).toBe(1);
  });

  it('lists those of other processes', async () => {
    const file = newFile();
    const queue = openQueue(file);
    await queue.waitUntilReady();
    const child = startChild('worker-process.ts', file, '');
    await child.line('ready');
    await until(async () => (await queue.getWorkersCount()) === 1);
    await child.kill();
    expect(await queue.getWorkersCount()).toBe(1);
  });

  it('forgets a process that has not renewed its entry for a minute', async () => {
    stopClock();
    const file = newFile();
    const queue = openQueue(file);
    const { sql } = (
      backendOf(queue) as unknown as { database: { sql: ConstructorParameters<typeof Clients>[0] } }
    ).database;
    const other = new Clients(sql, async (run) => run());
    await queue.waitUntilReady();
    other.join('bull:am9icw==');
    other.close();
    expect(await queue.getWorkersCount()).toBe(1);
    vi.setSystemTime(NOON + 59_999);
    expect(await queue.getWorkersCount()).toBe(1);
    vi.setSystemTime(NOON + 60_000);
    expect(expiryClock.now()).toBe(NOON + 60_000);
    expect(await queue.getWorkersCount()).toBe(0);
  });
});

describe('getQueueEvents', () => {
  it('lists those who listen', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const events = track(new sqlite.QueueEvents('jobs', { connection: { file } }));
    await events.waitUntilReady();
    await until(async () => (await queue.getQueueEvents()).length === 1);
    expect((await queue.getQueueEvents()).map(({ rawname }) => rawname)).toEqual(['bull:am9icw==:qe']);
    expect(await queue.getWorkers()).toEqual([]);
  });
});
