import { describe, expect, it } from 'vitest';
import { ManualClock } from './index.ts';

describe('ManualClock', () => {
  it('stands still until it is told, from 2026-01-01 on', async () => {
    const clock = new ManualClock();
    expect([clock.now(), clock.wallTime()]).toEqual([0, Date.parse('2026-01-01T00:00:00Z')]);
    await clock.advance(1500);
    expect([clock.now(), clock.wallTime()]).toEqual([1500, Date.parse('2026-01-01T00:00:01.500Z')]);
  });

  it('fires timers in the order of their time, and of their making where that is the same', async () => {
    const clock = new ManualClock();
    const fired: string[] = [];
    clock.setTimer(() => fired.push(`late at ${clock.now()}`), 20);
    clock.setTimer(() => fired.push(`first at ${clock.now()}`), 10);
    clock.setTimer(() => fired.push(`second at ${clock.now()}`), 10);
    clock.setTimer(() => fired.push('never'), 10).cancel();
    await clock.advance(20);
    expect(fired).toEqual(['first at 10', 'second at 10', 'late at 20']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('fires timers that are made while it advances', async () => {
    const clock = new ManualClock();
    const fired: number[] = [];
    clock.setTimer(
      () => void Promise.resolve().then(() => clock.setTimer(() => fired.push(clock.now()), 5)),
      10,
    );
    await clock.advance(15);
    expect(fired).toEqual([15]);
  });
});
