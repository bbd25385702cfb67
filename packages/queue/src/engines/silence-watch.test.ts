import { ManualClock } from '@holdfast/context/testing';
import { describe, expect, it } from 'vitest';
import { SilenceWatch } from './silence-watch.ts';

describe('an engine that gave no answer', () => {
  it('is taken to be silent until it has answered a ping, which is asked once at a time', async () => {
    const clock = new ManualClock();
    const watch = new SilenceWatch(clock, 100);
    const pings: PromiseWithResolvers<void>[] = [];
    const engine = {
      ping: () => {
        const ping = Promise.withResolvers<void>();
        pings.push(ping);
        return ping.promise;
      },
    };
    expect(watch.holds(engine)).toBe(false);
    watch.began();
    expect([watch.holds(engine), watch.holds(engine)]).toEqual([true, true]);
    expect(pings).toHaveLength(1);
    await clock.advance(100);
    expect(watch.holds(engine)).toBe(true);
    expect(pings).toHaveLength(2);
    pings[1]?.resolve();
    await Promise.resolve();
    await Promise.resolve();
    expect(watch.holds(engine)).toBe(false);
    expect(pings).toHaveLength(2);
  });
});
