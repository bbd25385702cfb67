import { type RedisServer, redisServer, startRedis } from '@holdfast/test-servers';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWebhookQueue } from '../src/index.ts';

describe.skipIf(redisServer() === undefined)('a job whose lock is lost', () => {
  let server: RedisServer;
  let client: Redis;
  beforeAll(async () => {
    server = await startRedis();
    client = new Redis(server.port, '127.0.0.1');
  });
  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });

  it('is told so by its signal, since another worker may be running it', async () => {
    const troubles: string[] = [];
    const queue = createWebhookQueue({
      queueName: 'locks',
      connection: client,
      lockDurationMs: 200,
      enqueueTimeoutMs: 20_000,
      onError: (error) => troubles.push(error.message),
    });
    const aborted = Promise.withResolvers<unknown>();
    await queue.enqueue({ eventId: '1', eventType: 'x', payload: '', provider: 'p', receivedAt: 1 });
    await queue.startWorker(async (job) => {
      await client.set(`bull:locks:${job.id}:lock`, 'of another worker');
      await new Promise((resolve) => job.signal.addEventListener('abort', resolve));
      aborted.resolve(job.signal.reason);
      throw job.signal.reason;
    });
    expect(await aborted.promise).toMatchObject({ code: 'ERR_QUEUE_JOB_ABORTED', reason: 'lock-lost' });
    await queue.close();
    expect(troubles.join()).toContain('could not renew lock for job p.1');
  });
});
