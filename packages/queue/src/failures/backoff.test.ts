import { describe, expect, it } from 'vitest';
import { backoffDelayMs } from './backoff.ts';

const BACKOFF = { initialDelayMs: 1000, maxDelayMs: 5000, multiplier: 2 };

describe('backoffDelayMs', () => {
  it.each([
    [1, 0.999, 999],
    [2, 0.999, 1998],
    [3, 0.999, 3996],
    [4, 0.999, 4995],
    [1000, 0.999, 4995],
    [3, 0.5, 2000],
    [3, 0, 0],
  ])('after %i failures, at random %d, is %i ms', (failures, random, delayMs) => {
    expect(backoffDelayMs(failures, BACKOFF, random)).toBe(delayMs);
  });
});
