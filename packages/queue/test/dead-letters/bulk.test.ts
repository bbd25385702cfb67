import { createTraceContext, runWithTrace } from '@holdfast/context';
import { ManualClock } from '@holdfast/context/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BulkProgress, DeadLetterAct, JobSettled, WebhookQueue } from '../../src/index.ts';
import { type RunningEngine, STORES } from '../engines.ts';
import { collectFacts } from '../facts.ts';
import { bury, event, openQueue, Refused } from './bury.ts';

describe.each(STORES.filter((engine) => engine.available))(
  'acts on many dead letters on $name',
  ({ start }) => {
    let engine: RunningEngine;
    let queue: WebhookQueue;
    let dying: boolean;
    beforeAll(async () => {
      engine = await start();
    });
    afterAll(() => engine.stop());
    beforeEach(() => {
      dying = true;
    });
    afterEach(() => queue.close());

    const events = Array.from({ length: 12 }, (_, index) => event(`e${index}`, `type.${index % 2}`));

    async function buried(count = 12): Promise<void> {
      queue = openQueue(engine.where);
      await bury(queue, events.slice(0, count), ({ eventId }) => {
        if (dying) throw new Refused(`no ${eventId}`);
      });
    }

    it('redrives what the filter means, the oldest first, and tells how far it has come', async () => {
      await buried();
      await queue.pause();
      const order = (await queue.deadLetters.list()).items.toReversed().map(({ id }) => id);
      dying = false;
      const progress: BulkProgress[] = [];
      const result = await queue.deadLetters.redriveAll({
        filter: { jobName: 'type.1' },
        by: 'ann',
        onProgress: (step) => progress.push(step),
      });
      expect(result).toMatchObject({
        act: 'redrive',
        seen: 12,
        matched: 6,
        done: 6,
        skipped: 0,
        aborted: false,
      });
      expect(result.examples).toEqual(order.filter((id) => Number(id.slice('stripe.e'.length)) % 2 === 1));
      expect(progress.at(-1)).toEqual({ run: result.run, seen: 12, matched: 6, done: 6, skipped: 0 });
      expect(await queue.deadLetters.count()).toBe(6);
      expect(await queue.deadLetters.acts({ run: result.run })).toHaveLength(6);
      expect(await queue.deadLetters.runs()).toMatchObject([
        {
          run: result.run,
          act: 'redrive',
          by: 'ann',
          filter: { jobName: 'type.1' },
          endedAt: expect.any(Number),
        },
      ]);
      using settled = collectFacts<JobSettled>('holdfast:queue:settled', queue.name);
      await queue.resume();
      expect((await settled.count(6)).every(({ outcome }) => outcome === 'completed')).toBe(true);
    });

    it('does nothing in a dry run but count', async () => {
      await buried(4);
      const result = await queue.deadLetters.discardAll({ filter: { jobName: 'type.0' }, dryRun: true });
      expect(result).toMatchObject({ seen: 4, matched: 2, done: 0, dryRun: true });
      expect(result.examples).toHaveLength(2);
      expect(await queue.deadLetters.count()).toBe(4);
      expect(await queue.deadLetters.runs()).toEqual([]);
      expect(await queue.deadLetters.acts()).toEqual([]);
    });

    it('keeps to so many in a second', async () => {
      await buried(5);
      await queue.close();
      const clock = new ManualClock(Date.now() + 60_000);
      queue = openQueue(engine.where, queue.name, { clock });
      const acts: DeadLetterAct[] = [];
      using facts = collectFacts<DeadLetterAct>('holdfast:queue:dead-letter-act', queue.name);
      const redriving = queue.deadLetters.redriveAll({ perSecond: 2, by: 'ann' });
      for (let count = 1; count <= 5; count += 1) {
        acts.push(...(await facts.count(count)).slice(acts.length));
        await clock.advance(499);
        expect(facts.all).toHaveLength(count);
        await clock.advance(1);
      }
      expect(await redriving).toMatchObject({ done: 5 });
      expect(acts.map(({ at }) => at - (acts[0]?.at ?? 0))).toEqual([0, 500, 1000, 1500, 2000]);
    });

    it('stops when its signal is aborted, and goes on under its name', async () => {
      await buried(12);
      await queue.pause();
      const stop = new AbortController();
      using facts = collectFacts<DeadLetterAct>('holdfast:queue:dead-letter-act', queue.name);
      const cut = queue.deadLetters.redriveAll({ run: 'r1', perSecond: 100, signal: stop.signal });
      await facts.count(3);
      stop.abort();
      const first = await cut;
      expect(first).toMatchObject({ run: 'r1', aborted: true });
      expect(await queue.deadLetters.runs()).toMatchObject([{ run: 'r1' }]);
      expect((await queue.deadLetters.runs())[0]?.endedAt).toBeUndefined();
      const second = await queue.deadLetters.redriveAll({ run: 'r1' });
      expect(first.done + second.done).toBe(12);
      expect(second).toMatchObject({ aborted: false, skipped: 0 });
      expect((await queue.deadLetters.runs())[0]?.endedAt).toEqual(expect.any(Number));
    });

    it('does not take a letter again that died anew, also when it is resumed', async () => {
      await buried(3);
      using settled = collectFacts<JobSettled>('holdfast:queue:settled', queue.name);
      expect(await queue.deadLetters.redriveAll({ run: 'r2' })).toMatchObject({ done: 3 });
      await settled.count(3);
      expect(await queue.deadLetters.redriveAll({ run: 'r2' })).toMatchObject({ seen: 0, done: 0 });
      expect((await queue.deadLetters.list()).items.map(({ redrives }) => redrives)).toEqual([1, 1, 1]);
      expect(await queue.deadLetters.redriveAll({ run: 'r3' })).toMatchObject({ done: 3 });
    });

    it('discards what the filter means, and says who did', async () => {
      await buried(6);
      const { fingerprint = '' } = (await queue.deadLetters.list({ limit: 1 })).items[0] ?? {};
      const context = createTraceContext({ userId: 'u-7' });
      await runWithTrace(context, () => queue.deadLetters.discardAll({ filter: { fingerprint } }));
      expect(await queue.deadLetters.count()).toBe(0);
      const acts = await queue.deadLetters.acts({ by: 'u-7' });
      expect(acts).toHaveLength(6);
      expect(acts[0]).toMatchObject({ act: 'discard', confirmed: true, queue: queue.name });
    });

    it('lets two at once do each letter once', async () => {
      await buried(12);
      await queue.pause();
      const second = openQueue(engine.where, queue.name);
      const clock = new ManualClock(Date.now() + 60_000);
      const third = openQueue(engine.where, queue.name, { clock });
      const [a, b] = await Promise.all([
        queue.deadLetters.redriveAll({ by: 'ann', signal: AbortSignal.timeout(60_000) }),
        second.deadLetters.redriveAll({ by: 'bob', signal: AbortSignal.timeout(60_000) }),
      ]);
      expect(a.done + b.done).toBe(12);
      expect(await third.deadLetters.count()).toBe(0);
      const jobs = (await queue.deadLetters.acts({ limit: 100 })).map(({ jobId }) => jobId);
      expect(new Set(jobs).size).toBe(12);
      expect(jobs).toHaveLength(12);
      await second.close();
      await third.close();
    });

    it('refuses a rate, a name or a filter that it cannot use, and a run of another act', async () => {
      await buried(1);
      const { deadLetters } = queue;
      await expect(deadLetters.redriveAll({ perSecond: 0 })).rejects.toThrow(
        'perSecond is 0; it must be from 0.001 to 100000.',
      );
      await expect(deadLetters.redriveAll({ by: '' })).rejects.toThrow('by must be 1 to 256 characters.');
      await deadLetters.redriveAll({ run: 'r', filter: { jobName: 'x' } });
      await expect(deadLetters.discardAll({ run: 'r', filter: { jobName: 'x' } })).rejects.toThrow(
        'run "r" was begun as a redrive with the filter {"jobName":"x"}; resume it with these, or take another name.',
      );
    });

    it('expire when they are old enough, the oldest first, so many at a time', async () => {
      await buried(5);
      await queue.close();
      const clock = new ManualClock(Date.now() + 3 * 86_400_000);
      queue = openQueue(engine.where, queue.name, { clock });
      const oldestFirst = (await queue.deadLetters.list()).items.toReversed();
      expect(await queue.deadLetters.expire({ maxAgeDays: 4 })).toEqual({ expired: 0, more: false });
      expect(await queue.deadLetters.expire({ maxAgeDays: 2, limit: 2 })).toEqual({ expired: 2, more: true });
      expect((await queue.deadLetters.list()).items.map(({ id }) => id).toReversed()).toEqual(
        oldestFirst.slice(2).map(({ id }) => id),
      );
      expect(await queue.deadLetters.expire({ maxAgeDays: 2 })).toEqual({ expired: 3, more: false });
      expect(await queue.deadLetters.acts()).toMatchObject([{ act: 'expire', by: 'expiry' }, {}, {}, {}, {}]);
      await expect(queue.deadLetters.expire({ maxAgeDays: -1 })).rejects.toThrow('maxAgeDays is -1');
    });

    it('expire by themselves while a worker runs, where an age is given', async () => {
      await buried(3);
      await queue.close();
      const clock = new ManualClock(Date.now() + 3 * 86_400_000);
      queue = openQueue(engine.where, queue.name, { clock, maxDeadLetterAgeDays: 2 });
      using facts = collectFacts<DeadLetterAct>('holdfast:queue:dead-letter-act', queue.name);
      await queue.startWorker(() => {});
      expect(await queue.deadLetters.count()).toBe(3);
      await clock.advance(1000);
      expect((await facts.count(3)).map(({ act, by }) => `${act} by ${by}`)).toEqual(
        Array(3).fill('expire by expiry'),
      );
      expect(await queue.deadLetters.count()).toBe(0);
    });
  },
);
