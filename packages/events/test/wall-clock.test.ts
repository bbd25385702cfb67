import { join } from 'node:path';
import { type Clock, systemClock } from '@holdfast/context/clock';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createEventBus, type EventBusOptions } from '../src/index.ts';
import { openDriver, openLog } from '../src/log/open-log.ts';
import { resolveOptions } from '../src/options.ts';
import { openOutboxTable } from '../src/outbox/outbox-table.ts';
import { ENGINES, type RunningEngine, temporaryFolder } from './engines.ts';
import { Seen } from './seen.ts';

const HOUR_MS = 3_600_000;
const LEASE_MS = 300;
let buses = 0;

/** A wall clock that jumps; timers and durations go on. */
function jumpingClock(): Clock & { offsetMs: number } {
  const clock = {
    ...systemClock,
    offsetMs: 0,
    wallTime: () => systemClock.wallTime() + clock.offsetMs,
  };
  return clock;
}

describe.each(ENGINES.filter(({ available }) => available))(
  'a wall clock that jumps, on $name',
  ({ start }) => {
    let engine: RunningEngine;
    beforeAll(async () => {
      engine = await start();
    });
    afterAll(() => engine.stop());

    function create(name: string, options: EventBusOptions = {}) {
      const bus = createEventBus({ ...engine.where, name, leaseMs: LEASE_MS, ...options });
      onTestFinished(() => bus.close());
      return bus;
    }

    it('by an hour back and forth, in two processes at different times, loses no event and no order', async () => {
      const name = `jump-${++buses}`;
      const clocks = [jumpingClock(), jumpingClock()];
      const processes = clocks.map((clock) => create(name, { clock }));
      const seen = new Seen<string>();
      for (const bus of processes)
        await bus.subscribe(
          'g',
          '*',
          ({ payload, attempt }) => {
            if (Number(payload) % 3 === 0 && attempt === 1) throw new Error('once more');
            seen.add(String(payload));
          },
          { ordered: true, backoff: { initialDelayMs: 5, maxDelayMs: 5 } },
        );
      const jumps = [
        [0, -HOUR_MS],
        [HOUR_MS, -HOUR_MS],
        [-HOUR_MS, 0],
        [-HOUR_MS, HOUR_MS],
        [0, 0],
      ];
      let n = 0;
      for (const offsets of jumps) {
        for (const [index, clock] of clocks.entries()) clock.offsetMs = offsets[index] ?? 0;
        for (const bus of processes) await bus.publish('a', n++, {}, { key: 'k' });
      }
      expect(await seen.count(n)).toEqual(Array.from({ length: n }, (_, index) => String(index)));
    });

    it('by an hour back after its dispatcher died keeps nobody else from its work', async () => {
      const name = `back-${++buses}`;
      const log = await openLog(resolveOptions({ ...engine.where, name }));
      // What a dispatcher leaves that renewed its lease an hour later by the clock of the store, and died.
      await log.lease('dispatcher', 'dead', HOUR_MS);
      await log.close();
      const bus = create(name);
      const seen = new Seen<unknown>();
      await bus.subscribe('g', '*', ({ payload }) => seen.add(payload));
      await bus.publish('a', 1);
      expect(await seen.count(1)).toEqual([1]);
      expect(bus.getStats().isDispatcher).toBe(true);
    });

    it('by an hour forward under a dispatcher gives its work to another, and no event is handed on twice', async () => {
      const name = `forward-${++buses}`;
      const bus = create(name);
      const seen = new Seen<unknown>();
      await bus.subscribe('g', '*', ({ payload }) => seen.add(payload));
      await bus.publish('a', 1);
      await seen.count(1);
      const log = await openLog(resolveOptions({ ...engine.where, name }));
      onTestFinished(() => log.close());
      // The time of the lease is up at once by a clock that has jumped: here it is named as stale instead.
      const { beat } = await log.lease('dispatcher', 'other', LEASE_MS);
      await log.lease('dispatcher', 'other', LEASE_MS, beat);
      for (let n = 2; n < 6; n += 1) await bus.publish('a', n);
      expect(new Set(await seen.count(5))).toEqual(new Set([1, 2, 3, 4, 5]));
      expect(seen.all).toHaveLength(5);
    });
  },
);

it('a clock that went back after the relay of the outbox died keeps no other relay from its work', async () => {
  const folder = temporaryFolder();
  onTestFinished(() => folder.remove());
  const backend = { file: join(folder.path, 'events.db') };
  const options = resolveOptions({ backend });
  const driver = await openDriver({ engine: 'sqlite', file: backend.file }, options);
  const table = await openOutboxTable(driver, options);
  await table.lease('dead', HOUR_MS);
  await table.close();
  const bus = createEventBus({ backend, leaseMs: LEASE_MS });
  onTestFinished(() => bus.close());
  await bus.ready();
  await expect.poll(() => bus.getStats().isRelay).toBe(true);
});
