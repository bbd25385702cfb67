import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkedSchedule, retryDelayMs, STANDARD_SCHEDULE_MS } from './schedule.ts';

const plain = { stepsMs: STANDARD_SCHEDULE_MS, jitterRatio: 0 };
const asked = { longestAskedMs: 86_400_000, random: 0 };

describe('the retry schedule', () => {
  it('is the one that Standard Webhooks recommends: nine retries', () => {
    expect(STANDARD_SCHEDULE_MS.map((ms) => ms / 1000)).toEqual([
      5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400,
    ]);
  });

  it('ends after its last step', () => {
    expect(retryDelayMs(plain, 1, asked)).toBe(5000);
    expect(retryDelayMs(plain, 9, asked)).toBe(86_400_000);
    expect(retryDelayMs(plain, 10, asked)).toBeUndefined();
  });

  it('waits longer where the endpoint asks for it, up to a limit', () => {
    expect(retryDelayMs(plain, 1, { ...asked, askedMs: 60_000 })).toBe(60_000);
    expect(retryDelayMs(plain, 2, { ...asked, askedMs: 1000 })).toBe(300_000);
    expect(retryDelayMs(plain, 1, { ...asked, askedMs: 90_000_000, longestAskedMs: 3_600_000 })).toBe(
      3_600_000,
    );
  });

  it('lengthens each wait at random, never shortens it', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 0.999_999, noNaN: true }),
        fc.integer({ min: 1, max: 9 }),
        (random, attempt) => {
          const step = STANDARD_SCHEDULE_MS[attempt - 1] ?? 0;
          const delay = retryDelayMs({ ...plain, jitterRatio: 0.2 }, attempt, { ...asked, random }) ?? 0;
          expect(delay).toBeGreaterThanOrEqual(step);
          expect(delay).toBeLessThanOrEqual(step * 1.2);
        },
      ),
    );
  });

  it.each([[[-1]], [[1.5]], [['5']], [[2_592_000_001]], ['5s'], [Array(101).fill(1)]])(
    'cannot be %j',
    (steps) => {
      expect(() => checkedSchedule(steps)).toThrow('retryScheduleMs must be at most 100 waits');
    },
  );
});
