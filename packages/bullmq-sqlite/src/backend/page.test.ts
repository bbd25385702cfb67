import { describe, expect, it } from 'vitest';
import { sliceOf } from './page.ts';

describe('sliceOf', () => {
  it.each([
    [0, -1, 5, { offset: 0, limit: 5 }],
    [0, 0, 5, { offset: 0, limit: 1 }],
    [1, 3, 5, { offset: 1, limit: 3 }],
    [3, 100, 5, { offset: 3, limit: 2 }],
    [5, 9, 5, { offset: 5, limit: 0 }],
    [-2, -1, 5, { offset: 3, limit: 2 }],
    [-9, -5, 5, { offset: 0, limit: 1 }],
    [3, 1, 5, { offset: 3, limit: 0 }],
    [0, -1, 0, { offset: 0, limit: 0 }],
  ])('turns places %i to %i of %i into offset and limit', (start, end, count, expected) => {
    expect(sliceOf(start, end, count)).toEqual(expected);
  });
});
