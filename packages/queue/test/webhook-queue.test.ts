import { randomUUID } from 'node:crypto';
import { channel } from 'node:diagnostics_channel';
import {
  createTraceContext,
  currentSignal,
  getCurrentTrace,
  remainingMs,
  runWithTrace,
  withDeadline,
} from '@holdfast/context';
import { COLLECT_CHANNEL, type CollectRequest } from '@holdfast/context/channels';
import { ManualClock } from '@holdfast/context/testing';
import { CircuitOpenError } from '@holdfast/resilience';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createWebhookQueue,
  type DeadLettered,
  type JobSettled,
  type WebhookEvent,
  type WebhookQueue,
  type WebhookQueueOptions,
} from '../src/index.ts';
import { ENGINES, type RunningEngine } from './engines.ts';
import { collectFacts, type Facts } from './facts.ts';
import { passTime } from './pass-time.ts';

function event(eventId: string, eventType = 'order.created', provider = 'stripe'): WebhookEvent {
  return { eventId, eventType, payload: `{"id":"${eventId}"}`, provider, receivedAt: 1_700_000_000_000 };
}

class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code = 'ERR_TEST') {
    super(`refused with ${status}`);
    this.status = status;
    this.code = code;
  }
}

describe.each(ENGINES.filter((engine) => engine.available))('a webhook queue on $name', ({ start }) => {
  let engine: RunningEngine;
  let queueName: string;
  let open: WebhookQueue[];
  let settled: Facts<JobSettled>;

  beforeAll(async () => {
    engine = await start();
  });
  afterAll(() => engine.stop());
  beforeEach(() => {
    queueName = `q-${randomUUID()}`;
    open = [];
    settled = collectFacts<JobSettled>('holdfast:queue:settled', queueName);
  });
  afterEach(async () => {
    settled[Symbol.dispose]();
    await Promise.all(open.map((queue) => queue.close()));
  });

  function create(options: Partial<WebhookQueueOptions> = {}): WebhookQueue {
    const queue = createWebhookQueue({
      queueName,
      ...engine.where,
      backoff: { initialDelayMs: 1 },
      // A busy machine is slow, not away.
      enqueueTimeoutMs: 20_000,
      ...options,
    });
    open.push(queue);
    return queue;
  }

  describe('enqueue', () => {
    it('answers queued once and duplicate from then on, with the id of the job', async () => {
      const queue = create();
      expect(await queue.enqueue(event('evt:1'))).toEqual({ status: 'queued', jobId: 'stripe.evt%3A1' });
      expect(await queue.enqueue(event('evt:1'))).toEqual({ status: 'duplicate', jobId: 'stripe.evt%3A1' });
    });

    it('keeps the same event id of two providers apart', async () => {
      const queue = create();
      await queue.enqueue(event('7', 'order.created', 'stripe'));
      expect((await queue.enqueue(event('7', 'order.created', 'paddle'))).status).toBe('queued');
    });

    it('answers queued to exactly one of many at once, from two processes worth of queues', async () => {
      const [first, second] = [create(), create()];
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? first : second).enqueue(event('same'))),
      );
      expect(answers.filter(({ status }) => status === 'queued')).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 'duplicate')).toHaveLength(39);
    });

    it('answers duplicate while the first is done, dead or waiting', async () => {
      const queue = create({ maxRetries: 0 });
      await queue.enqueue(event('done'));
      await queue.enqueue(event('dead'));
      await queue.startWorker((job) => {
        if (job.eventId === 'dead') throw new Error('no');
      });
      await settled.count(2);
      await queue.pause();
      await queue.enqueue(event('waiting'));
      const answers = await Promise.all(['done', 'dead', 'waiting'].map((id) => queue.enqueue(event(id))));
      expect(answers.map(({ status }) => status)).toEqual(['duplicate', 'duplicate', 'duplicate']);
    });

    it('stores the event and nothing else as the payload', async () => {
      const queue = create();
      const seen = Promise.withResolvers<WebhookEvent>();
      await queue.startWorker((job) => seen.resolve(job.data));
      await runWithTrace(createTraceContext({ tenantId: 'acme' }), () => queue.enqueue(event('evt_1')));
      expect(await seen.promise).toEqual({
        eventId: 'evt_1',
        eventType: 'order.created',
        payload: '{"id":"evt_1"}',
        provider: 'stripe',
        receivedAt: 1_700_000_000_000,
      });
    });

    it('refuses what is not an event, naming the field', async () => {
      const broken = { ...event('evt_1'), payload: { parsed: true } } as unknown as WebhookEvent;
      await expect(create().enqueue(broken)).rejects.toMatchObject({
        code: 'ERR_QUEUE_INVALID_EVENT',
        field: 'payload',
        message: 'The event was refused: payload must be a string. Nothing was enqueued.',
      });
    });

    it('gives up at once when the deadline of its caller has passed', async () => {
      const queue = create();
      await expect(withDeadline(0, () => queue.enqueue(event('late')))).rejects.toMatchObject({
        code: 'ERR_QUEUE_UNAVAILABLE',
      });
      expect((await queue.getMetrics()).counts.prioritized).toBe(0);
    });

    it('is refused after close', async () => {
      const queue = create();
      await queue.close();
      await expect(queue.enqueue(event('evt_1'))).rejects.toMatchObject({ code: 'ERR_QUEUE_CLOSED' });
    });
  });

  describe('the worker', () => {
    it('takes payments first, then subscriptions, then the rest, each in order of arrival', async () => {
      const queue = create({ concurrency: 1 });
      for (const type of [
        'order.created',
        'subscription.created',
        'payment.failed',
        'order.paid',
        'transaction.paid',
      ]) {
        await queue.enqueue(event(type, type));
      }
      const order: string[] = [];
      await queue.startWorker((job) => void order.push(job.eventType));
      await settled.count(5);
      expect(order).toEqual([
        'payment.failed',
        'transaction.paid',
        'subscription.created',
        'order.created',
        'order.paid',
      ]);
    });

    it("runs each attempt in its producer's trace and tenant, without the producer's deadline", async () => {
      const queue = create();
      const context = createTraceContext({ tenantId: 'acme', userId: 'u1', requestId: 'req-1' });
      await runWithTrace(context, () => withDeadline(60_000, () => queue.enqueue(event('evt_1'))));
      const seen: unknown[] = [];
      await queue.startWorker((job) => {
        const trace = getCurrentTrace();
        seen.push(
          trace?.traceId,
          trace?.tenantId,
          trace?.userId,
          trace?.requestId,
          remainingMs(),
          currentSignal() === job.signal,
        );
        if (job.attempt === 1) throw new Error('again');
      });
      await settled.count(2);
      const once = [context.traceId, 'acme', 'u1', 'req-1', Number.POSITIVE_INFINITY, true];
      expect(seen).toEqual([...once, ...once]);
    });

    it('retries a transient failure and counts the attempts', async () => {
      const queue = create();
      const attempts: string[] = [];
      await queue.enqueue(event('evt_1'));
      await queue.startWorker((job) => {
        attempts.push(`${job.attempt} of ${job.maxAttempts}`);
        if (job.attempt < 3) throw new Error('not yet');
      });
      const facts = await settled.count(3);
      expect(attempts).toEqual(['1 of 4', '2 of 4', '3 of 4']);
      expect(facts.map(({ outcome }) => outcome)).toEqual(['retried', 'retried', 'completed']);
    });

    it('makes 4 attempts with maxRetries 3, then the job is a dead letter with its history', async () => {
      const queue = create();
      await queue.enqueue(event('evt_1'));
      await queue.startWorker((job) => {
        throw new TypeError(`failure ${job.attempt}`);
      });
      await settled.count(4);
      const letter = await queue.deadLetters.get('stripe.evt_1');
      expect(letter).toMatchObject({
        reason: 'failure 4',
        failureClass: 'transient',
        attempts: 4,
        redrives: 0,
      });
      expect(letter?.history.map(({ attempt, error }) => [attempt, error])).toEqual([
        [1, 'TypeError: failure 1'],
        [2, 'TypeError: failure 2'],
        [3, 'TypeError: failure 3'],
        [4, 'TypeError: failure 4'],
      ]);
      expect(letter?.history.every(({ at }) => Math.abs((at ?? 0) - Date.now()) < 60_000)).toBe(true);
      expect(letter?.stack).toMatch(/^TypeError: failure 4\n {4}at /);
    });

    it('buries a permanent failure at once', async () => {
      const queue = create();
      await queue.enqueue(event('evt_1'));
      await queue.startWorker(() => {
        throw new Refusal(422);
      });
      expect((await settled.count(1))[0]?.outcome).toBe('dead');
      expect(await queue.deadLetters.get('stripe.evt_1')).toMatchObject({
        failureClass: 'permanent',
        attempts: 1,
      });
    });

    it('delays a throttled job by its Retry-After and spends an attempt', async () => {
      const queue = create();
      await queue.enqueue(event('evt_1'));
      await queue.startWorker(() => {
        throw Object.assign(new Refusal(429), { headers: { 'retry-after': '3600' } });
      });
      expect((await settled.count(1))[0]?.outcome).toBe('retried');
      const { counts, processing } = await queue.getMetrics();
      expect(counts).toMatchObject({ delayed: 1, failed: 0 });
      expect(processing.attempts).toMatchObject({ retried: 1, parked: 0 });
    });

    it('parks a job while a circuit is open, without spending an attempt', async () => {
      const queue = create({ maxRetries: 0 });
      await queue.enqueue(event('evt_1'));
      const attempts: number[] = [];
      await queue.startWorker((job) => {
        attempts.push(job.attempt);
        if (attempts.length < 4) throw new CircuitOpenError('payments', 1);
      });
      const facts = await settled.count(4);
      expect(attempts).toEqual([1, 1, 1, 1]);
      expect(facts.map(({ outcome }) => outcome)).toEqual(['parked', 'parked', 'parked', 'completed']);
    });

    it('parks a job for maxParkMs in all, then each refusal costs an attempt', async () => {
      const queue = create({ maxRetries: 1, maxParkMs: 150 });
      await queue.enqueue(event('evt_1'));
      await queue.startWorker(() => {
        throw new CircuitOpenError('payments', 60);
      });
      const facts = await settled.until((all) => all.at(-1)?.outcome === 'dead');
      expect(facts.map(({ outcome }) => outcome)).toEqual(['parked', 'parked', 'retried', 'dead']);
    });

    it('keeps a job whose processor cancels itself on its attempts', async () => {
      const queue = create({ maxRetries: 1 });
      await queue.enqueue(event('evt_1'));
      await queue.startWorker(() => {
        throw new DOMException('I gave up', 'AbortError');
      });
      const facts = await settled.until((all) => all.at(-1)?.outcome === 'dead');
      expect(facts.map(({ outcome }) => outcome)).toEqual(['retried', 'dead']);
    });

    it.each([
      ['undefined', undefined],
      ['null', null],
      ['a text', 'broken'],
      ['a number', 42],
      [
        'an object whose getters throw',
        Object.defineProperty({}, 'name', {
          get: () => {
            throw new Error('trap');
          },
        }),
      ],
      ['an error named as BullMQ names a delay', Object.assign(new Error('x'), { name: 'DelayedError' })],
      ['an error named as BullMQ names a return', Object.assign(new Error('x'), { name: 'WaitingError' })],
      ["BullMQ's rate limit", new Error('bullmq:rateLimitExceeded')],
    ])('buries a job whose processor throws %s', async (_what, thrown) => {
      const queue = create({ maxRetries: 0 });
      await queue.enqueue(event('evt_1'));
      await queue.startWorker(() => {
        throw thrown;
      });
      expect((await settled.count(1))[0]?.outcome).toBe('dead');
      expect(await queue.deadLetters.count()).toBe(1);
    });

    it.each([
      ['undefined', undefined],
      ['a BigInt', 1n],
      ['a function', () => 1],
      [
        'a circle',
        (() => {
          const circle: { self?: unknown } = {};
          circle.self = circle;
          return circle;
        })(),
      ],
    ])('completes a job whose processor returns %s', async (_what, value) => {
      const queue = create();
      await queue.enqueue(event('evt_1'));
      await queue.startWorker(() => value);
      expect((await settled.count(1))[0]?.outcome).toBe('completed');
    });

    it('takes no job while it is paused, and goes on with resume', async () => {
      const [paused, other] = [create(), create()];
      const takenBy: string[] = [];
      await paused.startWorker(() => void takenBy.push('paused'));
      await other.startWorker(() => void takenBy.push('other'));
      await paused.pause();
      await Promise.all(Array.from({ length: 20 }, (_, index) => other.enqueue(event(`evt_${index}`))));
      await settled.count(20);
      expect(new Set(takenBy)).toEqual(new Set(['other']));

      await other.pause();
      await paused.resume();
      await other.enqueue(event('evt_last'));
      await settled.count(21);
      expect(takenBy.at(-1)).toBe('paused');
    });

    it('needs a processor, and starts once', async () => {
      const queue = create();
      await expect(queue.startWorker()).rejects.toMatchObject({ code: 'ERR_QUEUE_WORKER_START' });
      queue.setProcessor(() => undefined);
      await queue.startWorker();
      await expect(queue.startWorker()).rejects.toMatchObject({ code: 'ERR_QUEUE_WORKER_START' });
    });
  });

  describe('close', () => {
    it('waits for a job that is running', async () => {
      const queue = create();
      const started = Promise.withResolvers<void>();
      const finish = Promise.withResolvers<void>();
      await queue.enqueue(event('evt_1'));
      await queue.startWorker(async () => {
        started.resolve();
        await finish.promise;
      });
      await started.promise;
      const closed = queue.close();
      finish.resolve();
      await closed;
      expect(settled.all.map(({ outcome }) => outcome)).toEqual(['completed']);
    });

    it('aborts the signal of a job that does not end, and puts it back without spending its attempt', async () => {
      const clock = new ManualClock(Date.now());
      const queue = create({ closeTimeoutMs: 20, clock });
      const started = Promise.withResolvers<AbortSignal>();
      await queue.enqueue(event('evt_1'));
      await queue.startWorker(
        ({ signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error));
            started.resolve(signal);
          }),
      );
      const signal = await started.promise;
      const closed = queue.close();
      while (!signal.aborted) await clock.advance(20);
      // No time passes until then: the store of a busy machine takes as long as it takes.
      await settled.count(1);
      await passTime(clock, closed);
      expect(settled.all.map(({ outcome }) => outcome)).toEqual(['returned']);

      const next = create();
      const attempt = Promise.withResolvers<number>();
      await next.startWorker((job) => attempt.resolve(job.attempt));
      expect(await attempt.promise).toBe(1);
    });

    it('puts back a job whose processor ignores its signal', async () => {
      const clock = new ManualClock(Date.now());
      const queue = create({ closeTimeoutMs: 20, clock });
      const started = Promise.withResolvers<AbortSignal>();
      await queue.enqueue(event('evt_1'));
      await queue.startWorker(({ signal }) => {
        started.resolve(signal);
        return new Promise(() => {});
      });
      const signal = await started.promise;
      const closed = queue.close();
      while (!signal.aborted) await clock.advance(20);
      // How long it may ignore its signal.
      await clock.advance(1000);
      await settled.count(1);
      await passTime(clock, closed);
      expect(settled.all.map(({ outcome }) => outcome)).toEqual(['returned']);
      expect((await create().getMetrics()).counts).toMatchObject({ prioritized: 1, active: 0 });
    });

    it('may be called twice, and by await using', async () => {
      await using queue = create();
      await Promise.all([queue.close(), queue.close()]);
    });
  });

  describe('dead letters', () => {
    async function bury(queue: WebhookQueue, ids: string[]): Promise<void> {
      const before = settled.all.filter(({ outcome }) => outcome === 'dead').length;
      for (const [index, id] of ids.entries()) {
        await queue.enqueue(event(id));
        await settled.until(
          (all) => all.filter(({ outcome }) => outcome === 'dead').length === before + index + 1,
        );
      }
    }

    it('are listed newest first, page by page', async () => {
      const queue = create({ maxRetries: 0, concurrency: 1 });
      await queue.startWorker((job) => {
        throw new Error(`failed ${job.eventId}`);
      });
      await bury(queue, ['a', 'b', 'c']);
      const first = await queue.deadLetters.list({ limit: 2 });
      expect(first.items.map(({ id, reason }) => [id, reason])).toEqual([
        ['stripe.c', 'failed c'],
        ['stripe.b', 'failed b'],
      ]);
      expect(first).toMatchObject({ total: 3, nextOffset: 2 });
      const second = await queue.deadLetters.list({ offset: 2, limit: 2 });
      expect(second.items.map(({ id }) => id)).toEqual(['stripe.a']);
      expect(second.nextOffset).toBeUndefined();
      expect(await queue.deadLetters.count()).toBe(3);
    });

    it('are redriven with their trace, all attempts and a count of who did it', async () => {
      const queue = create({ maxRetries: 0 });
      const context = createTraceContext();
      await runWithTrace(context, () => queue.enqueue(event('evt_1')));
      const traces: (string | undefined)[] = [];
      await queue.startWorker(() => {
        traces.push(getCurrentTrace()?.traceId);
        throw new Error('no');
      });
      await settled.count(1);
      await queue.deadLetters.redrive('stripe.evt_1', { by: 'ann' });
      await settled.count(2);
      expect(traces).toEqual([context.traceId, context.traceId]);
      const letter = await queue.deadLetters.get('stripe.evt_1');
      expect(letter).toMatchObject({
        redrives: 1,
        attempts: 1,
        redriveLog: [{ by: 'ann', at: expect.any(Number) }],
      });
      expect(letter?.history).toHaveLength(2);
      expect(letter?.carrier.traceparent?.slice(3, 35)).toBe(context.traceId);
      expect(letter?.data).toEqual(event('evt_1'));
    });

    it('are gone once discarded, and then their event is a new one', async () => {
      const queue = create({ maxRetries: 0 });
      await queue.startWorker(() => {
        throw new Error('no');
      });
      await bury(queue, ['evt_1']);
      await queue.deadLetters.discard('stripe.evt_1', { by: 'ann' });
      expect(await queue.deadLetters.count()).toBe(0);
      expect(await queue.deadLetters.get('stripe.evt_1')).toBeUndefined();
      expect(await queue.deadLetters.acts()).toMatchObject([
        { queue: queueName, jobId: 'stripe.evt_1', jobName: 'order.created', act: 'discard', by: 'ann' },
      ]);
      expect((await queue.enqueue(event('evt_1'))).status).toBe('queued');
    });

    it('are not what is done or waiting', async () => {
      const queue = create();
      await queue.enqueue(event('evt_1'));
      await expect(queue.deadLetters.discard('stripe.evt_1')).rejects.toMatchObject({
        code: 'ERR_QUEUE_DEAD_LETTER_NOT_FOUND',
      });
      await expect(queue.deadLetters.redrive('stripe.nothing')).rejects.toMatchObject({
        code: 'ERR_QUEUE_DEAD_LETTER_NOT_FOUND',
      });
      expect(await queue.deadLetters.get('stripe.evt_1')).toBeUndefined();
    });

    it('refuse a page that is out of range', async () => {
      await expect(create().deadLetters.list({ limit: 0 })).rejects.toThrow(
        'limit is 0; it must be from 1 to 1000.',
      );
    });

    it('are told as they die', async () => {
      using dead = collectFacts<DeadLettered>('holdfast:queue:dead-letter', queueName);
      const queue = create({ maxRetries: 0 });
      const context = createTraceContext();
      await runWithTrace(context, () => queue.enqueue(event('evt_1')));
      await queue.startWorker(() => {
        throw new Refusal(404);
      });
      const [fact] = await dead.count(1);
      expect(fact).toMatchObject({
        queue: queueName,
        jobId: 'stripe.evt_1',
        jobName: 'order.created',
        reason: 'refused with 404',
        failureClass: 'permanent',
      });
      expect(fact?.carrier.traceparent).toContain(context.traceId);
    });
  });

  describe('its state', () => {
    it('is given by getMetrics', async () => {
      const queue = create();
      await queue.enqueue(event('a', 'payment.paid'));
      await queue.enqueue(event('b', 'order.created'));
      expect(await queue.getMetrics()).toMatchObject({
        queue: queueName,
        counts: { waiting: 0, prioritized: 2, active: 0, delayed: 0, completed: 0, failed: 0 },
        deadLetters: 0,
        processing: { meanDurationMs: 0 },
      });
      expect((await queue.getMetrics()).oldestJobAgeMs).toBeGreaterThanOrEqual(0);
    });

    it('is collected at each scrape while it is open', async () => {
      const queue = create();
      await queue.enqueue(event('a'));
      expect(await collect()).toMatchObject([
        { kind: 'queue.depth', snapshot: { counts: { prioritized: 1 } } },
      ]);
      await queue.close();
      expect(await collect()).toEqual([]);
    });

    async function collect(): Promise<unknown[]> {
      const found: { kind: string; snapshot: { queue?: string } }[] = [];
      const work: Promise<void>[] = [];
      const request: CollectRequest = {
        add: (kind, snapshot) => void found.push({ kind, snapshot }),
        waitFor: (promise) => void work.push(promise),
      };
      channel(COLLECT_CHANNEL).publish(request);
      await Promise.all(work);
      return found.filter(({ snapshot }) => snapshot.queue === queueName);
    }
  });
});
