import { newTraceId } from '@holdfast/context';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alwaysOff, alwaysOn, parentBased, traceIdRatio } from './sampler.ts';

describe('a ratio', () => {
  it.each([
    ['0'.repeat(32), 0.5, false],
    [`${'0'.repeat(18)}80000000000000`, 0.5, true],
    [`${'0'.repeat(18)}7fffffffffffff`, 0.5, false],
    ['f'.repeat(32), 0.0001, true],
    ['f'.repeat(32), 0, false],
    ['0'.repeat(32), 1, true],
  ])('decides trace %s at %d as %s', (traceId, rate, sampled) => {
    expect(traceIdRatio(rate).sample(traceId, undefined)).toBe(sampled);
  });

  it('keeps about its share of random traces', () => {
    const sampler = traceIdRatio(0.25);
    let kept = 0;
    for (let i = 0; i < 20_000; i++) if (sampler.sample(newTraceId(), undefined)) kept += 1;
    expect(kept).toBeGreaterThan(4_600);
    expect(kept).toBeLessThan(5_400);
  });

  it('keeps at a higher rate whatever it keeps at a lower one', () => {
    const rate = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(rate, rate, fc.stringMatching(/^[0-9a-f]{32}$/), (a, b, traceId) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        return !traceIdRatio(low).sample(traceId, undefined) || traceIdRatio(high).sample(traceId, undefined);
      }),
    );
  });
});

describe('a parent-based sampler', () => {
  it('follows the parent, then the trace it is linked to, then its own rule', () => {
    expect(parentBased(alwaysOff).sample('a', true)).toBe(true);
    expect(parentBased(alwaysOn).sample('a', false, true)).toBe(false);
    expect(parentBased(alwaysOff).sample('a', undefined, true)).toBe(true);
    expect(parentBased(alwaysOn).sample('a', undefined, false)).toBe(false);
    expect(parentBased(alwaysOn).sample('a', undefined)).toBe(true);
  });
});
