/** What the log of every engine does, as cases without a test runner. */
import assert from 'node:assert/strict';
import type { EventLog, EventToLog, Feed, Join, OrderedEvent } from '../src/log/event-log.ts';

export interface LogCase {
  readonly name: string;
  /** @param open gives a log of a new bus; a second call with the same name gives the same log */
  readonly run: (open: (bus: string) => Promise<EventLog>) => Promise<void>;
}

const SETTINGS = { maxRetries: 3, backoff: { initialDelayMs: 1, maxDelayMs: 1 }, ordered: true };
const NOW = Number.POSITIVE_INFINITY;

const event = (id: string, key: string | null = null): EventToLog => ({
  id,
  type: 'a',
  key,
  body: `"${id}"`,
});
const join = (group: string, from = 0): Join => ({ group, types: undefined, settings: SETTINGS, from });

async function feedOf(log: EventLog, group: string, isReplay = false): Promise<Feed> {
  const feed = (await log.feeds()).find((each) => each.group === group && (each.replay !== '') === isReplay);
  assert.ok(feed, `the feed of ${group}`);
  return feed;
}

async function positions(log: EventLog): Promise<readonly number[]> {
  return (await log.read(0, 1000)).map(({ position }) => position);
}

export const EVENT_LOG_CASES: readonly LogCase[] = [
  {
    name: 'keeps events in the order of their append, each id once',
    run: async (open) => {
      const log = await open('order');
      assert.deepEqual([...(await log.append([event('a', 'k'), event('b')]))], ['a', 'b']);
      assert.deepEqual([...(await log.append([event('b'), event('c')]))], ['c']);
      const events = await log.read(0, 10);
      assert.deepEqual(
        events.map(({ position: _position, ...rest }) => rest),
        [event('a', 'k'), event('b'), event('c')],
      );
      assert.ok(
        events.every(({ position }, index) => index === 0 || position > (events[index - 1]?.position ?? 0)),
      );
      assert.equal(await log.head(), events.at(-1)?.position);
      assert.deepEqual(
        (await log.read(events[0]?.position ?? 0, 1)).map(({ id }) => id),
        ['b'],
      );
    },
  },
  {
    name: 'keeps the events of two buses apart',
    run: async (open) => {
      const [one, two] = [await open('one'), await open('two')];
      await one.append([event('a')]);
      await two.append([event('a'), event('b')]);
      assert.equal((await one.read(0, 10)).length, 1);
      assert.equal((await two.read(0, 10)).length, 2);
      assert.deepEqual(await one.feeds(), []);
    },
  },
  {
    name: 'gives every one of many appends at once a place, and no reader passes one by',
    run: async (open) => {
      const [first, second] = [await open('many'), await open('many')];
      let at = 0;
      const read: string[] = [];
      const look = async () => {
        const events = await first.read(at, 1000);
        read.push(...events.map(({ id }) => id));
        at = events.at(-1)?.position ?? at;
      };
      const appends = Array.from({ length: 60 }, (_, n) =>
        (n % 2 === 0 ? first : second).append([event(`e${n}`), event(`f${n}`)]),
      );
      const all = Promise.all(appends);
      for (let n = 0; n < 30; n += 1) await look();
      await all;
      await look();
      assert.equal(new Set(read).size, 120);
      assert.equal(read.length, 120);
    },
  },
  {
    name: 'begins a group once: with what is there, or after it, and leaves it where it is',
    run: async (open) => {
      const log = await open('join');
      await log.append([event('a'), event('b')]);
      const [, last = 0] = await positions(log);
      await log.join(join('all', 0));
      await log.join(join('later', NOW));
      assert.ok((await feedOf(log, 'all')).cursor < last);
      assert.equal((await feedOf(log, 'later')).cursor, last);
      await log.join({ ...join('all', NOW), types: ['x'] });
      const again = await feedOf(log, 'all');
      assert.ok(again.cursor < last);
      assert.deepEqual(again.types, ['x']);
      assert.deepEqual(again.settings, SETTINGS);
    },
  },
  {
    name: 'begins with the first event of a time, however many have it, and with all of them from the start',
    run: async (open) => {
      const log = await open('times');
      await log.append([event('old')]);
      const time = Date.now() + 1;
      while (Date.now() < time);
      const ids = Array.from({ length: 120 }, (_, n) => `e${n}`);
      await log.append(ids.map((id) => event(id)));
      const [old = 0, first = 0] = await positions(log);
      await log.join(join('since', time));
      assert.equal((await feedOf(log, 'since')).cursor, first - 1);
      await log.join(join('all', 0));
      assert.equal((await feedOf(log, 'all')).cursor, old - 1);
      assert.equal(await log.replay('since', 'r', time), true);
      assert.equal((await feedOf(log, 'since', true)).cursor, first - 1);
    },
  },
  {
    name: 'moves a cursor forward and never back',
    run: async (open) => {
      const log = await open('cursor');
      await log.join(join('g'));
      const feed = await feedOf(log, 'g');
      await log.advance([{ feed, to: 7 }]);
      await log.advance([{ feed, to: 5 }]);
      assert.equal((await feedOf(log, 'g')).cursor, 7);
    },
  },
  {
    name: 'ends a replay at what was there when it began',
    run: async (open) => {
      const log = await open('replay');
      assert.equal(await log.replay('g', 'r1', 0), false);
      await log.join(join('g', NOW));
      await log.append([event('a'), event('b')]);
      const head = await log.head();
      assert.equal(await log.replay('g', 'r1', 0), true);
      await log.append([event('c')]);
      const feed = await feedOf(log, 'g', true);
      assert.equal(feed.until, head);
      assert.ok(feed.cursor < head);
      await log.advance([{ feed, to: head }]);
      assert.equal((await log.feeds()).length, 1);
    },
  },
  {
    name: 'lets the events of a key wait for each other, whoever asks how often',
    run: async (open) => {
      const log = await open('line');
      await log.join(join('g'));
      await log.append([event('a', 'k'), event('b', 'k'), event('c', 'other')]);
      const feed = await feedOf(log, 'g');
      const [a = 0, b = 0, c = 0] = await positions(log);
      const place = (key: string, position: number) => ({ feed: 'g', key, position });
      const events = [place('k', a), place('k', b), place('other', c)];
      const expected = new Map([
        ['k', a],
        ['other', c],
      ]);
      assert.deepEqual(await log.line(feed, events, c), expected);
      assert.deepEqual(await log.line(feed, events, c), expected);
      assert.equal(await log.place(place('k', b)), 'waiting');
      assert.equal(await log.settle(place('k', a), 'handled'), b);
      assert.equal(await log.place(place('k', a)), undefined);
      // Asked again by a dispatcher that died before it moved its cursor: what was handled does not come back.
      assert.deepEqual(
        await log.line(feed, events, c),
        new Map([
          ['k', b],
          ['other', c],
        ]),
      );
      assert.equal(await log.settle(place('k', b), 'dead'), undefined);
      assert.equal(await log.place(place('k', b)), 'dead');
      assert.deepEqual(await log.firstInLine(10), { first: [place('other', c)], to: undefined });
      await log.settle(place('k', b), 'handled');
      assert.equal(await log.place(place('k', b)), undefined);
    },
  },
  {
    name: 'gives a lease to one at a time, to its holder again, and to another when it is released',
    run: async (open) => {
      const [log, other] = [await open('lease'), await open('lease')];
      assert.equal((await log.lease('x', 'me', 60_000)).isHeld, true);
      assert.equal((await other.lease('x', 'you', 60_000)).isHeld, false);
      assert.equal((await log.lease('x', 'me', 60_000)).isHeld, true);
      assert.equal((await other.lease('y', 'you', 60_000)).isHeld, true);
      await other.release('x', 'you');
      assert.equal((await other.lease('x', 'you', 60_000)).isHeld, false);
      await log.release('x', 'me');
      assert.equal((await other.lease('x', 'you', 60_000)).isHeld, true);
    },
  },
  {
    name: 'gives a lease away that has run out',
    run: async (open) => {
      const log = await open('expired');
      assert.equal((await log.lease('x', 'me', 1)).isHeld, true);
      while (!(await log.lease('x', 'you', 60_000)).isHeld);
      assert.equal((await log.lease('x', 'me', 1)).isHeld, false);
    },
  },
  {
    name: 'gives a lease away before its time to whoever names its last renewal, and to nobody who names an older one',
    run: async (open) => {
      const [log, other] = [await open('stale'), await open('stale')];
      const first = await log.lease('x', 'me', 60_000);
      assert.deepEqual(await other.lease('x', 'you', 60_000), { isHeld: false, beat: first.beat });
      let second = first;
      while (second.beat === first.beat) second = await log.lease('x', 'me', 60_000);
      assert.deepEqual(await other.lease('x', 'you', 60_000, first.beat), {
        isHeld: false,
        beat: second.beat,
      });
      assert.equal((await other.lease('x', 'you', 60_000, second.beat)).isHeld, true);
      assert.equal((await log.lease('x', 'me', 60_000)).isHeld, false);
    },
  },
  {
    name: 'removes what is old, and nothing that a group or a line still needs',
    run: async (open) => {
      const log = await open('trim');
      await log.join(join('g'));
      await log.append([event('a', 'k'), event('b'), event('c')]);
      const [a = 0, b = 0, c = 0] = await positions(log);
      const feed = await feedOf(log, 'g');
      assert.equal(await log.trim(Number.MAX_SAFE_INTEGER, 10), 0);
      await log.line(feed, [{ feed: 'g', key: 'k', position: a }], b);
      await log.advance([{ feed, to: b }]);
      assert.equal(await log.trim(Number.MAX_SAFE_INTEGER, 10), 0);
      await log.settle({ feed: 'g', key: 'k', position: a }, 'handled');
      assert.equal(await log.trim(0, 10), 0);
      assert.equal(await log.trim(Number.MAX_SAFE_INTEGER, 10), 2);
      assert.deepEqual(await positions(log), [c]);
      assert.deepEqual([...(await log.append([event('c')]))], []);
    },
  },
  {
    name: 'tells the first of every key, part by part, and not those behind',
    run: async (open) => {
      const log = await open('parts');
      await log.join(join('g'));
      // A key may look like the parts of a name.
      const keys = Array.from({ length: 25 }, (_, n) => `k~~${n % 5}~~7`);
      await log.append(keys.map((key, n) => event(`e${n}`, key)));
      const events = (await positions(log)).map((position, n) => ({
        feed: 'g',
        key: keys[n] ?? '',
        position,
      }));
      await log.line(await feedOf(log, 'g'), events, await log.head());
      const seen: OrderedEvent[] = [];
      const parts: number[] = [];
      let after: number | undefined;
      do {
        const { first, to } = await log.firstInLine(3, after);
        seen.push(...first);
        parts.push(first.length);
        after = to;
      } while (after !== undefined);
      assert.deepEqual(seen, events.slice(0, 5));
      assert.deepEqual(parts, [3, 2, 0, 0, 0, 0, 0, 0, 0]);
    },
  },
  {
    name: 'forgets a group with everything that belongs to it',
    run: async (open) => {
      const log = await open('leave');
      await log.join(join('g'));
      await log.join(join('g2'));
      await log.append([event('a', 'k')]);
      const [a = 0] = await positions(log);
      for (const group of ['g', 'g2'])
        await log.line(await feedOf(log, group), [{ feed: group, key: 'k', position: a }], a);
      assert.equal(await log.leave('g'), true);
      assert.equal(await log.leave('g'), false);
      assert.deepEqual(
        (await log.feeds()).map(({ group }) => group),
        ['g2'],
      );
      assert.deepEqual((await log.firstInLine(10)).first, [{ feed: 'g2', key: 'k', position: a }]);
    },
  },
];
