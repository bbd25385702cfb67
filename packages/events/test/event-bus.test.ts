import { createTraceContext, getCurrentTrace, runWithTrace } from '@holdfast/context';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createEventBus, type EventBus, type EventBusOptions, type EventTypes } from '../src/index.ts';
import { ENGINES, type RunningEngine } from './engines.ts';
import { Seen } from './seen.ts';

const QUICK = { backoff: { initialDelayMs: 1, maxDelayMs: 1 } };
let buses = 0;

describe.each(ENGINES.filter(({ available }) => available))('createEventBus on $name', ({ start }) => {
  let engine: RunningEngine;
  beforeAll(async () => {
    engine = await start();
  });
  afterAll(() => engine.stop());

  function create<Types extends EventTypes = EventTypes>(
    options: EventBusOptions<Types> = {},
    name = `bus-${++buses}`,
  ): EventBus<Types> {
    const bus = createEventBus<Types>({ ...engine.where, name, ...options });
    onTestFinished(() => bus.close());
    return bus;
  }

  it('delivers each event to every group that wants its type, and to no other', async () => {
    const bus = create<{ paid: { n: number }; sent: string }>();
    const mail = new Seen<unknown>();
    const audit = new Seen<unknown>();
    await bus.subscribe('mail', 'paid', ({ payload }) => mail.add(payload));
    await bus.subscribe('audit', '*', ({ eventType }) => audit.add(eventType));
    await bus.publish('sent', 'x');
    await bus.publish('paid', { n: 1 });
    expect(await mail.count(1)).toEqual([{ n: 1 }]);
    expect(new Set(await audit.count(2))).toEqual(new Set(['paid', 'sent']));
    expect(mail.all).toHaveLength(1);
  });

  it('gives a handler the id, metadata, key, time and attempt of its event', async () => {
    const bus = create();
    const seen = new Seen<object>();
    await bus.subscribe('g', '*', ({ signal: _signal, publishedAt, ...event }) => {
      seen.add({ ...event, isRecent: publishedAt > 1_700_000_000_000 });
    });
    await bus.publish('a', [1], { correlationId: 'c-1', tags: ['x'] }, { key: 'k', id: 'e-1' });
    expect(await seen.count(1)).toEqual([
      {
        id: 'e-1',
        eventType: 'a',
        payload: [1],
        metadata: { correlationId: 'c-1', tags: ['x'] },
        key: 'k',
        attempt: 1,
        maxAttempts: 4,
        isReplay: false,
        isRecent: true,
      },
    ]);
  });

  it('keeps what JSON can hold, U+0000 and halves of characters among it', async () => {
    const bus = create();
    const seen = new Seen<unknown>();
    await bus.subscribe('g', '*', ({ payload }) => seen.add(payload));
    await bus.publish('a', { text: 'a\0b\ud800', '\u0000': null });
    await bus.publish('a', null);
    expect(await seen.count(2)).toEqual(
      expect.arrayContaining([{ text: 'a\0b\ud800', '\u0000': null }, null]),
    );
  });

  it('says that a second event with the same id is a duplicate, and delivers one', async () => {
    const bus = create();
    const seen = new Seen<unknown>();
    await bus.subscribe('g', '*', ({ payload }) => seen.add(payload));
    const both = await Promise.all([
      bus.publish('a', 1, {}, { id: 'same' }),
      bus.publish('a', 2, {}, { id: 'same' }),
    ]);
    expect(both.map(({ status }) => status)).toEqual(['published', 'duplicate']);
    await bus.publish('a', 3);
    expect(new Set(await seen.count(2))).toEqual(new Set([1, 3]));
  });

  it('delivers to a group what was published while none of its processes ran', async () => {
    const bus = create();
    const first = await bus.subscribe('g', '*', () => {});
    await first.close();
    await bus.publish('a', 'while away');
    const seen = new Seen<unknown>();
    await bus.subscribe('g', '*', ({ payload }) => seen.add(payload));
    expect(await seen.count(1)).toEqual(['while away']);
  });

  it('delivers to a group whose handlers are on another bus of the same name', async () => {
    const name = `bus-${++buses}`;
    const [here, there] = [create({}, name), create({}, name)];
    const seen = new Seen<unknown>();
    await there.subscribe('g', '*', ({ payload }) => seen.add(payload));
    await here.publish('a', 1);
    expect(await seen.count(1)).toEqual([1]);
  });

  it('begins with now for a new group, or with the start, or with a time', async () => {
    const bus = create();
    await bus.publish('a', 'old');
    const old = Date.now();
    while (Date.now() <= old + 1) await new Promise((resolve) => setImmediate(resolve));
    const since = Date.now();
    await bus.publish('a', 'newer');
    const [fromNow, fromStart, fromTime] = [new Seen<unknown>(), new Seen<unknown>(), new Seen<unknown>()];
    await bus.subscribe('now', '*', ({ payload }) => fromNow.add(payload));
    await bus.subscribe('start', '*', ({ payload }) => fromStart.add(payload), {
      from: 'start',
      concurrency: 1,
    });
    await bus.subscribe('time', '*', ({ payload }) => fromTime.add(payload), { from: since, concurrency: 1 });
    await bus.publish('a', 'newest');
    // Without `ordered` a group promises no order, and PostgreSQL keeps none among jobs that are added at once.
    expect(new Set(await fromStart.count(3))).toEqual(new Set(['old', 'newer', 'newest']));
    expect(new Set(await fromTime.count(2))).toEqual(new Set(['newer', 'newest']));
    expect(await fromNow.count(1)).toEqual(['newest']);
  });

  it('replays from a time to one group, under the old ids, and not what comes later', async () => {
    const bus = create();
    const seen = new Seen<readonly [unknown, string, boolean]>();
    const other = new Seen<unknown>();
    await bus.subscribe('g', '*', ({ payload, id, isReplay }) => seen.add([payload, id, isReplay]), {
      concurrency: 1,
    });
    await bus.subscribe('other', '*', ({ payload }) => other.add(payload));
    await bus.publish('a', 1, {}, { id: 'one' });
    await seen.count(1);
    await bus.replay({ group: 'g', from: 'start' });
    await seen.count(2);
    await bus.replay({ group: 'g', from: 0 });
    await bus.publish('a', 2, {}, { id: 'two' });
    await seen.count(4);
    await other.count(2);
    expect(seen.all.filter(([payload]) => payload === 1)).toEqual([
      [1, 'one', false],
      [1, 'one', true],
      [1, 'one', true],
    ]);
    expect(seen.all.filter(([payload]) => payload === 2)).toEqual([[2, 'two', false]]);
    expect(new Set(other.all)).toEqual(new Set([1, 2]));
    expect(other.all).toHaveLength(2);
    await expect(bus.replay({ group: 'nobody', from: 0 })).rejects.toMatchObject({
      code: 'ERR_EVENTS_GROUP',
    });
  });

  it('retries a handler that throws, whatever it throws', async () => {
    const bus = create();
    const thrown = ['text', null, undefined, 0, { code: 'odd' }];
    const seen = new Seen<number>();
    await bus.subscribe(
      'g',
      '*',
      ({ attempt }) => {
        seen.add(attempt);
        if (attempt <= thrown.length) throw thrown[attempt - 1];
      },
      { ...QUICK, maxRetries: 5, circuit: false },
    );
    await bus.publish('a', 1);
    expect(await seen.count(6)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('puts what cannot be handled into the dead letters of its group alone, and redrives it', async () => {
    const dead = new Seen<readonly [unknown, string, string]>();
    const bus = create({
      onDeadLetter: (event, error, group) => dead.add([event.payload, error.message, group]),
    });
    const good = new Seen<unknown>();
    const seen = new Seen<unknown>();
    let broken = true;
    await bus.subscribe(
      'bad',
      '*',
      ({ payload }) => {
        if (broken) throw new Error('no');
        seen.add(payload);
      },
      { ...QUICK, maxRetries: 1 },
    );
    await bus.subscribe('good', '*', ({ payload }) => good.add(payload));
    await bus.publish('a', 'x', {}, { id: 'dead-1' });
    expect(await dead.count(1)).toEqual([['x', 'no', 'bad']]);
    expect(await good.count(1)).toEqual(['x']);
    const letters = await bus.deadLetters('bad');
    expect(await letters.list()).toMatchObject({
      total: 1,
      items: [{ id: 'dead-1', jobName: 'a', reason: 'no' }],
    });
    expect(await (await bus.deadLetters('good')).count()).toBe(0);
    broken = false;
    await letters.redrive('dead-1');
    expect(await seen.count(1)).toEqual(['x']);
  });

  it('ends the attempt of a handler that never ends, and goes on', async () => {
    const bus = create();
    const seen = new Seen<number>();
    await bus.subscribe(
      'g',
      '*',
      ({ attempt, signal }) => {
        seen.add(attempt);
        if (attempt > 1) return undefined;
        return new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason)),
        );
      },
      { ...QUICK, handlerTimeoutMs: 20 },
    );
    await bus.publish('a', 1);
    expect(await seen.count(2)).toEqual([1, 2]);
  });

  it('takes no event while the circuit of the group is open, and spends no attempt on it', async () => {
    const bus = create();
    const seen = new Seen<readonly [unknown, number]>();
    let broken = true;
    await bus.subscribe(
      'g',
      '*',
      ({ payload, attempt }) => {
        seen.add([payload, attempt]);
        if (broken) throw new Error('down');
      },
      { ...QUICK, concurrency: 1, maxRetries: 9, circuit: { failureThreshold: 2, resetTimeoutMs: 300 } },
    );
    await bus.publish('a', 1);
    await seen.count(2);
    broken = false;
    await bus.publish('a', 2);
    const all = await seen.until(
      (each) => each.filter(([payload]) => payload === 2).length === 1 && each.length >= 4,
    );
    expect(all.filter(([payload]) => payload === 2)).toEqual([[2, 1]]);
    expect(all.filter(([payload]) => payload === 1)).toEqual([
      [1, 1],
      [1, 2],
      [1, 3],
    ]);
  });

  it('handles the events of a key in order where asked, over retries, and other keys meanwhile', async () => {
    const bus = create<{ step: number }>();
    const seen = new Seen<string>();
    await bus.subscribe(
      'g',
      'step',
      ({ key, payload, attempt }) => {
        if (key === 'slow' && payload === 0 && attempt < 3) throw new Error('not yet');
        seen.add(`${key}${payload}`);
      },
      { backoff: { initialDelayMs: 20, maxDelayMs: 20 }, ordered: true, concurrency: 8 },
    );
    for (let n = 0; n < 6; n += 1) {
      await Promise.all([
        bus.publish('step', n, {}, { key: 'slow' }),
        bus.publish('step', n, {}, { key: 'quick' }),
      ]);
    }
    await seen.count(12);
    const of = (key: string) => seen.all.filter((each) => each.startsWith(key));
    expect(of('slow')).toEqual(['slow0', 'slow1', 'slow2', 'slow3', 'slow4', 'slow5']);
    expect(of('quick')).toEqual(['quick0', 'quick1', 'quick2', 'quick3', 'quick4', 'quick5']);
  });

  it('keeps keys and types apart, whatever they look like', async () => {
    const bus = create<Record<string, number>>();
    const seen = new Seen<string>();
    const names = [
      "'; DROP TABLE holdfast_events; --",
      'a~~b',
      'a~~b~~1',
      '~',
      '{a}:b',
      '$1',
      '__proto__',
      'constructor',
      '%00',
      '\u{1f980}',
      '*',
      ' ',
      '"',
      '\\',
      '0',
      'x'.repeat(200),
    ];
    await bus.subscribe(
      'g',
      names,
      ({ eventType, key, payload }) => seen.add(`${eventType === key ? '' : 'wrong '}${key} ${payload}`),
      { ordered: true, concurrency: 8 },
    );
    for (let n = 0; n < 2; n += 1)
      await Promise.all(names.map((name) => bus.publish(name, n, {}, { key: name })));
    await seen.count(2 * names.length);
    for (const name of names)
      expect(seen.all.filter((each) => each.slice(0, -2) === name)).toEqual([`${name} 0`, `${name} 1`]);
  });

  it('goes on with a key after one of its events has died, and handles that when it is redriven', async () => {
    const bus = create<{ step: number }>();
    const seen = new Seen<number>();
    let broken = true;
    const subscription = await bus.subscribe(
      'g',
      'step',
      ({ payload }) => {
        if (payload === 0 && broken) throw Object.assign(new Error('never'), { failureClass: 'permanent' });
        seen.add(payload);
      },
      { ordered: true },
    );
    await bus.publish('step', 0, {}, { key: 'k', id: 'first' });
    await bus.publish('step', 1, {}, { key: 'k' });
    expect(await seen.count(1)).toEqual([1]);
    broken = false;
    await subscription.deadLetters.redrive('first');
    expect(await seen.count(2)).toEqual([1, 0]);
  });

  it('runs a handler in the context of the publisher', async () => {
    const bus = create();
    const seen = new Seen<readonly [string | undefined, string | undefined, unknown]>();
    await bus.subscribe('g', '*', ({ metadata }) => {
      const trace = getCurrentTrace();
      seen.add([trace?.traceId, trace?.correlationId, metadata.correlationId]);
    });
    const context = createTraceContext({ correlationId: 'order-7' });
    await runWithTrace(context, () => bus.publish('a', 1));
    expect(await seen.count(1)).toEqual([[context.traceId, 'order-7', 'order-7']]);
  });

  it('tells how far groups are, and counts what it did', async () => {
    const bus = create();
    const seen = new Seen<unknown>();
    await bus.subscribe('g', '*', ({ payload }) => seen.add(payload));
    await bus.publish('a', 1, {}, { id: 'x' });
    await bus.publish('a', 1, {}, { id: 'x' });
    await bus.publish('', 1).catch(() => {});
    await seen.count(1);
    const stats = bus.getStats();
    expect(stats.published).toEqual({
      published: 1,
      outbox: 0,
      duplicate: 1,
      refused: 1,
      failed: 0,
      'dead-lettered': 0,
    });
    expect(stats.groups).toMatchObject({ g: { failed: 0, circuit: 'closed' } });
    expect(Object.keys((await bus.getLag()).groups)).toEqual(['g']);
  });

  it('queues nothing more for a group that was removed', async () => {
    const bus = create();
    const seen = new Seen<unknown>();
    await bus.subscribe('gone', '*', () => {});
    await bus.subscribe('kept', '*', ({ payload }) => seen.add(payload));
    expect(await bus.removeGroup('gone')).toBe(true);
    expect(await bus.removeGroup('gone')).toBe(false);
    await bus.publish('a', 1);
    await seen.count(1);
    expect(Object.keys((await bus.getLag()).groups)).toEqual(['kept']);
  });

  it('gives a group that has the name of one that was removed all that it asks for, and nothing else', async () => {
    const bus = create();
    const first = new Seen<unknown>();
    const paused = await bus.subscribe('g', '*', ({ payload }) => first.add(payload));
    await bus.publish('a', 'handled');
    await first.count(1);
    await paused.pause();
    await bus.publish('a', 'waiting');
    await expect.poll(async () => (await bus.getLag()).groups['g']).toBe(0);
    await bus.removeGroup('g');
    const fresh = new Seen<unknown>();
    const subscription = await bus.subscribe('g', '*', ({ payload }) => fresh.add(payload));
    await bus.publish('a', 'newer');
    expect(await fresh.count(1)).toEqual(['newer']);
    await subscription.close();
    await bus.removeGroup('g');
    const all = new Seen<unknown>();
    await bus.subscribe('g', '*', ({ payload }) => all.add(payload), { from: 'start' });
    expect(new Set(await all.count(3))).toEqual(new Set(['handled', 'waiting', 'newer']));
  });

  it('waits for running handlers when it closes, and refuses what comes after', async () => {
    const bus = create();
    const started = new Seen<number>();
    const release = Promise.withResolvers<void>();
    let ended = false;
    await bus.subscribe('g', '*', async () => {
      started.add(1);
      await release.promise;
      ended = true;
    });
    await bus.publish('a', 1);
    await started.count(1);
    const closing = bus.close();
    release.resolve();
    await closing;
    expect(ended).toBe(true);
    await expect(bus.publish('a', 2)).rejects.toMatchObject({ code: 'ERR_EVENTS_CLOSED' });
    await expect(bus.subscribe('h', '*', () => {})).rejects.toMatchObject({ code: 'ERR_EVENTS_CLOSED' });
  });
});
