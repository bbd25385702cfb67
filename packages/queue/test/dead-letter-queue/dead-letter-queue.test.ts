import { randomUUID } from 'node:crypto';
import { createTraceContext, runWithTrace } from '@holdfast/context';
import { ManualClock } from '@holdfast/context/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  DEAD_LETTER_QUEUE_DEFAULTS,
  type DeadLetterAct,
  DeadLetterQueue,
  type DeadLetterQueueOptions,
} from '../../src/index.ts';
import { collectFacts } from '../facts.ts';
import { type RunningStore, STORES } from './stores.ts';

const NOW = 1_767_225_600_000;
const DAY_MS = 86_400_000;

describe.each(STORES.filter((store) => store.available))('a DeadLetterQueue on $name', ({ start }) => {
  let running: RunningStore;
  let queuePrefix: string;
  let clock: ManualClock;
  let open: DeadLetterQueue[];
  let dlq: DeadLetterQueue;

  beforeAll(async () => {
    running = await start();
  });
  afterAll(() => running.stop());
  beforeEach(() => {
    queuePrefix = `dlq:${randomUUID()}:`;
    clock = new ManualClock(NOW);
    open = [];
    dlq = create();
  });
  afterEach(async () => {
    await Promise.all(open.map((queue) => queue.close()));
  });

  function create(options: DeadLetterQueueOptions = {}): DeadLetterQueue {
    const queue = new DeadLetterQueue({ ...running.place, queuePrefix, clock, ...options });
    open.push(queue);
    return queue;
  }

  it('keeps payload, error, origin and trace of what failed', async () => {
    const context = createTraceContext({ correlationId: 'corr-1', tenantId: 'acme' });
    const id = await runWithTrace(context, () =>
      dlq.enqueue('ORDER', { id: 7, items: [], note: 'a\u0000b 😀' }, new TypeError('no price'), {
        sourceService: 'orders',
      }),
    );
    const [record] = await create().list('ORDER');
    expect(record).toMatchObject({
      id,
      eventType: 'ORDER',
      payload: { id: 7, items: [], note: 'a\u0000b 😀' },
      error: {
        name: 'TypeError',
        message: 'no price',
        stack: expect.stringContaining('dead-letter-queue.test.ts'),
      },
      sourceService: 'orders',
      correlationId: 'corr-1',
      carrier: { traceparent: expect.stringContaining(context.traceId), tenantId: 'acme' },
      failedAt: NOW,
      retries: 0,
      retryLog: [],
    });
  });

  it('keeps a payload that JSON cannot hold as a text, and whatever was thrown', async () => {
    const cyclic: Record<string, unknown> = { amount: 10n };
    cyclic['self'] = cyclic;
    await dlq.enqueue('ODD', cyclic, 'just text');
    await dlq.enqueue('ODD', undefined, undefined);
    const records = await dlq.list('ODD');
    expect(records.map(({ payload }) => payload)).toContain(null);
    expect(records.find(({ payloadIsText }) => payloadIsText)).toMatchObject({
      payload: expect.stringContaining('amount: 10n'),
      error: { name: 'Error', message: expect.stringContaining('just text') },
    });
  });

  it('lists an event type newest first, in pages', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      ids.unshift(await dlq.enqueue('A', { count }, new Error('x')));
      await clock.advance(1);
    }
    await dlq.enqueue('B', {}, new Error('x'));
    const first = await dlq.list('A', { limit: 2 });
    await dlq.remove('A', first[1]?.id ?? '');
    const second = await dlq.list('A', { limit: 2, after: first[1]?.id ?? '' });
    const third = await dlq.list('A', { limit: 2, after: second[1]?.id ?? '' });
    expect([...first, ...second, ...third].map(({ id }) => id)).toEqual(ids);
    expect(await dlq.types()).toEqual(['A', 'B']);
    expect(await dlq.count('A')).toBe(4);
  });

  it('gives a letter to one of two who take it, and to another once the claim has ended', async () => {
    const id = await dlq.enqueue('A', { n: 1 }, new Error('x'));
    const others = [dlq, create(), create()];
    const takers = await Promise.allSettled(others.map((queue) => queue.dequeue('A', id)));
    expect(takers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    await expect(dlq.dequeue('A', id)).rejects.toMatchObject({
      code: 'ERR_QUEUE_DEAD_LETTER_BUSY',
      retryAfterMs: 300_000,
    });
    await clock.advance(300_000);
    expect(await dlq.dequeue('A', id)).toMatchObject({ payload: { n: 1 } });
    expect(await dlq.count('A')).toBe(1);
  });

  it('runs a retry once, of two operators who ask for it at once', async () => {
    const id = await dlq.enqueue('A', {}, new Error('x'));
    let runs = 0;
    const retry = (queue: DeadLetterQueue) =>
      queue.retry('A', id, async () => {
        runs += 1;
        await new Promise(setImmediate);
        return 'done';
      });
    const both = await Promise.allSettled([retry(dlq), retry(create())]);
    expect(runs).toBe(1);
    expect(both.filter(({ status }) => status === 'fulfilled')).toMatchObject([{ value: 'done' }]);
    expect(await dlq.count('A')).toBe(0);
    expect(await dlq.types()).toEqual([]);
  });

  it('keeps a letter whose retry fails, with the failure in its log, free for the next', async () => {
    const id = await dlq.enqueue('A', { n: 1 }, new Error('first'));
    const again = () =>
      dlq.retry(
        'A',
        id,
        () => {
          throw new Error('again');
        },
        { by: 'ann' },
      );
    for (let count = 0; count < 12; count += 1) await expect(again()).rejects.toThrow('again');
    const [record] = await dlq.list('A');
    expect(record).toMatchObject({ payload: { n: 1 }, error: { message: 'first' }, retries: 12 });
    expect(record?.retryLog).toHaveLength(10);
    expect(record?.retryLog.at(-1)).toMatchObject({ by: 'ann', at: NOW, error: { message: 'again' } });
  });

  it('removes a letter once, and says so', async () => {
    const id = await dlq.enqueue('A', {}, new Error('x'));
    expect(await dlq.remove('A', id)).toBe(true);
    expect(await dlq.remove('A', id)).toBe(false);
    await expect(dlq.dequeue('A', id)).rejects.toMatchObject({ code: 'ERR_QUEUE_DEAD_LETTER_NOT_FOUND' });
  });

  it('removes what is too old, but for what somebody has in hand', async () => {
    const taken = await dlq.enqueue('A', {}, new Error('x'));
    await dlq.enqueue('A', {}, new Error('x'));
    await dlq.enqueue('B', {}, new Error('x'));
    await clock.advance(30 * DAY_MS);
    await dlq.enqueue('A', {}, new Error('young'));
    expect(await dlq.expire()).toBe(0);
    await clock.advance(1);
    await dlq.dequeue('A', taken);
    expect((await dlq.list('A')).map(({ error }) => error.message)).toEqual(['young']);
    expect((await dlq.expire(1)) + (await dlq.expire()) + (await dlq.expire())).toBe(2);
    expect(await dlq.count('A')).toBe(2);
    expect(await dlq.types()).toEqual(['A']);
  });

  it('expires by itself, at most once an hour, on an enqueue', async () => {
    await dlq.enqueue('A', {}, new Error('x'));
    await clock.advance(31 * DAY_MS);
    using facts = collectFacts<DeadLetterAct>('holdfast:queue:dead-letter-act', queuePrefix);
    await dlq.enqueue('B', {}, new Error('x'));
    expect(await facts.count(1)).toMatchObject([
      { act: 'expire', by: 'expiry', jobName: 'A', failedAt: NOW },
    ]);
    expect(await dlq.count('A')).toBe(0);
  });

  it('tells what was retried and discarded, and by whom', async () => {
    using facts = collectFacts<DeadLetterAct>('holdfast:queue:dead-letter-act', queuePrefix);
    const [a, b, c] = await Promise.all([1, 2, 3].map((n) => dlq.enqueue('A', { n }, new Error('x'))));
    await dlq.retry('A', a ?? '', () => {}, { by: 'ann' });
    await dlq.remove('A', b ?? '', { by: 'bob' });
    await dlq.dequeue('A', c ?? '', { by: 'cyd' });
    await dlq.remove('A', c ?? '', { by: 'cyd' });
    expect(facts.all.map(({ act, by }) => `${act} by ${by}`)).toEqual([
      'redrive by ann',
      'discard by bob',
      'redrive by cyd',
    ]);
  });

  it('keeps two prefixes apart', async () => {
    await dlq.enqueue('A', {}, new Error('x'));
    const other = create({ queuePrefix: `${queuePrefix}other:` });
    expect(await other.types()).toEqual([]);
    expect(await other.list('A')).toEqual([]);
  });

  it('takes event types of every kind', async () => {
    for (const type of ['a:b', '*', "'; DROP TABLE x; --", '日本', '[x]?', '__proto__']) {
      const id = await dlq.enqueue(type, { type }, new Error('x'));
      expect(await dlq.list(type)).toMatchObject([{ id, payload: { type } }]);
    }
    expect(await dlq.types()).toHaveLength(6);
    await expect(dlq.enqueue('', {}, new Error('x'))).rejects.toThrow('eventType must be');
    await expect(dlq.list('A', { limit: 0 })).rejects.toThrow('limit is 0; it must be from 1 to 1000.');
  });

  it('has no letter of an id or a type that none can have, as a client may send one', async () => {
    for (const one of ['', '\0', '\uD800', '*', "'; DROP TABLE x; --", 'x'.repeat(100_000)]) {
      await expect(dlq.dequeue(one, one)).rejects.toMatchObject({ code: 'ERR_QUEUE_DEAD_LETTER_NOT_FOUND' });
      expect(await dlq.remove(one, one)).toBe(false);
      expect([await dlq.list(one, { after: one }), await dlq.count(one)]).toEqual([[], 0]);
    }
  });

  it('is refused after close', async () => {
    await dlq.close();
    await expect(dlq.count('A')).rejects.toMatchObject({ code: 'ERR_QUEUE_CLOSED' });
  });
});

