import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DeadLetterFilter, WebhookQueue } from '../../src/index.ts';
import { ENGINES, type RunningEngine } from '../engines.ts';
import { bury, event, openQueue, Refused } from './bury.ts';

describe.each(ENGINES.filter((engine) => engine.available))(
  'the list of dead letters on $name',
  ({ start }) => {
    let engine: RunningEngine;
    let queue: WebhookQueue;
    beforeAll(async () => {
      engine = await start();
    });
    afterAll(() => engine.stop());
    afterEach(() => queue.close());

    async function ids(limit: number, filter?: DeadLetterFilter): Promise<string[]> {
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await queue.deadLetters.list({
          limit,
          ...(cursor !== undefined && { cursor }),
          ...(filter !== undefined && { filter }),
        });
        expect(page.items.length).toBeLessThanOrEqual(limit);
        found.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      return found;
    }

    it('gives each letter once over its pages, the newest first', async () => {
      queue = openQueue(engine.where);
      await bury(
        queue,
        Array.from({ length: 25 }, (_, index) => event(`e${index}`)),
      );
      const found = await ids(7);
      expect(new Set(found).size).toBe(25);
      expect(found).toHaveLength(25);
      const times = (await queue.deadLetters.list({ limit: 100 })).items.map(({ failedAt }) => failedAt);
      expect(times).toEqual(times.toSorted((a, b) => b - a));
    });

    it('repeats and misses none that stays while others are removed and added between its pages', async () => {
      queue = openQueue(engine.where);
      await bury(
        queue,
        Array.from({ length: 30 }, (_, index) => event(`e${index}`)),
      );
      const first = await queue.deadLetters.list({ limit: 10 });
      // The first page's letters go, among them the one that the cursor names.
      for (const { id } of first.items.slice(4)) await queue.deadLetters.discard(id);
      const second = await queue.deadLetters.list({ limit: 10, cursor: first.nextCursor ?? '' });
      for (const { id } of first.items.slice(0, 4)) await queue.deadLetters.redrive(id);
      while ((await queue.deadLetters.count()) < 24) await new Promise(setImmediate);
      const third = await queue.deadLetters.list({ limit: 10, cursor: second.nextCursor ?? '' });
      const all = [...first.items, ...second.items, ...third.items].map(({ id }) => id);
      expect(new Set(all).size).toBe(30);
      expect(all).toHaveLength(30);
      expect(third.nextCursor).toBeUndefined();
    });

    it('is filtered by failure, event type, class and time', async () => {
      queue = openQueue(engine.where);
      const events = Array.from({ length: 12 }, (_, index) =>
        event(`e${index}`, index % 3 === 0 ? 'payment.failed' : 'order.created'),
      );
      await bury(queue, events, ({ eventId, eventType }) => {
        if (eventType === 'payment.failed') throw new Refused(`card ${eventId} declined`);
        throw new TypeError(`no order ${eventId}`);
      });
      const payments = ['stripe.e0', 'stripe.e3', 'stripe.e6', 'stripe.e9'];
      const { items } = await queue.deadLetters.list({ filter: { jobName: 'payment.failed' } });
      expect(items.map(({ id }) => id).sort()).toEqual(payments);
      expect(new Set(items.map(({ fingerprint }) => fingerprint)).size).toBe(1);
      const { fingerprint = '', failedAt = 0 } = items.at(0) ?? {};
      expect((await ids(3, { fingerprint })).sort()).toEqual(payments);
      expect((await ids(2, { failureClass: 'permanent' })).sort()).toEqual(payments);
      expect(await ids(2, { failureClass: 'permanent', jobName: 'order.created' })).toEqual([]);
      expect(await ids(5, { failedSince: failedAt + 1_000_000 })).toEqual([]);
      expect(await ids(5, { failedUntil: failedAt + 1_000_000 })).toHaveLength(12);
      expect(await ids(5, { failedSince: 1, failedUntil: 2 })).toEqual([]);
    });

    it('refuses a cursor, an offset or a condition that it cannot use', async () => {
      queue = openQueue(engine.where);
      const { deadLetters } = queue;
      await expect(deadLetters.list({ cursor: 'x' })).rejects.toThrow(
        'cursor is not one that list() gave; pass nextCursor of the page before as it is.',
      );
      await expect(deadLetters.list({ offset: 5, filter: {} })).rejects.toThrow(
        'offset goes with neither cursor nor filter',
      );
      await expect(deadLetters.list({ filter: { type: 'x' } as DeadLetterFilter })).rejects.toThrow(
        'filter.type is not a condition; there are fingerprint, jobName, failureClass, failedSince, failedUntil.',
      );
      await expect(
        deadLetters.list({ filter: { failureClass: 'bad' } as unknown as DeadLetterFilter }),
      ).rejects.toMatchObject({ code: 'ERR_QUEUE_OPTION', option: 'filter.failureClass' });
      await expect(deadLetters.list({ filter: { jobName: '' } })).rejects.toThrow('must be a string');
      await expect(deadLetters.list({ filter: { failedSince: Number.NaN } })).rejects.toThrow('epoch');
    });

    it('knows no letter of an id that no job can have, and reads no further than it can, whoever asks', async () => {
      queue = openQueue(engine.where);
      const { deadLetters } = queue;
      for (const id of [
        '',
        ' ',
        '\0',
        '\uD800',
        '../x',
        'a:b',
        '*',
        "'; DROP TABLE x; --",
        'x'.repeat(100_000),
      ]) {
        expect(await deadLetters.get(id)).toBeUndefined();
        await expect(deadLetters.redrive(id)).rejects.toMatchObject({
          code: 'ERR_QUEUE_DEAD_LETTER_NOT_FOUND',
        });
        await expect(deadLetters.discard(id)).rejects.toMatchObject({
          code: 'ERR_QUEUE_DEAD_LETTER_NOT_FOUND',
        });
      }
      const cursorOf = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
      for (const rank of [2 ** 31 - 1, 0]) {
        expect(await deadLetters.list({ cursor: cursorOf(1e300, rank) })).toMatchObject({
          nextCursor: undefined,
        });
      }
      for (const cursor of [cursorOf(1, 2 ** 31), cursorOf(1, 1e300), cursorOf(1, -1), cursorOf('1', 1)]) {
        await expect(deadLetters.list({ cursor })).rejects.toMatchObject({ option: 'cursor' });
      }
    });

    it('is grouped by failure, the largest first', async () => {
      queue = openQueue(engine.where);
      const events = Array.from({ length: 10 }, (_, index) => event(`e${index}`, `type.${index % 2}`));
      await bury(queue, events, ({ eventId }) => {
        if (Number(eventId.slice(1)) < 7) throw new Refused(`order ${eventId} is closed`);
        throw new TypeError('no such thing');
      });
      const { groups, total, ungrouped } = await queue.deadLetters.groups();
      expect({ total, ungrouped }).toEqual({ total: 10, ungrouped: 0 });
      expect(groups).toMatchObject([
        { count: 7, failureClass: 'permanent', error: 'Refused: order # is closed' },
        { count: 3, error: 'TypeError: no such thing' },
      ]);
      expect(groups[0]?.jobNames.toSorted()).toEqual(['type.0', 'type.1']);
      expect(groups[0]?.frame).toContain('dead-letters/list.test.ts');
      expect(groups[0]?.firstFailedAt).toBeLessThanOrEqual(groups[0]?.lastFailedAt ?? 0);
    });
  },
);
