import { describe, expect, it } from 'vitest';
import { FailureStreak } from './failure-streak.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import { RollingCounter } from './rolling-counter.ts';

describe('a rolling counter', () => {
  it('forgets an event after 90 to 100 % of its window', () => {
    const counter = new RollingCounter(1000);
    counter.add(0);
    counter.add(99);
    counter.add(100);
    expect(counter.total(999)).toBe(3);
    expect(counter.total(1000)).toBe(1);
    expect(counter.total(1100)).toBe(0);
  });

  it('is empty after a gap of any length, and after clear', () => {
    const counter = new RollingCounter(1000);
    counter.add(5);
    expect(counter.total(1_000_000_000)).toBe(0);
    counter.add(1_000_000_000);
    counter.clear();
    expect(counter.total(1_000_000_000)).toBe(0);
  });
});

describe('a streak of failures', () => {
  it('is complete with as many failures within the window as the threshold', () => {
    const streak = new FailureStreak(3, 1000);
    expect([0, 400, 999].map((at) => streak.add(at))).toEqual([false, false, true]);
    expect([1500, 2600, 2700, 2800].map((at) => streak.add(at))).toEqual([false, false, false, true]);
    streak.clear();
    expect(streak.add(2801)).toBe(false);
  });

  it('without a threshold is never complete', () => {
    const streak = new FailureStreak(Number.POSITIVE_INFINITY, 1000);
    expect(streak.add(0)).toBe(false);
  });
});

describe('a histogram of durations', () => {
  it('gives percentiles that are at most 12.5 % off, in a fixed number of buckets', () => {
    for (const durationMs of [0.004, 0.5, 3, 47, 1234, 60_000]) {
      const histogram = new LatencyHistogram(1000);
      histogram.record(durationMs, 0);
      const [median = 0] = histogram.percentiles([0.5], 0);
      expect(Math.abs(median - durationMs) / durationMs).toBeLessThanOrEqual(0.126);
    }
  });

  it('tells fast calls from slow ones', () => {
    const histogram = new LatencyHistogram(1000);
    for (let call = 0; call < 98; call += 1) histogram.record(10, 0);
    histogram.record(1000, 0);
    histogram.record(1000, 0);
    const [median = 0, p95 = 0, p99 = 0] = histogram.percentiles([0.5, 0.95, 0.99], 0);
    expect(Math.abs(median - 10)).toBeLessThan(1.26);
    expect(p95).toBe(median);
    expect(p99).toBeGreaterThan(800);
  });

  it('forgets durations after one to two windows, and gives 0 without calls', () => {
    const histogram = new LatencyHistogram(1000);
    histogram.record(10, 0);
    expect(histogram.percentiles([0.5], 1500)[0]).toBeGreaterThan(8);
    expect(histogram.percentiles([0.5], 2500)).toEqual([0]);
    histogram.record(10, 2500);
    expect(histogram.percentiles([0.5], 9000)).toEqual([0]);
    histogram.record(10, 9000);
    histogram.clear();
    expect(histogram.percentiles([0.5], 9000)).toEqual([0]);
  });

  it('takes durations of any size', () => {
    const histogram = new LatencyHistogram(1000);
    histogram.record(0, 0);
    histogram.record(1e12, 0);
    expect(histogram.percentiles([0, 1], 0)[0]).toBeLessThan(0.01);
    expect(histogram.percentiles([1], 0)[0]).toBeGreaterThan(3_000_000);
  });
});
