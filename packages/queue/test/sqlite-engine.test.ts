import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWebhookQueue, type WebhookQueue, type WebhookQueueOptions } from '../src/index.ts';

const EVENT = {
  eventId: 'evt_1',
  eventType: 'payment.paid',
  payload: '{}',
  provider: 'stripe',
  receivedAt: 1_700_000_000_000,
};

describe('a webhook queue on SQLite', () => {
  let folder: string;
  let file: string;
  const queues: WebhookQueue[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-queue-'));
    file = join(folder, 'queue.db');
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await Promise.all(queues.splice(0).map((queue) => queue.close()));
    rmSync(folder, { recursive: true, force: true });
  });

  function create(options: Partial<WebhookQueueOptions> = { backend: { file } }): WebhookQueue {
    const queue = createWebhookQueue({ queueName: 'q', enqueueTimeoutMs: 20_000, ...options });
    queues.push(queue);
    return queue;
  }

  /** A busy machine may need more than one try where the limit is short. */
  async function untilReady(queue: WebhookQueue): Promise<void> {
    await expect
      .poll(() =>
        queue.ready().then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
  }

  it('keeps its events over a restart', async () => {
    const first = create();
    await first.enqueue(EVENT);
    await first.close();
    expect((await create().enqueue(EVENT)).status).toBe('duplicate');
  });

  it('makes its file in HOLDFAST_DATA_DIR where nothing else is said', async () => {
    vi.stubEnv('HOLDFAST_DATA_DIR', join(folder, 'data'));
    await create({}).enqueue(EVENT);
    const stored = new Database(join(folder, 'data', 'queue.db'), { readonly: true });
    expect(stored.open).toBe(true);
    stored.close();
  });

  it('lives in a database of the application, and leaves it open', async () => {
    const db = new Database(file);
    const queue = create({ backend: { db } });
    expect((await queue.enqueue(EVENT)).status).toBe('queued');
    await queue.close();
    expect(db.open).toBe(true);
    db.close();
  });

  it('says in ready that its file is not a database', async () => {
    writeFileSync(
      file,
      'this is a text and no database, long enough to be told apart from an empty file'.repeat(20),
    );
    const error = await create()
      .ready()
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'ERR_QUEUE_UNAVAILABLE', cause: { name: 'SqliteFileError' } });
    expect(String(error)).toMatch(/is not an SQLite database/);
  });

  it('says that another process holds the lock, in an enqueue and in a ready that must open the file', async () => {
    const queue = create({ backend: { file }, enqueueTimeoutMs: 2000 });
    await untilReady(queue);
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    await expect(queue.enqueue(EVENT)).rejects.toMatchObject({
      code: 'ERR_QUEUE_UNAVAILABLE',
      cause: { name: 'SqliteBusyError' },
    });
    other.exec('ROLLBACK');
    other.close();

    const newFile = join(folder, 'new.db');
    const first = new Database(newFile);
    first.exec('BEGIN EXCLUSIVE');
    const opening = create({ backend: { file: newFile }, enqueueTimeoutMs: 2000 });
    await expect(opening.ready()).rejects.toMatchObject({
      code: 'ERR_QUEUE_UNAVAILABLE',
      cause: { name: 'SqliteBusyError' },
    });
    first.close();
    await untilReady(opening);
  });

  it('fails an enqueue in time while another process holds the lock, and takes it when the lock is free', async () => {
    const queue = create({ backend: { file }, enqueueTimeoutMs: 500 });
    await untilReady(queue);
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    await expect(queue.enqueue(EVENT)).rejects.toMatchObject({ code: 'ERR_QUEUE_UNAVAILABLE' });
    other.exec('ROLLBACK');
    other.close();
    const later = create({ backend: { file }, enqueueTimeoutMs: 20_000 });
    expect(['queued', 'duplicate']).toContain((await later.enqueue(EVENT)).status);
    expect((await later.getMetrics()).counts.prioritized).toBe(1);
  });
});
