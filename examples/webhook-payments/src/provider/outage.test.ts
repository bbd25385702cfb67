import { describe, expect, it } from 'vitest';
import { createOutage } from './outage.ts';

describe('an outage', () => {
  it('lasts as long as it was told', () => {
    let now = 0;
    const outage = createOutage(() => now);
    outage.begin('hang', 1000);
    now = 999;
    expect(outage.nextFault()).toBe('hang');
    now = 1000;
    expect(outage.nextFault()).toBeUndefined();
  });

  it('ends at once by command', () => {
    const outage = createOutage(() => 0);
    outage.begin('unavailable', 1000);
    outage.end();
    expect(outage.nextFault()).toBeUndefined();
  });

  it('takes every kind of fault in turn when it is mixed', () => {
    const outage = createOutage(() => 0);
    outage.begin('mixed', 1000);
    const faults = [outage.nextFault(), outage.nextFault(), outage.nextFault()];
    expect(new Set(faults)).toEqual(new Set(['hang', 'reset', 'unavailable']));
  });
});
