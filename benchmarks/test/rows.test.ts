import { describe, expect, it } from 'vitest';
import { absolute, allMet, atLeast, atMost, compared } from '../src/harness/rows.ts';

const series = { area: 'http', case: 'ours', unit: 'req/s', samples: [70, 80, 90] };
const bare = { against: 'bare', againstSamples: [100, 100, 100] };

describe('compared', () => {
  it('gives the median of the ratios of the rounds, not the ratio of the medians', () => {
    const row = compared({ ...series, samples: [1, 10, 100], against: 'b', againstSamples: [1, 100, 10] });
    expect(row.ratio).toBe(1);
    expect(row.value).toBe(10);
    expect(row.againstValue).toBe(10);
  });

  it('turns the ratio round where the budget says how many times faster', () => {
    const row = compared({
      area: 'breaker',
      case: 'failure',
      unit: 'us',
      samples: [2, 2],
      against: 'opossum',
      againstSamples: [8, 8],
      ratioOf: 'theirs/ours',
    });
    expect(row.ratio).toBe(4);
  });

  it('meets a lower limit that is reached exactly', () => {
    expect(compared({ ...series, ...bare }, atLeast(0.8))).toMatchObject({
      target: 0.8,
      bound: 'min',
      met: true,
    });
  });

  it('misses a lower limit that is above the ratio', () => {
    expect(compared({ ...series, ...bare }, atLeast(0.81)).met).toBe(false);
  });

  it('misses an upper limit that is below the ratio', () => {
    expect(compared({ ...series, ...bare }, atMost(0.79)).met).toBe(false);
  });

  it('judges nothing without a target', () => {
    expect(compared({ ...series, ...bare })).toMatchObject({ target: null, bound: null, met: null });
  });

  it('shows the middle half of the ratios', () => {
    expect(compared({ ...series, ...bare }).spread).toEqual([0.75, 0.8500000000000001]);
  });
});

describe('absolute', () => {
  it('holds the value itself against the limit', () => {
    expect(absolute(series, atMost(80))).toMatchObject({ value: 80, ratio: null, against: null, met: true });
  });
});

describe('allMet', () => {
  it('is true where every row with a target meets it', () => {
    expect(allMet([absolute(series, atMost(80)), absolute(series)])).toBe(true);
  });

  it('is false where one row misses', () => {
    expect(allMet([absolute(series, atMost(80)), absolute(series, atMost(79))])).toBe(false);
  });

  it('is false where nothing was measured', () => {
    expect(allMet([])).toBe(false);
  });
});