describe.each(STORES.filter((store) => store.available && store.name !== 'sqlite'))(
  'a DeadLetterQueue whose $name is away',
  ({ start }) => {
    it('fails with an error of its own, which names neither address nor payload', async () => {
      const running = await start();
      const dlq = new DeadLetterQueue(running.place);
      await running.stop();
      const failure = await dlq
        .enqueue('A', { card: '4242' }, new Error('secret'))
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({
        code: 'ERR_QUEUE_DEAD_LETTER_STORE',
        message:
          'The store of the dead letters failed to keep a letter: see the cause. Check that it can be reached, then try again.',
      });
      await dlq.close();
    });
  },
);

describe('the options of a DeadLetterQueue', () => {
  it('have the defaults of the README', () => {
    expect(DEAD_LETTER_QUEUE_DEFAULTS).toEqual({ queuePrefix: 'dlq:', maxAgeDays: 30, claimMs: 300_000 });
  });

  it.each<[DeadLetterQueueOptions, string]>([
    [{ maxAgeDays: 0 }, 'maxAgeDays is 0; it must be from 0.01 to 36500.'],
    [{ claimMs: 10 }, 'claimMs is 10; it must be from 1000 to 86400000.'],
    [{ queuePrefix: '' }, 'queuePrefix must be a string of 1 to 128 characters.'],
    [{ redisUrl: 'http://x' }, 'redisUrl must begin with redis:// or rediss://.'],
    [{ redisUrl: 'redis://x', backend: { file: 'x' } }, 'redisUrl client and backend: give one of them.'],
    [{ backend: {} as never }, 'backend must be { file: path }, { db: an open better-sqlite3 database }'],
  ])('refuse %j', (options, message) => {
    expect(() => new DeadLetterQueue(options)).toThrow(message);
  });
});
