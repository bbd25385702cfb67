import { describe, expect, it } from 'vitest';
import { median, pairwise, quantile, spreadOf } from '../src/harness/statistics.ts';

describe('median', () => {
  it('is the middle sample of an odd count, whatever their order', () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it('is the mean of the middle two of an even count', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('does not reorder what it is given', () => {
    const samples = [3, 1, 2];
    median(samples);
    expect(samples).toEqual([3, 1, 2]);
  });

  it('refuses an empty series', () => {
    expect(() => median([])).toThrow('quantile: there are no samples.');
  });

  it('refuses a sample that is not a number', () => {
    expect(() => median([1, Number.NaN])).toThrow('quantile: a sample is not a number.');
  });
});

describe('quantile', () => {
  it('gives the extremes at 0 and 1', () => {
    expect([quantile([5, 7, 6], 0), quantile([5, 7, 6], 1)]).toEqual([5, 7]);
  });

  it('is linear between neighbours', () => {
    expect(quantile([10, 20], 0.25)).toBe(12.5);
  });

  it('gives the only sample there is', () => {
    expect(quantile([42], 0.9)).toBe(42);
  });
});

describe('spreadOf', () => {
  it('spans the middle half of the samples', () => {
    expect(spreadOf([1, 2, 3, 4, 100])).toEqual([2, 4]);
  });
});

describe('pairwise', () => {
  it('joins the two series round by round', () => {
    expect(pairwise([10, 30], [5, 10], (a, b) => a / b)).toEqual([2, 3]);
  });

  it('refuses series of different length', () => {
    expect(() => pairwise([1], [1, 2], (a) => a)).toThrow('pairwise: 1 rounds against 2.');
  });
});
