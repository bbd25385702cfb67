import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ManualClock } from '@holdfast/context/testing';
import { freePort, type RedisServer, redisServer, startRedis } from '@holdfast/test-servers';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createWebhookQueue,
  type JobSettled,
  type WebhookEvent,
  type WebhookQueue,
  type WebhookQueueOptions,
} from '../src/index.ts';
import { collectFacts } from './facts.ts';

const QUEUE = 'outage';
const CLOSING_WORKER = fileURLToPath(new URL('children/closing-worker.ts', import.meta.url));

function event(eventId: string): WebhookEvent {
  return {
    eventId,
    eventType: 'payment.paid',
    payload: '{}',
    provider: 'stripe',
    receivedAt: 1_700_000_000_000,
  };
}

describe.skipIf(redisServer() === undefined)('a webhook queue whose Redis', () => {
  const cleanUp: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const act of cleanUp.splice(0).toReversed()) await act();
  });

  async function start(options: Parameters<typeof startRedis>[0] = {}): Promise<RedisServer> {
    const server = await startRedis(options);
    cleanUp.push(() => server.stop());
    return server;
  }

  function create(server: { port: number }, options: Partial<WebhookQueueOptions> = {}): WebhookQueue {
    const connection = { host: '127.0.0.1', port: server.port };
    const queue = createWebhookQueue({ queueName: QUEUE, connection, enqueueTimeoutMs: 200, ...options });
    cleanUp.push(() => queue.close());
    return queue;
  }

  /** A busy machine may need more than one try where the limit is so short. */
  async function untilTaken(queue: WebhookQueue, eventId: string): Promise<void> {
    const outcome = () => queue.enqueue(event(eventId)).then(({ status }) => status, String);
    await expect.poll(outcome).toMatch(/^(?:queued|duplicate)$/);
  }

  /** Stops the process, so that connections stay open and nothing answers. */
  function hang(server: RedisServer): () => void {
    process.kill(server.pid, 'SIGSTOP');
    const goOn = () => void process.kill(server.pid, 'SIGCONT');
    cleanUp.push(async () => goOn());
    return goOn;
  }

  describe('is not there', () => {
    const portOfNobody = async () => ({ port: await freePort() });

    it('makes enqueue fail in time, with when to come back', async () => {
      const queue = create(await portOfNobody());
      await expect(queue.enqueue(event('evt_1'))).rejects.toMatchObject({
        name: 'QueueUnavailableError',
        code: 'ERR_QUEUE_UNAVAILABLE',
        queue: QUEUE,
        retryAfterMs: 2000,
      });
    });

    it('keeps no process alive whose worker never reached it and was closed', async () => {
      const { port } = await portOfNobody();
      const child = spawn('node', ['--conditions=@holdfast/source', CLOSING_WORKER, `${port}`], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      cleanUp.push(async () => child.kill('SIGKILL'));
      expect(await text(child.stdout)).toBe('closed\n');
      expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(0);
    });

    it('makes enqueue fail at once when it has been away for longer than an enqueue may take', async () => {
      const clock = new ManualClock();
      const queue = create(await portOfNobody(), { clock, enqueueTimeoutMs: 2000 });
      const first = expect(queue.enqueue(event('evt_1'))).rejects.toMatchObject({
        code: 'ERR_QUEUE_UNAVAILABLE',
      });
      await clock.advance(2000);
      await first;
      await expect(queue.enqueue(event('evt_2'))).rejects.toMatchObject({ code: 'ERR_QUEUE_UNAVAILABLE' });
      expect(clock.pendingTimers).toBe(0);
    });

    it('makes ready, getMetrics and the dead letters fail in the same way', async () => {
      const queue = create(await portOfNobody());
      const unavailable = { code: 'ERR_QUEUE_UNAVAILABLE' };
      await expect(queue.ready()).rejects.toMatchObject(unavailable);
      await expect(queue.getMetrics()).rejects.toMatchObject(unavailable);
      await expect(queue.deadLetters.list()).rejects.toMatchObject(unavailable);
    });

    it.each([{ enableDirectFallback: true }, { whenUnavailable: 'direct' }] as const)(
      'makes enqueue process the event at once with %j',
      async (fallback) => {
        const queue = create(await portOfNobody(), fallback);
        const seen: unknown[] = [];
        queue.setProcessor(async (job) => seen.push(job.eventId, job.data, job.attempt, job.maxAttempts));
        expect(await queue.enqueue(event('evt_1'))).toEqual({
          status: 'processedDirectly',
          jobId: 'stripe.evt_1',
          processedDirectly: true,
        });
        expect(seen).toEqual(['evt_1', event('evt_1'), 1, 1]);
      },
    );

    it('makes enqueue throw with whenUnavailable throw, although enableDirectFallback is given', async () => {
      const queue = create(await portOfNobody(), { enableDirectFallback: true, whenUnavailable: 'throw' });
      queue.setProcessor(() => undefined);
      await expect(queue.enqueue(event('evt_1'))).rejects.toMatchObject({ code: 'ERR_QUEUE_UNAVAILABLE' });
    });

    it('makes enqueue throw where there is no processor to fall back on', async () => {
      const queue = create(await portOfNobody(), { enableDirectFallback: true });
      await expect(queue.enqueue(event('evt_1'))).rejects.toMatchObject({ code: 'ERR_QUEUE_UNAVAILABLE' });
    });

    it('tells a processor that failed from a queue that refused', async () => {
      const queue = create(await portOfNobody(), { enableDirectFallback: true });
      queue.setProcessor(() => {
        throw new Error('the effect failed');
      });
      await expect(queue.enqueue(event('evt_1'))).rejects.toMatchObject({
        code: 'ERR_QUEUE_DIRECT_PROCESSING',
        cause: { message: 'the effect failed' },
      });
    });

    it('lets close end', async () => {
      const queue = create(await portOfNobody(), { closeTimeoutMs: 10 });
      await queue.startWorker(() => undefined);
      await queue.close();
    });
  });

  describe('hangs', () => {
    it('makes enqueue fail in time, and a second try with the same id is not stored twice', async () => {
      const server = await start();
      const queue = create(server);
      await untilTaken(queue, 'evt_0');
      const goOn = hang(server);
      await expect(queue.enqueue(event('evt_1'))).rejects.toMatchObject({ code: 'ERR_QUEUE_UNAVAILABLE' });
      goOn();
      const later = create(server, { enqueueTimeoutMs: 20_000 });
      expect(['queued', 'duplicate']).toContain((await later.enqueue(event('evt_1'))).status);
      expect((await later.getMetrics()).counts).toMatchObject({ prioritized: 2, waiting: 0 });
    });

    it('lets close end, and the job it held is run again by another worker', async () => {
      using settled = collectFacts<JobSettled>('holdfast:queue:settled', QUEUE);
      const server = await start();
      const started = Promise.withResolvers<void>();
      const queue = create(server, { closeTimeoutMs: 10, lockDurationMs: 300, stalledIntervalMs: 100 });
      await untilTaken(queue, 'evt_1');
      await queue.startWorker(() => {
        started.resolve();
        return new Promise(() => {});
      });
      await started.promise;
      const goOn = hang(server);
      await queue.close();
      goOn();
      const next = create(server, { enqueueTimeoutMs: 20_000, stalledIntervalMs: 100 });
      await next.startWorker(() => 'done');
      expect((await settled.until((all) => all.at(-1)?.outcome === 'completed')).at(-1)?.outcome).toBe(
        'completed',
      );
    });
  });

  describe('dies and comes back', () => {
    it('keeps what was queued, and an enqueue under way waits for it', async () => {
      const first = await startRedis({ appendfsync: 'always' });
      const queue = create(first, { enqueueTimeoutMs: 20_000 });
      await queue.enqueue(event('before'));
      await first.kill();
      const under = queue.enqueue(event('under way'));
      await start({ port: first.port, directory: first.directory, appendfsync: 'always' });
      expect((await under).status).toBe('queued');
      expect((await queue.enqueue(event('before'))).status).toBe('duplicate');
    });

    it('lets close end soon where no job is running, whatever closeTimeoutMs is', async () => {
      const server = await startRedis();
      const queue = create(server, { closeTimeoutMs: 3_600_000, enqueueTimeoutMs: 20_000 });
      await queue.startWorker(() => undefined);
      await queue.ready();
      await server.stop();
      await queue.close();
    });

    it('lets the worker go on', async () => {
      using settled = collectFacts<JobSettled>('holdfast:queue:settled', QUEUE);
      const first = await startRedis({ appendfsync: 'always' });
      const queue = create(first, { enqueueTimeoutMs: 20_000 });
      const seen: string[] = [];
      await queue.startWorker((job) => void seen.push(job.eventId));
      await queue.enqueue(event('before'));
      await settled.count(1);
      await first.kill();
      await start({ port: first.port, directory: first.directory, appendfsync: 'always' });
      await queue.enqueue(event('after'));
      await settled.count(2);
      expect(seen).toEqual(['before', 'after']);
    });
  });

  it('is reached through a client of the application uses copies of it and leaves it open', async () => {
    using settled = collectFacts<JobSettled>('holdfast:queue:settled', QUEUE);
    const client = new Redis((await start()).port, '127.0.0.1');
    cleanUp.push(async () => client.disconnect());
    const queue = createWebhookQueue({ queueName: QUEUE, connection: client, enqueueTimeoutMs: 20_000 });
    await queue.startWorker(() => 'done');
    await queue.enqueue(event('evt_1'));
    await settled.count(1);
    await queue.close();
    expect(await client.ping()).toBe('PONG');
    expect(await client.exists('bull:outage:stripe.evt_1')).toBe(1);
  });

  it('refuses the password is told by ready, without showing it', async () => {
    const server = await start({ args: ['--requirepass', 'right'] });
    const troubles: Error[] = [];
    const connection = { host: '127.0.0.1', port: server.port, password: 'wrong-secret' };
    const queue = createWebhookQueue({
      queueName: QUEUE,
      connection,
      enqueueTimeoutMs: 200,
      onError: (error) => troubles.push(error),
    });
    cleanUp.push(() => queue.close());
    const error = await queue.ready().catch((caught: unknown) => caught as Error);
    expect(error).toMatchObject({ code: 'ERR_QUEUE_UNAVAILABLE' });
    await expect.poll(() => troubles.length).toBeGreaterThan(0);
    expect(JSON.stringify([error, troubles.map(String)])).not.toContain('wrong-secret');
  });
});
